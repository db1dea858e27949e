import { expect } from "chai";
import { catalogueFor, regionCatalogue, type RegionItem } from "../../service/domain/catalogue.ts";
import { CATALOGUE_COLUMNS, parseCatalogueCsv } from "../../service/domain/catalogueCsv.ts";
import { csvRows } from "../../service/domain/csvRows.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import { acceptance, refusal, told } from "./fixtures.ts";

const HEAD = CATALOGUE_COLUMNS.join(",");
const UNIT_A = "12440300MB2D000043";
const UNIT_B = "51440300MB2D00007B";

function itemsOf(...rows: readonly string[]): readonly RegionItem[] {
  const parsed = parseCatalogueCsv([HEAD, ...rows].join("\n"), (id) => ["tuition", "nontax"].includes(id));
  return parsed.kind === "parsed" ? parsed.items : expect.fail(told(parsed.problems).join());
}

function problemsOf(...rows: readonly string[]): readonly string[] {
  const parsed = parseCatalogueCsv([HEAD, ...rows].join("\n"), (id) => ["tuition", "nontax"].includes(id));
  return parsed.kind === "refused" ? told(parsed.problems) : expect.fail("taken");
}

describe("domain/csvRows", () => {
  it("reads quotes, commas and line breaks in cells, and any line ends", () => {
    expect(csvRows('a,"b,""c""\n",d\r\n\r\n,e')).to.deep.equal([
      ["a", 'b,"c"\n', "d"],
      ["", "e"],
    ]);
    expect(csvRows("")).to.deep.equal([]);
    expect(csvRows("a")).to.deep.equal([["a"]]);
    expect(csvRows("a,")).to.deep.equal([["a", ""]]);
  });
});

describe("domain/catalogueCsv", () => {
  it("reads items with kinds, standards, days and units", () => {
    const row = `A1,"学费,本科",tuition nontax,5000,6500.00,20250901,2026-08-31,${UNIT_A} ${UNIT_B}`;
    expect(itemsOf(row)).to.deep.equal([
      {
        ...{ itemCode: "A1", itemName: "学费,本科", kinds: ["tuition", "nontax"], units: [UNIT_A, UNIT_B] },
        ...{ minStd: "5000", maxStd: "6500.00", validFrom: "20250901", validThrough: "20260831" },
      },
    ]);
    expect(itemsOf("A1,学费,tuition,,,,,")[0]).to.include({ minStd: "", validFrom: "" });
    expect(itemsOf()).to.deep.equal([]);
  });

  it("names every cell that is wrong, by row and column", () => {
    expect(problemsOf("A1,学费,tuition,,,,,", ",,fee,-1,1.00001,20250230,x,12")).to.deep.equal([
      ...["field_required /rows/2/itemCode", "field_required /rows/2/itemName", "field_malformed /rows/2/kinds"],
      ...["field_malformed /rows/2/minStd", "field_malformed /rows/2/maxStd", "field_malformed /rows/2/validFrom"],
      ...["field_malformed /rows/2/validThrough", "field_malformed /rows/2/units"],
    ]);
    expect(problemsOf("A1,学费,,,,,,")).to.deep.equal(["field_malformed /rows/1/kinds"]);
    expect(problemsOf("A1,学费,tuition")).to.deep.equal(["column_count /rows/1"]);
  });

  it("wants bounds and days in order", () => {
    itemsOf("A1,学费,tuition,5,5.00,20250901,20250901,");
    expect(problemsOf("A1,学费,tuition,5.01,5,,,")).to.deep.equal(["field_malformed /rows/1/maxStd"]);
    expect(problemsOf("A1,学费,tuition,,,20250902,20250901,")).to.deep.equal(["field_malformed /rows/1/validThrough"]);
  });

  it("refuses another head", () => {
    for (const text of ["", "itemCode,itemName", `x${HEAD}`]) {
      const parsed = parseCatalogueCsv(text, () => true);
      expect(parsed.kind === "refused" && told(parsed.problems)).to.deep.equal(["catalogue_malformed /rows/0"]);
    }
  });
});

describe("domain/catalogue", () => {
  const TUITION = sampleInput("tuition", 0);
  const codes = TUITION.items.map(({ itemCode }) => itemCode);
  const catalogue = regionCatalogue(
    itemsOf(`103042751,学费,tuition,,,,,`, `103042752,住宿费,tuition,,1500,,,${UNIT_A}`),
  );

  it("is silent where there is none, and on kinds that it does not name", () => {
    expect(catalogueFor(undefined, UNIT_A, "tuition", codes)).to.equal(undefined);
    expect(catalogueFor(catalogue, UNIT_A, "nontax", codes)).to.equal(undefined);
  });

  it("tells a unit its own items and those of every unit", () => {
    const of = (creditCode: string) => catalogueFor(catalogue, creditCode, "tuition", codes);
    expect(of(UNIT_A)?.map(({ itemCode }) => itemCode)).to.deep.equal(["103042751", "103042752"]);
    expect(of(UNIT_B)?.map(({ itemCode }) => itemCode)).to.deep.equal(["103042751"]);
    expect(acceptance(TUITION, { catalogue: of(UNIT_A) ?? [] }).warnings).to.deep.equal([]);
    expect(refusal(TUITION, { catalogue: of(UNIT_B) ?? [] })).to.deep.equal(["a13_item_unknown /items/1/itemCode"]);
  });
});
