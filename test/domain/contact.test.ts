import { expect } from "chai";
import fc from "fast-check";
import { maskContact, parseContact, parseEmail, parsePhone } from "../../service/domain/contact.ts";

describe("contact", () => {
  it("takes an e-mail address in lower case", () => {
    expect(parseEmail(" Zhang.San+fapiao@Mail.Example ")).to.equal("zhang.san+fapiao@mail.example");
    expect(parseEmail("a@b.cn")).to.equal("a@b.cn");
    expect(parseEmail("x@xn--fiq228c.xn--fiqs8s")).to.equal("x@xn--fiq228c.xn--fiqs8s");
  });

  it("takes a local part of 64 and an address of 254 characters, and none longer", () => {
    const domain = `${"d".repeat(63)}.${"e".repeat(63)}.${"f".repeat(57)}.com`;
    expect(`${"l".repeat(64)}@${domain}`).to.have.length(254);
    expect(parseEmail(`${"l".repeat(64)}@${domain}`)).to.be.a("string");
    expect(parseEmail(`${"l".repeat(64)}@f${domain.replace("f.com", "ff.com")}`)).to.equal(undefined);
    expect(parseEmail(`${"l".repeat(65)}@b.cn`)).to.equal(undefined);
    expect(parseEmail(`a@${"d".repeat(64)}.cn`)).to.equal(undefined);
  });

  for (const text of [
    "",
    "@b.cn",
    "a@",
    "a@b",
    "a@b.c",
    "a@@b.cn",
    "a@b..cn",
    "a@-b.cn",
    "a@b-.cn",
    "a@b.cn.",
    "a@1.2.3.4",
    "a@[127.0.0.1]",
    ".a@b.cn",
    "a.@b.cn",
    "a..b@c.cn",
    "a b@c.cn",
    '"a b"@c.cn',
    "张三@例子.中国",
    "A <a@b.cn>",
    "a@b.cn,c@d.cn",
    "a@b.cn;c@d.cn",
    "a@b.cn\r\nBcc: c@d.cn",
    "a\u0000@b.cn",
  ]) {
    it(`refuses ${JSON.stringify(text)} as an e-mail address`, () => expect(parseEmail(text)).to.equal(undefined));
  }

  it("takes a mobile number of mainland China in each way that it is written", () => {
    for (const text of [
      "13912345678",
      "139 1234 5678",
      "139-1234-5678",
      "+86 13912345678",
      "8613912345678",
      "008613912345678",
    ]) {
      expect(parsePhone(text), text).to.equal("+8613912345678");
    }
  });

  it("takes a number from elsewhere with its country's code", () => {
    expect(parsePhone("+852 5123 4567")).to.equal("+85251234567");
    expect(parsePhone("+1 (415) 555-0100")).to.equal("+14155550100");
  });

  for (const text of [
    "",
    "12912345678",
    "1391234567",
    "139123456789",
    "+8612912345678",
    "+861391234567",
    "+0123456789",
    "+123456",
    "+1234567890123456",
    "1391234567a",
    "１３９１２３４５６７８",
  ]) {
    it(`refuses ${JSON.stringify(text)} as a phone number`, () => expect(parsePhone(text)).to.equal(undefined));
  }

  it("tells which is which by the @", () => {
    expect(parseContact("a@b.cn")).to.deep.equal({ channel: "email", address: "a@b.cn" });
    expect(parseContact("13912345678")).to.deep.equal({ channel: "sms", address: "+8613912345678" });
    expect(parseContact("zhangsan")).to.equal(undefined);
    expect(parseContact("139@")).to.equal(undefined);
  });

  it("has one normal form: what was read once is read as itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.stringMatching(/^\+?[\d -]{7,18}$/)), (text) => {
        const contact = parseContact(text);
        if (contact !== undefined) expect(parseContact(contact.address)).to.deep.equal(contact);
      }),
    );
  });

  it("never takes a line break, a comma or a bracket into an address", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 30 }),
        fc.constantFrom("\n", "\r", ",", "<", ">", ";", " x"),
        (text, bad) => {
          expect(parseEmail(`a${text}${bad}@b.cn`) ?? "").not.to.match(/[\r\n,<>;\s]/);
        },
      ),
    );
  });

  it("shows its owner enough", () => {
    expect(maskContact({ channel: "email", address: "zhang@mail.example" })).to.equal("z***@mail.example");
    expect(maskContact({ channel: "sms", address: "+8613912345678" })).to.equal("139****5678");
  });
});
