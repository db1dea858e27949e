import { expect } from "chai";
import { decodeQR } from "qr/decode.js";
import { readPng } from "../../support/readPng.ts";
import { verifyUrlOf } from "../../../service/http/units/verifyUrl.ts";
import { sampleToday } from "../../support/platform.ts";
import { eInvoiceXml } from "../../../service/domain/eInvoiceXml.ts";
import type { Receipt } from "../../../service/app/storePorts.ts";
import { linkIn, locationOf, pathOf, startFetchSite, visitor, type FetchSite } from "./fetchSite.ts";

const ANN = "ann@mail.example";
const BOB = "bob@mail.example";

describe("receipts by their link", () => {
  let site: FetchSite;
  before(async () => {
    site = await startFetchSite();
  });
  after(() => site.stop());
  beforeEach(() => site.reset());

  describe("by the link", () => {
    let receipt: Receipt;
    let link: string;
    beforeEach(async () => {
      receipt = await site.issue({ delivery: { email: ANN } });
      await site.deliver();
      link = linkIn(site.mail.received[0]?.mail.text);
    });

    it("shows the receipt, its PDF and its XML to whoever has it", async () => {
      const page = await visitor(site).get(link);
      expect(page.status).to.equal(200);
      expect(page.headers.get("x-robots-tag")).to.equal("noindex, nofollow");
      expect(page.headers.get("referrer-policy")).to.equal("no-referrer");
      expect(page.headers.get("cache-control")).to.equal("no-store");
      const text = await page.text();
      for (const part of [receipt.data.eInvoiceNumber, "236.21", "已上链", `${link}/pdf`, "http://localhost:3000/d?"]) {
        expect(text, part).to.include(part);
      }
      const pdf = await visitor(site).get(`${link}/pdf`);
      expect(pdf.headers.get("content-type")).to.equal("application/pdf");
      expect(pdf.headers.get("content-disposition")).to.equal(
        `attachment; filename="${receipt.data.eInvoiceCode}_${receipt.data.eInvoiceNumber}.pdf"`,
      );
      expect(pdf.headers.get("x-frame-options")).to.equal("DENY");
      expect(
        Buffer.from(await pdf.arrayBuffer())
          .subarray(0, 5)
          .toString(),
      ).to.equal("%PDF-");
      const inline = await visitor(site).get(`${link}/pdf?inline=1`);
      expect(inline.headers.get("content-disposition")).to.match(/^inline;/);
      expect(inline.headers.get("x-frame-options")).to.equal("SAMEORIGIN");
      const xml = await visitor(site).get(`${link}/xml`);
      expect(await xml.text()).to.equal(eInvoiceXml(receipt.data));
    });

    it("shows its picture, 30 times an hour, and the PDF beyond that", async () => {
      const page = await visitor(site).get(link);
      expect(await page.text()).to.include(`href="${link}/png"`);
      const picture = await visitor(site).get(`${link}/png`);
      expect(picture.status).to.equal(200);
      expect(picture.headers.get("content-type")).to.equal("image/png");
      expect(picture.headers.get("content-disposition")).to.match(/^inline; filename="\d{8}_\d{10}\.png"$/);
      const pixels = readPng(new Uint8Array(await picture.arrayBuffer()));
      expect(decodeQR(pixels)).to.equal(verifyUrlOf(site.deps.settings, receipt));
      await site.platform.database.dataSource.query("update rate_window set uses = 29");
      expect((await visitor(site).get(`${link}/png`)).status).to.equal(200);
      const refused = await visitor(site, "192.0.2.31").get(`${link}/png`);
      expect(locationOf(refused)).to.equal(`303 ${link}?said=too_many_pictures`);
      expect(await (await visitor(site).get(`${link}?said=too_many_pictures`)).text()).to.include("获取图片过于频繁");
      expect((await visitor(site).get(`${link}/pdf`)).status).to.equal(200);
      expect((await visitor(site).get(`/r/${"0".repeat(32)}/png`)).status).to.equal(404);
    });

    it("gives its unit the same picture over HTTP, and says when there are too many", async () => {
      const path = `/v1/receipts/${pathOf(receipt)}/png`;
      const picture = await site.hospital.call("GET", path);
      expect(picture.headers.get("content-type")).to.equal("image/png");
      const linked = await visitor(site).get(`${link}/png`);
      const bytes = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
      expect(Buffer.compare(await bytes(picture), await bytes(linked))).to.equal(0);
      await site.platform.database.dataSource.query("update rate_window set uses = 300");
      const refused = await site.hospital.call("GET", path);
      expect(refused.status).to.equal(429);
      expect(((await refused.json()) as { code: string }).code).to.equal("too_many_pictures");
    });

    it("shows the same page for a token that is unknown, malformed, or switched off", async () => {
      const pages = [`/r/${"0".repeat(32)}`, "/r/1", `${link}0`];
      await site.hospital.call("POST", `/v1/receipts/${pathOf(receipt)}/revoke-links`);
      const texts = await Promise.all(
        [...pages, link, `${link}/pdf`, `${link}/xml`].map(async (path) => {
          const response = await visitor(site).get(path);
          expect(response.status, path).to.equal(404);
          return response.text();
        }),
      );
      expect(new Set(texts).size).to.equal(1);
    });

    it("sends it on to another address, with a link of its own", async () => {
      const sent = await visitor(site).post(`${link}/send`, { to: "Friend@Mail.Example" });
      expect(locationOf(sent)).to.equal(`303 ${link}?said=sent`);
      await site.deliver();
      const { to, mail } = site.mail.received.at(-1)!;
      expect(to).to.deep.equal(["friend@mail.example"]);
      expect(mail.text).to.include("转发给您");
      const other = linkIn(mail.text);
      expect(other)
        .to.match(/^\/r\/[0-9a-f]{32}$/)
        .and.not.to.equal(link);
      expect((await visitor(site).get(other)).status).to.equal(200);
      const phone = await visitor(site).post(`${link}/send`, { to: "139 1234 5678" });
      expect(locationOf(phone)).to.equal(`303 ${link}?said=sent`);
      await site.deliver();
      expect(site.texts.at(-1)?.to).to.equal("+8613912345678");
    });

    it("sends nothing on to what is no address, from another site, or in another media type", async () => {
      const bad = await visitor(site).post(`${link}/send`, { to: "a@b.example, c@d.example" });
      expect(locationOf(bad)).to.equal(`303 ${link}?said=malformed`);
      const crlf = await visitor(site).post(`${link}/send`, { to: "a@b.example\r\nBcc: c@d.example" });
      expect(locationOf(crlf)).to.equal(`303 ${link}?said=malformed`);
      const forged = await visitor(site).post(`${link}/send`, { to: BOB }, { "Sec-Fetch-Site": "cross-site" });
      expect(locationOf(forged)).to.equal(`303 ${link}`);
      const plain = await visitor(site).post(`${link}/send`, { to: BOB }, { "Content-Type": "text/plain" });
      expect(locationOf(plain)).to.equal(`303 ${link}?said=malformed`);
      await site.deliver();
      expect(site.mail.received).to.have.length(1);
    });

    it("sends one contact 10 receipts a day, whichever they are, and lets one address send 20 an hour", async () => {
      const links = [link];
      for (let n = 0; n < 4; n++) {
        await site.issue({ delivery: { email: ANN } });
        await site.deliver();
        links.push(linkIn(site.mail.received.at(-1)?.mail.text));
      }
      const send = async (n: number, to: string, address: string): Promise<string> => {
        const response = await visitor(site, address).post(`${links[Math.floor(n / 5)] ?? ""}/send`, { to });
        return response.headers.get("location")?.split("said=")[1] ?? "";
      };
      for (let n = 0; n < 10; n++) expect(await send(n, BOB, `192.0.2.${n}`), `${n}`).to.equal("sent");
      expect(await send(10, BOB, "192.0.2.10")).to.equal("too_many");
      await site.platform.database.dataSource.query("delete from rate_window");
      for (let n = 0; n < 20; n++) expect(await send(n, `c${n}@mail.example`, "192.0.2.1"), `${n}`).to.equal("sent");
      expect(await send(20, "c20@mail.example", "192.0.2.1")).to.equal("too_many");
      expect(await send(20, "c20@mail.example", "192.0.2.2")).to.equal("sent");
    });

    it("sends one receipt on 5 times a day", async () => {
      for (let n = 0; n < 5; n++) {
        const response = await visitor(site, `192.0.2.${n}`).post(`${link}/send`, { to: `f${n}@mail.example` });
        expect(locationOf(response)).to.equal(`303 ${link}?said=sent`);
      }
      const sixth = await visitor(site, "192.0.2.9").post(`${link}/send`, { to: "f9@mail.example" });
      expect(locationOf(sixth)).to.equal(`303 ${link}?said=too_many`);
      site.clock.shiftMs = 86_400_000;
      const nextDay = await visitor(site).post(`${link}/send`, { to: "f9@mail.example" });
      expect(locationOf(nextDay)).to.equal(`303 ${link}?said=sent`);
    });
  });

  it("takes contacts with the request over HTTP, and names a wrong one without repeating it", async () => {
    const input = sampleToday("outpatient", 0, "HTTP-CONTACT");
    const bad = await site.hospital.call("POST", "/v1/receipts", {
      ...input,
      delivery: { email: "x@y", phone: "123" },
    });
    expect(bad.status).to.equal(422);
    const text = await bad.text();
    const { errors } = JSON.parse(text) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).to.deep.equal(["/delivery/email", "/delivery/phone"]);
    expect(text).not.to.include("x@y");
    const good = await site.hospital.call("POST", "/v1/receipts", {
      ...input,
      delivery: { email: "HTTP@Mail.Example" },
    });
    expect(good.status).to.equal(201);
    await site.platform.renderAll();
    await site.platform.anchorAll();
    await site.deliver();
    expect(site.mail.received.map(({ to }) => to[0])).to.deep.equal(["http@mail.example"]);
    const other = await site.hospital.call("GET", "/v1/receipts/44060126/9999999999/deliveries");
    expect(other.status).to.equal(404);
  });
});
