import { expect } from "chai";
import fc from "fast-check";
import { AppError } from "../../service/core/errors.ts";
import { eInvoiceIdOf, eInvoiceXml } from "../../service/domain/eInvoiceXml.ts";
import { renderSample } from "../../scripts/bench/renderSample.ts";

const sample = renderSample(1);

describe("eInvoiceXml", () => {
  it("makes the identifier of the reversed number and code", () => {
    expect(eInvoiceIdOf("13061020", "0000026000")).to.equal("0006200000-02016031");
  });

  it("writes header, tag of the region and the parts in the MOF's order", () => {
    const xml = eInvoiceXml(sample);
    expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice>\n<Header>\n')).to.equal(true);
    expect(xml).to.contain("<EInvoiceTag>CZ-EI-44</EInvoiceTag>\n<Version>1.1.0</Version>\n</Header>");
    const names = [...xml.matchAll(/<([A-Z]\w*)>/g)].map((match) => match[1]);
    const main = names.slice(names.indexOf("Main") + 1, names.indexOf("MainExt"));
    expect(main).to.deep.equal([
      ...["EInvoiceName", "EInvoiceCode", "EInvoiceNumber", "RandomNumber", "EInvoiceSpecimenCode"],
      ...["SupervisorAreaCode", "TotalAmount", "IssueDate", "IssueTime"],
      ...["InvoicingParty", "InvoicingPartyCode", "InvoicingPartyName", "RecName", "RecAcct", "RecOpBk"],
      ...["PayerParty", "PayerPartyType", "PayerPartyCode", "PayerPartyName", "PayerAcct", "PayerOpBk"],
      ...["PayMode", "BizCode", "CurrencyType", "ExchangeRate", "Remark", "HandlingPerson", "Checker"],
      "SupervisorRemark",
    ]);
    const medical = [
      "MedicalType",
      "PatientNumber",
      "MedicalDate",
      "OrgType",
      "MedicalInsuranceType",
      "MedicalInsuranceID",
    ];
    const at = names.indexOf("MedicalType");
    expect(names.slice(at, at + 6)).to.deep.equal(medical);
  });

  it("writes fen as yuan with two decimals, red ones with a minus", () => {
    const red = { ...sample, totalAmount: -5, mainExt: { fundPayAmount: -100 } };
    expect(eInvoiceXml(red)).to.contain("<TotalAmount>-0.05</TotalAmount>");
    expect(eInvoiceXml(red)).to.contain("<FundPayAmount>-1.00</FundPayAmount>");
    expect(eInvoiceXml({ ...sample, totalAmount: 23621 })).to.contain("<TotalAmount>236.21</TotalAmount>");
  });

  it("puts fields that the MOF has no name for after its own, by name, whatever their order in the data", () => {
    const one = eInvoiceXml({ ...sample, mainExt: { zebra: "z", payCode: "9", apple: "a" } });
    const other = eInvoiceXml({ ...sample, mainExt: { apple: "a", zebra: "z", payCode: "9" } });
    expect(one).to.equal(other);
    expect(one).to.contain("<PayCode>9</PayCode>\n<Apple>a</Apple>\n<Zebra>z</Zebra>\n<PlaceCode>");
  });

  it("escapes markup and keeps a carriage return from being read as a line feed", () => {
    const xml = eInvoiceXml({ ...sample, remark: 'a<b>&"]]>\r\n' });
    expect(xml).to.contain('<Remark>a&lt;b&gt;&amp;"]]&gt;&#13;\n</Remark>');
  });

  for (const [name, text] of [
    ["a control character", "a\u0001"],
    ["a lone surrogate", "\ud800"],
    ["U+FFFF", "\uffff"],
  ] as const) {
    it(`refuses ${name}, naming the element`, () => {
      const refused = catchAppError(() => eInvoiceXml({ ...sample, checker: text }));
      expect(refused.code).to.equal("xml_character_forbidden");
      expect(refused.details).to.deep.equal({ name: "Checker" });
    });
  }

  it("takes the characters next to the forbidden ones", () => {
    for (const text of ["\t", " ", "\ud7ff", "\ue000", "\ufffd", "\u{10000}", "\u{10ffff}"]) {
      expect(eInvoiceXml({ ...sample, checker: text })).to.contain(`<Checker>${text}</Checker>`);
    }
  });

  it("loses no text: what is escaped reads back as it was", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\t\n\r -\ud7ff]*$/), (text) => {
        const written = /<Remark>([^<]*)<\/Remark>/.exec(eInvoiceXml({ ...sample, remark: text }))?.[1] ?? "";
        const read = written
          .replaceAll("&#13;", "\r")
          .replaceAll("&lt;", "<")
          .replaceAll("&gt;", ">")
          .replaceAll("&amp;", "&");
        expect(read).to.equal(text);
      }),
    );
  });
});

function catchAppError(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
