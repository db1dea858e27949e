import { expect } from "chai";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { linkIn, logIn, pathOf, startFetchSite, visitor, type FetchSite } from "../citizens/fetchSite.ts";

const [WRONG, RIGHT] = ["wrong@mail.example", "right@mail.example"];
const PHONE = "13912345678";
const REASON = "窗口登记有误";

type View = {
  readonly deliveries: readonly { channel: string; purpose: string; state: string; reason?: string }[];
  readonly contactChanges: readonly {
    kind: string;
    channels: string[];
    reason: string;
    revokedLinks: number;
    cancelledDeliveries: number;
    at: string;
  }[];
};

describe("contacts that a unit corrects", () => {
  let site: FetchSite;
  before(async () => {
    site = await startFetchSite();
  });
  after(() => site.stop());
  beforeEach(async () => {
    await site.reset();
    await site.platform.database.dataSource.query("delete from contact_change");
  });

  const at = (receipt: Receipt, last: string): string => `/v1/receipts/${pathOf(receipt)}/${last}`;
  const put = (receipt: Receipt, body: object): Promise<Response> =>
    site.hospital.call("PUT", at(receipt, "contact"), body);
  const resend = (receipt: Receipt): Promise<Response> => site.hospital.call("POST", at(receipt, "resend"));
  const viewOf = async (answer: Response): Promise<View> => {
    expect(answer.status).to.equal(200);
    return (await answer.json()) as View;
  };
  const codeOf = async (answer: Response): Promise<string> =>
    `${answer.status} ${((await answer.json()) as { code: string }).code}`;
  const recipients = (): readonly string[] => site.mail.received.flatMap(({ to }) => to);
  const linkTo = (address: string): string =>
    linkIn(site.mail.received.findLast(({ to }) => to.includes(address))?.mail.text);

  it("get the receipt, and whoever got it by mistake has a link and a login that lead nowhere", async () => {
    const receipt = await site.issue({ delivery: { email: WRONG } });
    await site.deliver();
    const stranger = visitor(site, "192.0.2.66");
    await logIn(site, stranger, WRONG);
    const oldLink = linkIn(site.mail.received[0]?.mail.text);
    expect(oldLink).to.match(/^\/r\/[0-9a-f]{32}$/);
    expect((await stranger.get(oldLink)).status).to.equal(200);
    expect((await stranger.get(`/my/receipts/${pathOf(receipt)}`)).status).to.equal(200);
    await stranger.post(`${oldLink}/send`, { to: "friend@mail.example" });
    const view = await viewOf(await put(receipt, { email: RIGHT, reason: REASON }));
    expect(view.deliveries.map(({ purpose, state, reason }) => `${purpose} ${state} ${reason ?? ""}`)).to.deep.equal([
      "receipt sent ",
      "forward cancelled contact_corrected",
      "receipt waiting ",
    ]);
    await site.deliver();
    expect(recipients().slice(2), "after the receipt and the code").to.deep.equal([RIGHT]);
    expect((await stranger.get(oldLink)).status).to.equal(404);
    expect((await stranger.get(`${oldLink}/pdf`)).status).to.equal(404);
    expect((await stranger.get(`/my/receipts/${pathOf(receipt)}`)).status).to.equal(303);
    expect((await stranger.get(linkTo(RIGHT))).status).to.equal(200);
    const payer = visitor(site);
    await logIn(site, payer, RIGHT);
    expect((await payer.get(`/my/receipts/${pathOf(receipt)}`)).status).to.equal(200);
    const [change, ...more] = view.contactChanges;
    expect(more).to.deep.equal([]);
    const { at: time, ...said } = change!;
    expect(said).to.deep.equal({
      ...{ kind: "corrected", channels: ["email"], reason: REASON },
      ...{ revokedLinks: 2, cancelledDeliveries: 1 },
    });
    expect(time).to.match(/^20\d\d-\d\d-\d\dT[\d:.]+\+08:00$/);
    expect(JSON.stringify(view)).not.to.include("mail.example");
  });

  it("stop what was not sent yet, and add a phone", async () => {
    const receipt = await site.issue({ delivery: { email: WRONG } });
    await viewOf(await put(receipt, { email: RIGHT, phone: PHONE, reason: REASON }));
    await site.deliver();
    expect(recipients()).to.deep.equal([RIGHT]);
    expect(site.texts.map(({ to }) => to)).to.deep.equal([`+86${PHONE}`]);
  });

  it("change nothing when they are the contacts already, also written otherwise", async () => {
    const receipt = await site.issue({ delivery: { email: RIGHT, phone: PHONE } });
    await site.deliver();
    const view = await viewOf(
      await put(receipt, { email: RIGHT.toUpperCase(), phone: `+86 ${PHONE}`, reason: REASON }),
    );
    expect(view.contactChanges).to.deep.equal([]);
    expect(view.deliveries).to.have.length(2);
    expect((await visitor(site).get(linkTo(RIGHT))).status).to.equal(200);
    const changed = await viewOf(await put(receipt, { email: RIGHT, reason: REASON }));
    expect(changed.contactChanges).to.have.length(1);
  });

  it("can all be taken away: then nobody is told, and nothing can be sent again", async () => {
    const receipt = await site.issue({ delivery: { email: WRONG } });
    const view = await viewOf(await put(receipt, { reason: "交款人要求" }));
    expect(view.deliveries.map(({ state }) => state)).to.deep.equal(["cancelled"]);
    await site.deliver();
    expect(recipients()).to.deep.equal([]);
    expect(await codeOf(await resend(receipt))).to.equal("409 no_contact");
  });

  it("of a receipt in arrears wait until it is released", async () => {
    const receipt = await site.issue({ delivery: { email: WRONG, isArrears: true } });
    const view = await viewOf(await put(receipt, { email: RIGHT, reason: REASON }));
    expect(view.deliveries.map(({ state }) => state)).to.deep.equal(["cancelled", "held"]);
    await site.deliver();
    expect(recipients()).to.deep.equal([]);
    await site.hospital.call("POST", at(receipt, "release"));
    await site.deliver();
    expect(recipients()).to.deep.equal([RIGHT]);
  });

  it("are refused by name when they are none, without a reason, or of another unit's receipt", async () => {
    const receipt = await site.issue({ delivery: { email: WRONG } });
    const wrong = await put(receipt, { email: "no-address", phone: "12345", reason: "" });
    expect(wrong.status).to.equal(422);
    const { errors } = (await wrong.json()) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).to.deep.equal(["/email", "/phone", "/reason"]);
    expect((await put(receipt, { email: RIGHT, reason: "因".repeat(201) })).status).to.equal(422);
    expect((await put(receipt, { email: RIGHT, reason: "因".repeat(200) })).status).to.equal(200);
    const others = await site.issue({ delivery: { email: WRONG } }, "nontax");
    expect(await codeOf(await put(others, { email: RIGHT, reason: REASON }))).to.equal("404 receipt_not_found");
    expect(await codeOf(await resend(others))).to.equal("404 receipt_not_found");
  });

  it("get it again, once while one waits, 5 times a day", async () => {
    const receipt = await site.issue({ delivery: { email: RIGHT } });
    expect((await viewOf(await resend(receipt))).deliveries, "the first still waits").to.have.length(1);
    await site.deliver();
    const first = linkTo(RIGHT);
    for (let n = 2; n <= 5; n++) {
      const view = await viewOf(await resend(receipt));
      expect(view.deliveries.at(-1)).to.include({ purpose: "receipt", state: "waiting" });
      await site.deliver();
    }
    expect(recipients()).to.deep.equal(Array.from({ length: 5 }, () => RIGHT));
    expect(linkTo(RIGHT)).not.to.equal(first);
    for (const link of [first, linkTo(RIGHT)]) expect((await visitor(site).get(link)).status).to.equal(200);
    expect(await codeOf(await resend(receipt))).to.equal("429 too_many_sends");
    const { contactChanges } = await viewOf(await site.hospital.call("GET", at(receipt, "deliveries")));
    expect(contactChanges.map(({ kind, channels }) => `${kind} ${channels.join()}`)).to.deep.equal(
      Array.from({ length: 4 }, () => "resent email"),
    );
  });

  it("are sent to once when four ask for it at the same time, and keep one address when two are put at once", async () => {
    const receipt = await site.issue({ delivery: { email: WRONG } });
    await site.deliver();
    site.mail.received.length = 0;
    const answers = await Promise.all([1, 2, 3, 4].map(() => resend(receipt)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    await site.deliver();
    expect(recipients()).to.deep.equal([WRONG]);
    await Promise.all([RIGHT, "other@mail.example"].map((email) => put(receipt, { email, reason: REASON })));
    site.mail.received.length = 0;
    await site.deliver();
    expect(recipients()).to.have.length(1);
    const [row] = await site.platform.database.dataSource.query<{ count: string }[]>(
      `select count(*) from payer_contact where code = ${receipt.code} and number = ${receipt.number}`,
    );
    expect(row?.count).to.equal("1");
  });
});
