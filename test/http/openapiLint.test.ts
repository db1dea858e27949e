import { expect } from "chai";
import spectralCore, { type RulesetDefinition } from "@stoplight/spectral-core";
import rulesets from "@stoplight/spectral-rulesets";
import { answerOf, startHarness } from "./harness.ts";

const { Spectral } = spectralCore;

describe("/openapi.json under spectral:oas", () => {
  const lint = async (document: Record<string, unknown>): Promise<readonly string[]> => {
    const spectral = new Spectral();
    // Its declarations say less than its own documentation: this is how it is given a ruleset.
    spectral.setRuleset({ extends: [rulesets.oas as RulesetDefinition] });
    const findings = await spectral.run(document);
    return findings.map(({ code, path, message }) => `${String(code)} ${path.join(".")}: ${message}`);
  };
  let document: Record<string, unknown>;
  before(async () => {
    const harness = await startHarness();
    document = (await answerOf(await fetch(`${harness.url}/openapi.json`))).json;
    await harness.stop();
  });

  it("has no finding of any severity by the recommended rules", async () => {
    expect(await lint(document)).to.deep.equal([]);
  });

  it("would be found wrong if it were", async () => {
    const { info, ...rest } = document;
    const findings = await lint({
      ...rest,
      info: { ...(info as Record<string, unknown>), contact: undefined, title: 1 },
    });
    expect(findings.join("\n")).to.include("info-contact").and.to.include("oas3-schema info.title");
  });
});
