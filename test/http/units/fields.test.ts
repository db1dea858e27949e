import { expect } from "chai";
import { expectProblem, goodInput, startHarness, type Harness } from "../harness.ts";

type Wrong = readonly [value: unknown, code: string];

const notText: readonly Wrong[] = [
  [1, "wrong_type"],
  [null, "wrong_type"],
  [["x"], "wrong_type"],
  ["a\nb", "field_bad_characters"],
  ["\u0000", "field_bad_characters"],
  ["\ud842", "field_bad_characters"],
];
const textOf = (most: number): readonly Wrong[] => [...notText, ["𠮷".repeat(most + 1), "field_too_long"]];
const requiredText = (most: number): readonly Wrong[] => [
  ...textOf(most),
  ["", "field_required"],
  ["  ", "field_required"],
  [undefined, "field_required"],
];
const money: readonly Wrong[] = [
  ["1", "wrong_type"],
  [1.5, "wrong_type"],
  [null, "wrong_type"],
  [9007199254740992, "amount_out_of_range"],
  [-9007199254740992, "amount_out_of_range"],
];
const needed: Wrong = [undefined, "field_required"];
const decimal: readonly Wrong[] = [
  [1, "wrong_type"],
  ["1e3", "field_malformed"],
  ["01", "field_malformed"],
  ["1.", "field_malformed"],
  ["1.23456", "field_malformed"],
  ["12345678901", "field_malformed"],
];
const listOf = (most: number): readonly Wrong[] => [
  [{}, "wrong_type"],
  [null, "wrong_type"],
  [new Array(most + 1).fill({}), "too_many_rows"],
];

/** Wrong values of each field of the request, by its JSON Pointer. */
const wrongValues: Readonly<Record<string, readonly Wrong[]>> = {
  "/kind": [[1, "wrong_type"], ["Out Patient", "field_malformed"], ["", "field_malformed"], needed],
  "/busNo": requiredText(50),
  "/placeCode": textOf(50),
  "/totalAmount": money,
  "/payerPartyType": [[1, "field_not_a_choice"], ["3", "field_not_a_choice"], needed],
  "/payerPartyName": textOf(100),
  "/payerPartyCode": textOf(30),
  "/payerAcct": textOf(50),
  "/payerOpBk": textOf(100),
  "/payMode": textOf(20),
  "/handlingPerson": textOf(100),
  "/checker": textOf(100),
  "/remark": textOf(200),
  "/mainExt": [
    [[], "wrong_type"],
    ["x", "wrong_type"],
    [manyFields(101), "too_many_rows"],
  ],
  "/mainExt/gender": [
    [null, "wrong_type"],
    [true, "wrong_type"],
    [{}, "wrong_type"],
    [1.5, "wrong_type"],
  ],
  "/mainExt/fundPayAmount": [
    [9007199254740992, "amount_out_of_range"],
    ["a\tb", "field_bad_characters"],
  ],
  "/mainExt/Bad-name": [["x", "unknown_field"]],
  "/items": [...listOf(500), [[], "too_few_rows"], needed],
  "/items/0": [
    [1, "wrong_type"],
    [null, "wrong_type"],
  ],
  "/items/0/itemCode": textOf(50),
  "/items/0/itemName": requiredText(100),
  "/items/0/itemQuantity": decimal,
  "/items/0/itemUnit": textOf(20),
  "/items/0/itemStd": decimal,
  "/items/0/itemAmount": [...money, needed],
  "/items/0/itemRemark": textOf(200),
  "/items/0/more": [["x", "unknown_field"]],
  "/auxItems": listOf(2000),
  "/auxItems/0/auxItemRelatedCode": textOf(50),
  "/auxItems/0/auxItemRelatedName": textOf(100),
  "/auxItems/0/auxItemCode": textOf(50),
  "/auxItems/0/auxItemName": requiredText(100),
  "/auxItems/0/auxItemSpecification": textOf(100),
  "/auxItems/0/auxItemQuantity": decimal,
  "/auxItems/0/auxItemUnit": textOf(20),
  "/auxItems/0/auxItemStd": decimal,
  "/auxItems/0/auxItemAmount": [...money, needed],
  "/auxItems/0/auxItemRemark": textOf(200),
  "/auxItems/0/more": [["x", "unknown_field"]],
  "/otherInfo": listOf(30),
  "/otherInfo/0/infoName": requiredText(60),
  "/otherInfo/0/infoValue": textOf(200),
  "/otherInfo/0/more": [["x", "unknown_field"]],
  "/payChannels": listOf(20),
  "/payChannels/0/payChannelCode": [[2, "wrong_type"], ["", "field_malformed"], ["a", "field_malformed"], needed],
  "/payChannels/0/payChannelValue": [...money, needed],
  "/payChannels/0/more": [["x", "unknown_field"]],
  "/more": [["x", "unknown_field"]],
  "/a~1b~0c": [["x", "unknown_field"]],
};

describe("a wrong field", () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());

  const base = (): Record<string, unknown> => ({
    ...goodInput("fields"),
    otherInfo: [{ infoName: "床号", infoValue: "12" }],
  });

  for (const [pointer, values] of Object.entries(wrongValues)) {
    it(`is named: ${pointer}`, async () => {
      for (const [value, code] of values) {
        const body = structuredClone(base());
        place(body, pointer, value);
        const problem = await expectProblem(
          await harness.hospital.call("POST", "/v1/receipts", body),
          422,
          "invalid_fields",
        );
        const own = problem.errors.filter((error) => error.pointer === pointer);
        expect(
          own.map((error) => error.code),
          `${pointer} = ${String(value).slice(0, 50)}`,
        ).to.deep.equal([code]);
        // What was sent may be a person's: it is not repeated.
        if (typeof value === "string" && value.trim().length > 3) {
          expect(JSON.stringify(problem)).not.to.include(value.slice(0, 4));
        }
      }
      expect(harness.store.issueCount).to.equal(0);
      expect(harness.store.bookList.every((book) => book.next === book.first)).to.equal(true);
    });
  }

  it("has a test for each field of the request", () => {
    const tested = new Set(Object.keys(wrongValues));
    for (const [name, value] of Object.entries(base())) {
      expect(tested.has(`/${name}`), name).to.equal(true);
      if (!Array.isArray(value)) continue;
      const [row] = value as readonly Record<string, unknown>[];
      for (const field of Object.keys(row ?? {})) expect(tested.has(`/${name}/0/${field}`), field).to.equal(true);
    }
  });

  it("is named beside all others, up to a hundred", async () => {
    const items = new Array(120).fill({ itemName: 1, itemAmount: 1 });
    const body = await expectProblem(
      await harness.hospital.call("POST", "/v1/receipts", { ...base(), items, checker: 1 }),
      422,
      "invalid_fields",
    );
    expect(body.errors).to.have.length(100);
    expect(body.errors.map((error) => error.pointer)).to.include.members(["/checker", "/items/0/itemName"]);
  });

  it("at its longest, and amounts at their greatest, pass the schema", async () => {
    const body: Record<string, unknown> = { ...base(), remark: "𠮷".repeat(200), totalAmount: Number.MAX_SAFE_INTEGER };
    // The total is not the items' sum: so a rule refuses it, not the schema.
    const problem = await expectProblem(
      await harness.hospital.call("POST", "/v1/receipts", body),
      422,
      "refused_by_rule",
    );
    expect(problem.errors.map((error) => error.pointer)).to.deep.equal(["/totalAmount"]);
    expect(harness.store.issueCount).to.equal(0);
  });

  it("as no JSON at all is told apart", async () => {
    const text = async (
      body: string | Uint8Array<ArrayBuffer>,
      type: string,
      status: number,
      code: string,
    ): Promise<void> => {
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
      const url = new URL("/v1/receipts", harness.url);
      const headers = { ...harness.signer({ method: "POST", url, body: bytes }), "Content-Type": type };
      await expectProblem(await fetch(url, { method: "POST", headers, body: bytes }), status, code);
    };
    for (const body of ["{", "{'a':1}", '{"a":NaN}', '{"a":1}x', "\ufeff{}"]) {
      await text(body, "application/json", 400, "malformed_json");
    }
    await text(new Uint8Array([0x22, 0xff, 0x22]), "application/json", 400, "malformed_json");
    for (const body of ["null", "1", '"x"', "[]"]) await text(body, "application/json", 422, "invalid_fields");
    for (const type of ["text/plain", "application/xml", "application/json; charset=gb18030", "application/jsonx"]) {
      await text("{}", type, 415, "unsupported_media_type");
    }
    await text("{}", "application/json; charset=UTF-8", 422, "invalid_fields");
    await text("{}", "Application/JSON", 422, "invalid_fields");
    expect(harness.store.issueCount).to.equal(0);
  });

  it("as no body at all is malformed JSON", async () => {
    const url = new URL("/v1/receipts", harness.url);
    const headers = { ...harness.signer({ method: "POST", url }), "Content-Type": "application/json" };
    await expectProblem(await fetch(url, { method: "POST", headers }), 400, "malformed_json");
  });
});

function place(body: Record<string, unknown>, pointer: string, value: unknown): void {
  const steps = pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop() ?? "";
  const holder = steps.reduce<Record<string, unknown>>((at, step) => at[step] as Record<string, unknown>, body);
  holder[last] = value;
}

function manyFields(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, "x"]));
}
