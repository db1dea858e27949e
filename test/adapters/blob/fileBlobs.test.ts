import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { openFileBlobs } from "../../../service/adapters/blob/fileBlobs.ts";
import { folderSync } from "../../../service/adapters/blob/folderSync.ts";
import type { BlobStore } from "../../../service/app/ports.ts";
import { AppError } from "../../../service/core/errors.ts";

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "no error";
}

async function allNames(blobs: BlobStore): Promise<string[]> {
  const names: string[] = [];
  for await (const name of blobs.names()) names.push(name);
  return names.sort();
}

describe("fileBlobs", () => {
  let dir: string;
  beforeEach(() => {
    dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "blobs-")), "documents");
  });
  afterEach(() => fs.rmSync(path.dirname(dir), { recursive: true, force: true }));
  const numbered = (number: number) => `44060126/${String(number).padStart(10, "0")}.pdf`;
  const incoming = () => path.join(dir, ".incoming");

  it("stores, gives and lists documents, in two levels of folders", async () => {
    const blobs = await openFileBlobs(dir);
    expect(await allNames(blobs)).to.deep.equal([]);
    const names = [
      "44060126/0000001001.pdf",
      "44060126/9999999999.pdf",
      "44060126/0000001001.bureau.p7s",
      "01010126/0000001001.ofd",
    ];
    for (const name of names) expect(await blobs.put(name, Buffer.from(name))).to.deep.equal({ isNew: true });
    for (const name of names) expect(Buffer.from((await blobs.get(name)) ?? []).toString()).to.equal(name);
    expect(await allNames(blobs)).to.deep.equal([...names].sort());
    expect(await blobs.get("44060126/0000001002.pdf")).to.equal(undefined);
    expect(await blobs.get("99999999/0000001001.pdf")).to.equal(undefined);
    expect(fs.readFileSync(path.join(dir, "44060126", "000000", "0000001001.pdf"), "utf8")).to.equal(names[0]);
    expect(fs.readFileSync(path.join(dir, "44060126", "999999", "9999999999.pdf"), "utf8")).to.equal(names[1]);
    expect(fs.readdirSync(incoming())).to.deep.equal([]);
  });

  it("keeps what was written first, also over a new opening, and also if it is empty", async () => {
    const blobs = await openFileBlobs(dir);
    await blobs.put(numbered(1), Buffer.from("first"));
    await blobs.put(numbered(2), new Uint8Array());
    for (const store of [blobs, await openFileBlobs(dir)]) {
      expect(await store.put(numbered(1), Buffer.from("second"))).to.deep.equal({ isNew: false });
      expect(await store.put(numbered(2), Buffer.from("second"))).to.deep.equal({ isNew: false });
      expect(Buffer.from((await store.get(numbered(1))) ?? []).toString()).to.equal("first");
      expect((await store.get(numbered(2)))?.length).to.equal(0);
    }
  });

  it("refuses every name that is not a code, a number and a suffix", async () => {
    const blobs = await openFileBlobs(dir);
    const refused = [
      "",
      "44060126",
      "44060126/",
      "44060126/0000001001",
      "44060126/0000001001.",
      "44060126/0000001001.PDF",
      "44060126/000001001.pdf",
      "44060126/00000010010.pdf",
      "4406012/0000001001.pdf",
      "440601266/0000001001.pdf",
      "44060126/0000001001.pdf/x",
      "44060126/../44060126/0000001001.pdf",
      "../44060126/0000001001.pdf",
      "/44060126/0000001001.pdf",
      "44060126\\0000001001.pdf",
      "44060126/0000001001.pdf\n",
      "44060126/0000001001.pdf\0",
      "44060126/0000001001..",
      "44060126/0000001001.a.b.c",
      ".incoming/0000001001.pdf",
      "44060126/０000001001.pdf",
    ];
    for (const name of refused) {
      expect(await codeOf(blobs.put(name, Buffer.from("x"))), `put ${name}`).to.equal("blob_name_malformed");
      expect(await codeOf(blobs.get(name)), `get ${name}`).to.equal("blob_name_malformed");
    }
    expect(fs.readdirSync(dir)).to.deep.equal([".incoming"]);
  });

  it("lets one of many writers of a name win, and all see the winner's document whole", async () => {
    const stores = await Promise.all([openFileBlobs(dir), openFileBlobs(dir), openFileBlobs(dir)]);
    for (let number = 0; number < 20; number++) {
      const contents = Array.from({ length: 12 }, () => randomBytes(20_000));
      const outcomes = await Promise.all(
        contents.map((bytes, index) => (stores[index % 3] as BlobStore).put(numbered(number), bytes)),
      );
      const winners = contents.filter((_, index) => outcomes[index]?.isNew);
      expect(winners).to.have.length(1);
      expect(Buffer.from((await stores[0].get(numbered(number))) ?? []).equals(winners[0] as Buffer)).to.equal(true);
    }
    expect(fs.readdirSync(incoming())).to.deep.equal([]);
  });

  it("leaves alone what is being written when another process opens the folder", async () => {
    const blobs = await openFileBlobs(dir);
    const writing = new AbortController();
    const openings = (async () => {
      while (!writing.signal.aborted) await openFileBlobs(dir);
    })();
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, number) => blobs.put(numbered(number), randomBytes(30_000))),
    );
    writing.abort();
    await openings;
    expect(outcomes.every((outcome) => outcome.isNew)).to.equal(true);
    for (let number = 0; number < 300; number++) expect((await blobs.get(numbered(number)))?.length).to.equal(30_000);
  });

  it("cleans what a crash left, and lists nothing that is no document", async () => {
    const blobs = await openFileBlobs(dir);
    await blobs.put(numbered(1), Buffer.from("document"));
    for (const [name, ageS] of [
      ["old", 3_601],
      ["young", 3_590],
    ] as const) {
      fs.writeFileSync(path.join(incoming(), name), "half a docu");
      fs.utimesSync(path.join(incoming(), name), Date.now() / 1000 - ageS, Date.now() / 1000 - ageS);
    }
    fs.writeFileSync(path.join(dir, "44060126", "000000", "note.txt"), "no document");
    fs.writeFileSync(path.join(dir, "44060126", "000000", "0123450001.pdf"), "in another range's folder");
    fs.mkdirSync(path.join(dir, "lost+found"));
    expect(await allNames(await openFileBlobs(dir))).to.deep.equal([numbered(1)]);
    expect(fs.readdirSync(incoming())).to.deep.equal(["young"]);
  });

  it("loses no acknowledged document, and shows no half one, when the writer is killed", async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const child = spawn(
        process.execPath,
        [path.join(import.meta.dirname, "blobChild.ts"), dir, String(round * 100_000)],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const gone = new Promise((resolve) => child.once("close", resolve));
      const enough = acknowledged.size + 100;
      let rest = "";
      child.stdout.on("data", (data: Buffer) => {
        const lines = (rest + data.toString()).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) acknowledged.add(line);
        if (acknowledged.size > enough) child.kill("SIGKILL");
      });
      await gone;
    }
    const blobs = await openFileBlobs(dir);
    const names = new Set(await allNames(blobs));
    expect([...acknowledged].filter((name) => !names.has(name))).to.deep.equal([]);
    for (const name of names) {
      expect(Buffer.from((await blobs.get(name)) ?? []).toString(), name).to.equal(name.repeat(4000));
    }
    expect(acknowledged.size).to.be.greaterThan(400);
  });

  it("says blob_not_written and leaves nothing when the disk refuses", async () => {
    const blobs = await openFileBlobs(dir);
    fs.mkdirSync(path.join(dir, "44060126"), { recursive: true });
    fs.writeFileSync(path.join(dir, "44060126", "000000"), "a file where the folder should be");
    expect(await codeOf(blobs.put(numbered(1), Buffer.from("x")))).to.equal("blob_not_written");
    fs.rmSync(path.join(dir, "44060126", "000000"));
    expect(await blobs.put(numbered(1), Buffer.from("x"))).to.deep.equal({ isNew: true });
    fs.rmSync(path.join(dir, "44060126"), { recursive: true });
    expect(await codeOf(blobs.put(numbered(2), Buffer.from("x")))).to.equal("blob_not_written");
    expect(fs.readdirSync(incoming())).to.deep.equal([]);
  });

  it("writes durably, and says how fast", async () => {
    const blobs = await openFileBlobs(dir);
    const document = randomBytes(60_000);
    const count = 600;
    for (const writers of [1, 16]) {
      let next = writers * 1000;
      const began = performance.now();
      const write = async () => {
        for (let done = 0; done < count / writers; done++) await blobs.put(numbered(next++), document);
      };
      await Promise.all(Array.from({ length: writers }, write));
      const seconds = (performance.now() - began) / 1000;
      console.log(`      ${Math.round(count / seconds)} documents of 60 kB a second by ${writers} writers`);
    }
    expect(await allNames(blobs)).to.have.length(600 + 16 * Math.ceil(600 / 16));
  });

  it("never shares a folder sync that began before the caller came", async () => {
    const sync = folderSync();
    fs.mkdirSync(dir, { recursive: true });
    const first = sync(dir);
    const second = sync(dir);
    const third = sync(dir);
    expect(second).not.to.equal(first);
    expect(third).to.equal(second);
    await Promise.all([first, second, third]);
    const error = await sync(path.join(dir, "none")).catch((caught: unknown) => caught);
    expect((error as NodeJS.ErrnoException).code).to.equal("ENOENT");
    await sync(dir);
  });
});
