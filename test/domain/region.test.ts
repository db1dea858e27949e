import { expect } from "chai";
import { regionName } from "../../service/domain/region.ts";

describe("domain/region", () => {
  it("names the provinces and the centre, and nothing it does not know", () => {
    expect([regionName("44"), regionName("11"), regionName("00")]).to.deep.equal(["广东省", "北京市", "中央"]);
    expect([regionName("99"), regionName(""), regionName("toString")]).to.deep.equal(["", "", ""]);
  });
});
