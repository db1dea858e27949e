import { expect } from "chai";
import type { z } from "zod";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { rateLimits } from "../../../service/app/rateLimits.ts";
import { proveReceipt } from "../../../service/app/proveReceipt.ts";
import { textOfUtf8, utf8 } from "../../../service/core/bytes.ts";
import { disclose } from "../../../service/core/disclosure.ts";
import { encodeDisclosureFile } from "../../../service/core/disclosureFile.ts";
import { reportView } from "../../../service/http/citizens/disclosureDocs.ts";
import { pagesPdf } from "../../../service/web/shared/pagesPdf.ts";
import { startCheckFixture, type CheckFixture } from "./checkFixture.ts";

type Answer = z.infer<typeof reportView> & { readonly code?: string };

describe("POST /v1/disclosures/verify", () => {
  let fixture: CheckFixture;
  let receipt: Receipt;
  let text: string;
  let isReaderAway = false;
  before(async function () {
    this.timeout(120_000);
    fixture = await startCheckFixture({
      change: (platform) => {
        const { reader } = platform.deps;
        const away = (): Promise<never> => Promise.reject(new Error("away"));
        return platform.with({
          reader: { ...reader, call: (...args) => (isReaderAway ? away() : reader.call(...args)) },
        });
      },
      app: { trustedHops: 1 },
    });
    receipt = await fixture.anchored("disclosed", { payerPartyName: "张小三" });
    const proof = (await proveReceipt(fixture.deps, receipt)) ?? new Uint8Array(0);
    const disclosure = disclose({ ...receipt.data }, receipt.secret, ["/issueDate"]);
    text = textOfUtf8(encodeDisclosureFile({ proof, disclosure }));
  });
  after(() => fixture.stop());

  const ask = async (body: string | Uint8Array<ArrayBuffer>, type = "application/json", address = "203.0.113.9") => {
    const response = await fetch(`${fixture.url}/v1/disclosures/verify`, {
      method: "POST",
      headers: { "content-type": type, "x-forwarded-for": address },
      body,
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
  };
  const tables = async (): Promise<string> =>
    JSON.stringify(
      await Promise.all(
        ["receipt", "check_tally", "delivery"].map((name) =>
          fixture.platform.database.dataSource.query(`select count(*), '${name}' as name from ${name}`),
        ),
      ),
    );

  it("answers the report: the verdict, what is shown, and every field that is withheld; nothing is kept", async () => {
    const before = await tables();
    const { status, body } = await ask(text);
    expect(status).to.equal(200);
    expect(reportView.safeParse(body).error?.issues ?? []).to.deep.equal([]);
    expect(body).to.include({ verdict: "valid", state: "normal", isRedLetter: false });
    expect(body.shown).to.deep.include({ path: "/issueDate", value: receipt.data.issueDate });
    expect(body.withheld).to.include("/payerPartyName").and.not.include("/issueDate");
    expect(JSON.stringify(body)).not.to.include("张小三");
    expect(body.checks).to.have.length(21);
    expect(body.proof?.["dataDigest"]).to.match(/^0x[0-9a-f]{64}$/);
    expect(await tables()).to.equal(before);
  });

  it("says invalid of a file that was altered, or that is none, and not of our node's failure", async () => {
    const altered = await ask(text.replace(receipt.data.issueDate, "20200101"));
    expect(altered.status).to.equal(200);
    expect(altered.body).to.include({ verdict: "invalid", state: "unknown" });
    expect(altered.body).not.to.have.property("shown");
    expect(reportView.safeParse(altered.body).error?.issues ?? []).to.deep.equal([]);
    expect((await ask("{}")).body.verdict).to.equal("invalid");
    expect((await ask(`${text}\n`)).body.verdict).to.equal("invalid");
    isReaderAway = true;
    const untold = await ask(text);
    isReaderAway = false;
    expect(untold.body).to.include({ verdict: "undetermined", state: "unknown" });
    expect(untold.body).not.to.have.property("status");
  });

  it("takes the PDF of a disclosure, too, and says invalid of any other PDF", async () => {
    const inside = { name: "disclosure.json", mediaType: "application/json", bytes: utf8(text) };
    const { status, body } = await ask(await pagesPdf("", [], inside), "application/pdf");
    expect(status).to.equal(200);
    expect(body).to.deep.equal((await ask(text)).body);
    const other = await ask(await pagesPdf("", [], { ...inside, name: "other.json" }), "application/pdf");
    expect(other.body).to.include({ verdict: "invalid", state: "unknown" });
  });

  it("refuses another type, what is no JSON, and a body past a mebibyte", async () => {
    expect((await ask(text, "text/plain")).status).to.equal(415);
    expect((await ask("{")).body.code).to.equal("malformed_json");
    const most = `{"a":"${"x".repeat(1_024 * 1_024 - 8)}"}`;
    expect((await ask(most)).status).to.equal(200);
    expect((await ask(`${most} `)).body.code).to.equal("body_too_large");
  });

  it("tells of a claim as soon as there is one", async () => {
    await fixture.claim(receipt, 100);
    const { body } = await ask(text);
    expect(body).to.include({ verdict: "valid", state: "claimed" });
    expect(body.status?.usedFen).to.equal(100);
  });

  it("takes so many of one address in an hour, and then says when to come again", async () => {
    const { limit } = rateLimits.verify_address;
    await ask(text, "application/json", "203.0.113.77");
    const rows = fixture.platform.database.dataSource;
    await rows.query("update rate_window set uses = $1 where uses < $1", [limit - 1]);
    expect((await ask(text, "application/json", "203.0.113.77")).status).to.equal(200);
    const refused = await ask(text, "application/json", "203.0.113.77");
    expect(refused.status).to.equal(429);
    expect(refused.body.code).to.equal("too_many_checks");
    expect(Number(refused.headers.get("retry-after"))).to.be.within(1, 3_600);
    expect((await ask(text, "application/json", "203.0.113.78")).status).to.equal(200);
  });
});
