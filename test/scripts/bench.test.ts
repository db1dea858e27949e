import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isMet, quantilesOf, ratioOf, rounded } from "../../scripts/bench/figures.ts";
import { figureTable } from "../../scripts/bench/report.ts";

const rate = { name: "a", value: 150, unit: "/s", baseline: 15 };
const time = { name: "b", value: 6, unit: "ms", baseline: 30, isTime: true };

describe("figures of the benchmarks", () => {
  it("takes quantiles by nearest rank, whatever the order", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantilesOf(hundred)).to.deep.equal({ p50: 50, p99: 99, max: 100 });
    expect(quantilesOf([7])).to.deep.equal({ p50: 7, p99: 7, max: 7 });
    expect(quantilesOf([])).to.deep.equal({ p50: 0, p99: 0, max: 0 });
  });

  it("counts how many times better than the baseline, for rates and for times", () => {
    expect(ratioOf(rate)).to.equal(10);
    expect(ratioOf(time)).to.equal(5);
    expect(ratioOf({ name: "c", value: 1, unit: "/s" })).to.equal(undefined);
  });

  it("is met from the target on, and missed just beside it", () => {
    expect(isMet({ ...rate, target: 150 })).to.equal(true);
    expect(isMet({ ...rate, target: 151 })).to.equal(false);
    expect(isMet({ ...time, target: 6 })).to.equal(true);
    expect(isMet({ ...time, target: 5.9 })).to.equal(false);
    expect(isMet(rate)).to.equal(undefined);
  });

  it("is missed if either the target or the ratio asked for is", () => {
    expect(isMet({ ...rate, target: 150, targetRatio: 10 })).to.equal(true);
    expect(isMet({ ...rate, target: 150, targetRatio: 10.1 })).to.equal(false);
    expect(isMet({ ...rate, target: 151, targetRatio: 10 })).to.equal(false);
    const { baseline: _, ...alone } = rate;
    expect(isMet({ ...alone, targetRatio: 10 })).to.equal(false);
  });

  it("shows three figures that count below a hundred, and whole numbers from there on", () => {
    expect([0.012345, 9.876, 99.94, 100.4, 12345.6].map(rounded)).to.deep.equal([
      "0.0123",
      "9.88",
      "99.9",
      "100",
      "12,346",
    ]);
  });

  it("says of each figure whether its target is met", () => {
    const rows = figureTable([{ ...rate, target: 151 }, { ...time, target: 6 }, rate])
      .split("\n")
      .slice(2);
    expect(rows).to.deep.equal([
      "| a | 150 /s | 15 /s | 10× | ≥ 151 /s | MISSED |",
      "| b | 6 ms | 30 ms | 5× | ≤ 6 ms | met |",
      "| a | 150 /s | 15 /s | 10× |  |  |",
    ]);
  });
});

describe("a benchmark that a signal ends", () => {
  it("leaves no folder behind, and ends by that signal", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-signal-"));
    try {
      const script = path.resolve(import.meta.dirname, "../../scripts/bench/render.ts");
      const child = spawn(process.execPath, [script, "20"], {
        env: { ...process.env, TMPDIR: folder },
        stdio: "ignore",
      });
      const closed = once(child, "close");
      const madeFolders = (): readonly string[] => fs.readdirSync(folder, { recursive: true }).map(String);
      while (!madeFolders().some((name) => name.endsWith("keystore"))) {
        expect(child.exitCode, "it must not end by itself").to.equal(null);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      child.kill("SIGTERM");
      expect(await closed).to.deep.equal([null, "SIGTERM"]);
      expect(fs.readdirSync(folder).filter((name) => name.startsWith("lianpiao-bench-"))).to.deep.equal([]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
