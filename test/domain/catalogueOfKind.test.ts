import { expect } from "chai";
import { catalogueOfKind, regionCatalogue, type RegionItem } from "../../service/domain/catalogue.ts";

const OWN = "12440100MB2C000017";
const item = (itemCode: string, kinds: readonly string[], units: readonly string[] = []): RegionItem => ({
  ...{ itemCode, itemName: "学费", kinds, units },
  ...{ minStd: "", maxStd: "1250.00", validFrom: "", validThrough: "" },
});
const catalogue = regionCatalogue([
  item("A", ["nontax"]),
  item("B", ["nontax", "donation"], [OWN]),
  item("C", ["nontax"], ["12440100MB2C000025"]),
  item("D", ["outpatient"]),
]);

describe("the items of a kind that a unit may charge", () => {
  it("are those of every unit and its own, on this kind alone", () => {
    const codes = (kind: string) => catalogueOfKind(catalogue, OWN, kind)?.map(({ itemCode }) => itemCode);
    expect(codes("nontax")).to.deep.equal(["A", "B"]);
    expect(codes("donation")).to.deep.equal(["B"]);
  });

  it("are none where others alone may charge any, and unknown where the catalogue does not speak of the kind", () => {
    expect(catalogueOfKind(catalogue, "12440100MB2C000033", "donation")).to.deep.equal([]);
    expect(catalogueOfKind(catalogue, OWN, "inpatient")).to.equal(undefined);
    expect(catalogueOfKind(undefined, OWN, "nontax")).to.equal(undefined);
  });
});
