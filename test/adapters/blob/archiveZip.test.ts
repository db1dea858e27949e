import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { openArchiveZip } from "../../../service/adapters/blob/archiveZip.ts";
import { packArchive, type PackedFiles } from "../../../service/adapters/blob/packArchive.ts";
import { failure } from "../chain/chainFixture.ts";
import { makeTestFolder } from "../../support/database.ts";
import { zipOf } from "../../web/zipOf.ts";

const sourceOf = (files: Readonly<Record<string, string>>, order = Object.keys(files)): PackedFiles => ({
  async *names() {
    yield* await Promise.resolve(order);
  },
  async *open(name) {
    yield Buffer.from(await Promise.resolve(files[name] ?? ""));
  },
});

async function all(items: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("an archive in one ZIP file", () => {
  const folder = makeTestFolder("zip");
  after(() => folder.remove());
  let serial = 0;
  const pack = async (source: PackedFiles): Promise<string> => {
    const file = path.join(folder.dir, `${serial++}.zip`);
    await packArchive(source, file);
    return file;
  };
  const write = (bytes: Uint8Array): string => {
    const file = path.join(folder.dir, `${serial++}.zip`);
    fs.writeFileSync(file, bytes);
    return file;
  };
  const FILES = { "index.csv": "a\nb\n", "receipts/44/票.xml": "<x/>", empty: "" };

  it("has the same bytes for the same files, in whatever order they are found", async () => {
    const [one, other] = [await pack(sourceOf(FILES)), await pack(sourceOf(FILES, Object.keys(FILES).reverse()))];
    expect(fs.readFileSync(one).equals(fs.readFileSync(other))).to.equal(true);
    expect(fs.existsSync(`${one}.writing`)).to.equal(false);
  });

  it("is read back, and by another program", async () => {
    const file = await pack(sourceOf(FILES));
    const zip = await openArchiveZip(file);
    expect((await all(zip.names())).toSorted()).to.deep.equal(Object.keys(FILES).sort());
    expect(Buffer.from((await zip.read("receipts/44/票.xml"))!).toString()).to.equal("<x/>");
    expect(await all(zip.lines("index.csv"))).to.deep.equal(["a", "b"]);
    expect(await zip.read("none")).to.equal(undefined);
    expect(await zip.digest("none")).to.equal(undefined);
    expect(await all(zip.lines("none"))).to.deep.equal([]);
    expect((await zip.digest("empty"))?.[0]).to.equal(0xe3);
    await zip.close();
    expect(execFileSync("python3", ["-m", "zipfile", "-t", file]).toString()).to.match(/Done testing/);
  });

  it("holds more files than the old format counts", async () => {
    const names = Array.from({ length: 65_535 }, (_, n) => `f${n}`);
    const file = await pack(sourceOf({}, names));
    const zip = await openArchiveZip(file);
    expect(await all(zip.names())).to.have.length(names.length);
    await zip.close();
    expect(fs.readFileSync(file).includes("PK\x06\x06", 0, "latin1")).to.equal(true);
  });

  it("is refused where it is cut, lies about a length, names a file twice, or is encrypted", async () => {
    const good = fs.readFileSync(await pack(sourceOf(FILES)));
    const readLines = async (file: string): Promise<unknown> => {
      const zip = await openArchiveZip(file);
      return all(zip.lines("index.csv")).finally(() => zip.close());
    };
    const code = async (bytes: Uint8Array): Promise<string> => (await failure(readLines(write(bytes)))).code;
    expect(await code(good.subarray(0, -1))).to.equal("archive_zip_malformed");
    expect(await code(good.subarray(40))).to.equal("archive_zip_malformed");
    expect(await code(Buffer.alloc(10))).to.equal("archive_zip_malformed");
    const at = good.indexOf("PK\x01\x02", good.indexOf("PK\x01\x02") + 4, "latin1");
    for (const change of [-1, 1]) {
      const lying = Buffer.from(good);
      lying.writeUInt32LE(4 + change, at + 24);
      expect(await code(lying)).to.equal("archive_zip_malformed");
    }
    const text = Buffer.from("line\n".repeat(100));
    const deflated = Buffer.from(zipOf([["index.csv", text]]));
    deflated.writeUInt32LE(10, deflated.indexOf("PK\x01\x02", 0, "latin1") + 24);
    expect(await code(deflated)).to.equal("archive_zip_malformed");
    expect(
      await code(
        zipOf([
          ["x", text],
          ["x", text],
        ]),
      ),
    ).to.equal("archive_zip_malformed");
    const encrypted = Buffer.from(good);
    encrypted.writeUInt16LE(1, at + 8);
    // Its key's check stands before the contents.
    encrypted.writeUInt32LE(4 + 12, at + 20);
    expect(await code(encrypted)).to.equal("archive_zip_unsupported");
  });
});
