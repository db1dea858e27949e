import fc from "fast-check";
import { expect } from "chai";
import { SEGMENT_INNER, treePath } from "../../service/core/merkle.ts";
import { readZip, ZIP_LIMITS } from "../../service/web/shared/zip.ts";
import { parsePlace, placeFromJson } from "../../service/web/shared/place.ts";
import { beijingTime, shortHex } from "../../service/web/shared/words.ts";
import { takeIn } from "../../service/web/verify/documents.ts";
import { pathSteps } from "../../service/web/verify/pathSteps.ts";
import { refusalOf, refusalOfPromise } from "../core/refusal.ts";
import { zipOf } from "./zipOf.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const unpack = (zip: Uint8Array<ArrayBuffer>) => async (): Promise<unknown> => readZip(zip)[0]?.read();
const file = (name: string, content: Uint8Array): File => new File([content.slice()], name);

describe("web/shared/zip", () => {
  it("gives back what was packed, deflated and stored", async () => {
    const content = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.uint8Array({ maxLength: 300 })), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(content, async (files) => {
        const named = files.map(
          ([name, body], index) => [`${String(index)}${name.replaceAll("/", "")}`, body] as const,
        );
        const read = readZip(zipOf(named));
        expect(await Promise.all(read.map((entry) => entry.read()))).to.deep.equal(files.map(([, body]) => body));
      }),
      { numRuns: 60 },
    );
  });

  it("reads Chinese names in UTF-8 and in GBK, and leaves folders out", () => {
    expect(
      readZip(
        zipOf([
          ["票据/", bytes("")],
          ["票据/一.pdf", bytes("x")],
        ]),
      ).map(({ name }) => name),
    ).to.deep.equal(["票据/一.pdf"]);
    const gbk = zipOf([["\xc6\xb1.pdf", bytes("x")]], "latin1");
    expect(readZip(gbk)[0]?.name).to.equal("票.pdf");
  });

  it("refuses an archive at every cut", () => {
    const zip = zipOf([["a.pdf", bytes("aaaa".repeat(100))]]);
    for (let end = 0; end < zip.length; end += 1) {
      expect(
        refusalOf(() => readZip(zip.slice(0, end))),
        String(end),
      ).to.equal("zip_malformed");
    }
  });

  it("does not unpack more than an entry says that it holds, however small it is packed", async () => {
    const bomb = zipOf([["a.pdf", new Uint8Array(5_000_000)]]);
    const view = new DataView(bomb.buffer);
    const directory = bomb.length - 22 - 46 - 5;
    expect(view.getUint32(directory, true)).to.equal(0x02014b50);
    view.setUint32(directory + 24, 1000, true);
    expect(await refusalOfPromise(unpack(bomb))).to.equal("zip_malformed");
    view.setUint32(directory + 24, ZIP_LIMITS.entryBytes + 1, true);
    expect(await refusalOfPromise(unpack(bomb))).to.equal("zip_too_large");
  });

  it("refuses an entry that was damaged on its way, so that its receipt does not pass for an altered one", async () => {
    const zip = zipOf([["a.pdf", bytes("a")]]);
    expect(await unpack(zip)()).to.deep.equal(bytes("a"));
    zip[30 + "a.pdf".length] = bytes("b")[0] ?? 0;
    expect(await refusalOfPromise(unpack(zip))).to.equal("zip_malformed");
  });

  it("refuses encryption and other methods", async () => {
    for (const [offset, value] of [
      [8, 1],
      [10, 12],
    ] as const) {
      const zip = zipOf([["a.pdf", bytes("x")]]);
      new DataView(zip.buffer).setUint16(zip.length - 22 - 46 - 5 + offset, value, true);
      expect(await refusalOfPromise(unpack(zip))).to.equal("zip_unsupported");
    }
  });

  it("takes as many files as it may, and not one more", () => {
    const many = (count: number) => zipOf(Array.from({ length: count }, (_, i) => [`${String(i)}.pdf`, bytes("x")]));
    expect(readZip(many(ZIP_LIMITS.entries))).to.have.length(ZIP_LIMITS.entries);
    expect(refusalOf(() => readZip(many(ZIP_LIMITS.entries + 1)))).to.equal("zip_too_large");
  });
});

describe("web/verify/documents", () => {
  it("takes PDFs as they are and those of an archive, and says what it cannot open", async () => {
    const zip = zipOf([
      ["a.pdf", bytes("a")],
      ["b.txt", bytes("b")],
      // What a Mac packs beside it.
      ["__MACOSX/._a.pdf", bytes("?")],
      ["._a.pdf", bytes("?")],
    ]);
    const { docs, problems } = await takeIn([
      file("x.pdf", bytes("x")),
      file("all.zip", zip),
      file("none.zip", zipOf([["b.txt", bytes("b")]])),
      file("bad.zip", bytes("bad")),
    ]);
    expect(
      await Promise.all(docs.map(async (doc) => [doc.name, new TextDecoder().decode(await doc.read())])),
    ).to.deep.equal([
      ["x.pdf", "x"],
      ["a.pdf", "a"],
    ]);
    expect(problems.map(({ zh }) => zh)).to.deep.equal(["none.zip 里没有 PDF", "bad.zip 打不开，可能已损坏"]);
  });

  it("checks at most as many as an archive may hold, and says so", async () => {
    const one = file("x.pdf", bytes("x"));
    expect((await takeIn(Array<File>(ZIP_LIMITS.entries).fill(one))).problems).to.deep.equal([]);
    const { docs, problems } = await takeIn(Array<File>(ZIP_LIMITS.entries + 1).fill(one));
    expect(docs).to.have.length(ZIP_LIMITS.entries);
    expect(problems).to.have.length(1);
  });
});

describe("web/shared/place", () => {
  const good = { node: "https://node.example", chainId: "31337", contract: `0x${"Ab".repeat(20)}` };

  it("takes a node, a chain and a contract, spaces around and letters in any case", () => {
    expect(parsePlace({ ...good, contract: ` ${good.contract} ` })).to.deep.equal({
      place: { node: "https://node.example/", chainId: 31337, contract: `0x${"ab".repeat(20)}` },
    });
    expect(parsePlace({ ...good, node: "/chain" }, "http://localhost:3000/verify")).to.have.nested.property(
      "place.node",
      "http://localhost:3000/chain",
    );
  });

  it("names each field that is wrong", () => {
    const wrong = {
      node: ["", "ftp://x", "javascript:alert(1)", "/chain", "https://user:pass@x"],
      chainId: ["", "0", "-1", "1.5", "0x1", "9007199254740992"],
      contract: ["", "0x", `0x${"a".repeat(39)}`, `0x${"a".repeat(41)}`, "a".repeat(40)],
    };
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const parsed = parsePlace({ ...good, [field]: value });
        expect("problems" in parsed ? Object.keys(parsed.problems) : [], `${field} ${value}`).to.deep.equal([field]);
      }
    }
  });

  it("reads what was kept, and nothing else", () => {
    const place = { node: "https://n.example/", chainId: 1, contract: `0x${"ab".repeat(20)}` };
    expect(placeFromJson(JSON.stringify(place))).to.deep.equal(place);
    for (const text of [null, "", "null", "[]", "{", '{"node":"https://n.example"}', "7"]) {
      expect(placeFromJson(text)).to.equal(undefined);
    }
  });
});

describe("web/verify/pathSteps", () => {
  it("has one sibling for each hash of core's path, in its order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, seed) => {
        const index = seed % size;
        const leaves = Array.from({ length: size }, (_, i) => new Uint8Array(32).fill(i));
        const path = treePath(leaves, index, SEGMENT_INNER);
        const steps = pathSteps(index, size, path);
        expect(steps.flatMap(({ sibling }) => sibling ?? [])).to.deep.equal(path);
        expect(steps.every(({ side, sibling }) => (side === "none") === (sibling === undefined))).to.equal(true);
      }),
    );
  });

  it("turns as the index says: the third of five has its sibling at the right, then left, then right", () => {
    const path = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill));
    expect(pathSteps(2, 5, path).map(({ side }) => side)).to.deep.equal(["right", "left", "right"]);
    expect(pathSteps(4, 5, path).map(({ side }) => side)).to.deep.equal(["none", "none", "left"]);
    expect(pathSteps(0, 1, [])).to.deep.equal([]);
  });
});

describe("web/shared/words", () => {
  it("tells Beijing time with its zone, and no time for none", () => {
    expect(beijingTime(Date.parse("2026-03-05T16:00:00Z"))).to.equal("2026-03-06 00:00:00 (UTC+8)");
    expect(beijingTime(Number.NaN)).to.equal("-");
  });

  it("shortens what is long only", () => {
    expect(shortHex(`0x${"ab".repeat(32)}`)).to.equal("0xababab…abab");
    expect(shortHex("0xabab")).to.equal("0xabab");
  });
});
