import { expect } from "chai";
import { AppError } from "../../service/core/errors.ts";
import { parseQrText, qrSignatureOf, qrSignedText, qrText } from "../../service/domain/qrText.ts";

const place = { origin: "https://czpj.example.gov.cn:8443", template: "601", appId: "lianpiao" };
const data = {
  eInvoiceCode: "44060125",
  eInvoiceNumber: "0000000123",
  randomNumber: "3f7484",
  totalAmount: 23621,
  issueDate: "20250306",
};
const mac = Uint8Array.from({ length: 32 }, (_, i) => 0xf0 - i);
const SIGNED = "t=601&a=lianpiao&d=44060125_0000000123_3f7484_236.21_20250306";

describe("qrText", () => {
  it("is the address with the five elements and the first eight bytes of the signature", () => {
    expect(qrSignedText(place, data)).to.equal(SIGNED);
    expect(qrText(place, data, mac)).to.equal(`https://czpj.example.gov.cn:8443/d?${SIGNED}&s=F0EFEEEDECEBEAE9`);
  });

  it("reads back what it writes, with what is signed", () => {
    const read = parseQrText(qrText(place, data, mac));
    expect(read).to.deep.equal({ ...data, signedText: SIGNED, signature: qrSignatureOf(mac) });
  });

  it("reads back a red-letter receipt's amount", () => {
    expect(parseQrText(qrText(place, { ...data, totalAmount: -5 }, mac)).totalAmount).to.equal(-5);
  });

  it("reads both forms that are seen on real receipts", () => {
    const old = parseQrText(
      "https://www.chinaebill.cn/d?t=501&a=89AMy0Cj6&d=44060122_8040675619_3f7484_20221118&s=B62B74A4D1",
    );
    expect(old.totalAmount).to.equal(undefined);
    expect(old.issueDate).to.equal("20221118");
    const newer = parseQrText(
      "https://www.chinaebill.cn/eips-wxapp-service/d?t=504&a=31PZV5IKDl" +
        "&d=45060122_0185821908_07892e_236.21_20230306&s=1FE6A108DE",
    );
    expect(newer.totalAmount).to.equal(23621);
    expect(newer.signature).to.equal("1FE6A108DE");
  });

  for (const text of [
    "",
    "https://example.com/",
    `https://example.com/d?${SIGNED}`,
    `https://example.com/d?${SIGNED}&s=12345678`,
    `https://example.com/d?${SIGNED}&s=F0EFEEEDECEBEAE9&x=1`,
    `https://example.com/e?${SIGNED}&s=F0EFEEEDECEBEAE9`,
    `javascript:alert(1)//d?${SIGNED}&s=F0EFEEEDECEBEAE9`,
    `https://example.com/d?${SIGNED.replace("236.21", "0236.21")}&s=F0EFEEEDECEBEAE9`,
    `https://example.com/d?${SIGNED.replace("236.21", "236.2")}&s=F0EFEEEDECEBEAE9`,
    `https://example.com/d?${SIGNED.replace("3f7484", "3f748")}&s=F0EFEEEDECEBEAE9`,
    "01,01,44060125,0000000123,3f7484,236.21,20250306",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      try {
        parseQrText(text);
        expect.fail("it was taken");
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error.code).to.equal("qr_malformed");
      }
    });
  }
});
