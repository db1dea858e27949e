import { expect } from "chai";
import type { LifeKit } from "./lifeCases.ts";

type NumberKit = Pick<LifeKit, "as" | "logged" | "school" | "issueBody">;

/** Numbers at the desk; part of desk.test.ts, whose database they share. */
export function numberCases({ as, logged, school, issueBody }: NumberKit): void {
  const wish = { kind: "nontax", count: 500 };

  it("applies in the account's name, whatever the page says, once, and logs it", async () => {
    const accountant = await as("accountant");
    const body = { ...wish, applicationNo: "DN-1", isSubmitted: false };
    const forged = await accountant.post("numbers/applications", { ...body, author: "别人" });
    expect((forged.json["errors"] as { pointer: string }[])[0]?.pointer).to.equal("/author");
    const drafted = await accountant.post("numbers/applications", body);
    expect(drafted.status, JSON.stringify(drafted.json)).to.equal(201);
    expect(drafted.json).to.include({ state: "new", author: school.accountant!.displayName });
    expect((await accountant.post("numbers/applications", body)).status).to.equal(200);
    const other = await accountant.post("numbers/applications", { ...body, count: 501 });
    expect(other.json["code"]).to.equal("number_state_conflict");
    const head = await as("head");
    const saved = await head.post("numbers/applications/DN-1/save", { ...wish, count: 600 });
    expect(saved.json).to.include({ count: 600, state: "saved", author: school.head!.displayName });
    expect((await head.post("numbers/applications/DN-1/submit", {})).json["state"]).to.equal("submitted");
    expect((await head.post("numbers/applications/DN-1/save", wish)).json["code"]).to.equal("number_state_conflict");
    const lines = await logged();
    expect(lines)
      .to.include("application_saved application DN-1 nontax 500")
      .and.include("application_saved application DN-1 nontax 600")
      .and.include("application_submitted application DN-1");
    const seen = (await (await as("cashier")).get("numbers/applications?state=submitted")).json["applications"];
    expect((seen as { applicationNo: string }[]).map(({ applicationNo }) => applicationNo)).to.deep.equal(["DN-1"]);
  });

  it("returns the unused end of a book, and only that", async () => {
    const accountant = await as("accountant");
    const [book] = (await accountant.get("books")).json["books"] as { bookId: number; last: string; next: string }[];
    const { bookId, last } = book!;
    const body = { returnNo: "DR-1", bookId, first: last, reason: "多领" };
    const past = String(Number(last) + 1).padStart(10, "0");
    const outside = await accountant.post("numbers/returns", { ...body, first: past });
    expect((outside.json["errors"] as { pointer: string }[])[0]?.pointer).to.equal("/first");
    const unknown = await accountant.post("numbers/returns", { ...body, bookId: 4_000_000 });
    expect(unknown.json["code"]).to.equal("number_record_not_found");
    const done = await accountant.post("numbers/returns", body);
    expect(done.status, JSON.stringify(done.json)).to.equal(201);
    expect(done.json).to.include({ first: last, last, count: 1, author: school.accountant!.displayName });
    expect((await accountant.post("numbers/returns", { ...body, returnNo: "DR-2" })).json["code"]).to.equal(
      "number_state_conflict",
    );
    expect(await logged()).to.include(`numbers_returned return DR-1 book ${bookId}`);
  });

  it("keeps marks and places, gives a book to a place, and shows the stock ledger of a period", async () => {
    const head = await as("head");
    const mark = { kind: "nontax", threshold: 10, pushNumber: 100, isAuto: false };
    expect((await head.post("numbers/low-water", { ...mark, kind: "medicalIn" })).status).to.equal(422);
    expect((await head.post("numbers/low-water", mark)).status).to.equal(200);
    expect((await head.post("numbers/places", { placeCode: "KP07", name: "东校区" })).status).to.equal(200);
    const [book] = (await head.get("books")).json["books"] as { bookId: number }[];
    const path = `numbers/books/${book!.bookId}/place`;
    expect((await head.post(path, { placeCode: "KP99" })).status).to.equal(422);
    const placed = (await head.post(path, { placeCode: "KP07" })).json["books"] as Record<string, unknown>[];
    expect(placed.find(({ bookId }) => bookId === book!.bookId)).to.include({ placeCode: "KP07" });
    await head.post(path, { placeCode: null });
    // The accounts' own place, without which nobody of the unit could issue from now on.
    const cashier = await as("cashier");
    const body = issueBody("desk-place");
    const refused = await cashier.post("receipts", body);
    expect(refused.status, JSON.stringify(refused.json)).to.equal(422);
    expect(refused.json["errors"]).to.have.nested.property("[0].pointer", "/placeCode");
    expect((await head.post("numbers/places", { placeCode: "KP01", name: "财务处" })).status).to.equal(200);
    expect((await cashier.post("receipts", body)).status).to.equal(201);
    expect(await logged())
      .to.include("low_water_set low water nontax 10 100")
      .and.include("place_set place KP07 open")
      .and.include(`book_placed book ${book!.bookId}`);
    const { lines } = (await cashier.get("numbers/stock")).json as { lines: Record<string, number>[] };
    expect(lines.map(({ difference }) => difference)).to.deep.equal(lines.map(() => 0));
    expect(lines.some(({ blue = 0 }) => blue > 0)).to.equal(true);
    expect((await cashier.get("numbers/places")).json["places"]).to.deep.equal([
      { placeCode: "KP01", name: "财务处", isOpen: true },
      { placeCode: "KP07", name: "东校区", isOpen: true },
    ]);
  });
}
