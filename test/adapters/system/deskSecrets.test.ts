import { expect } from "chai";
import decodeQR from "qr/decode.js";
import { createDeskSecrets, deskSecrets } from "../../../service/adapters/system/deskSecrets.ts";

describe("the desk's secrets", function () {
  this.timeout(30_000);
  it("hashes a password with a salt of its own, at the cost that is written down", async () => {
    const [one, two] = [
      await deskSecrets.hashPassword("a quiet morning"),
      await deskSecrets.hashPassword("a quiet morning"),
    ];
    expect(one).to.match(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(two).not.to.equal(one);
    expect(await deskSecrets.matchesPassword("a quiet morning", one)).to.equal(true);
    expect(await deskSecrets.matchesPassword("a quiet mornin", one)).to.equal(false);
    expect(await deskSecrets.matchesPassword("", one)).to.equal(false);
  });

  it("reads a hash of another cost, and takes a password however its characters are composed", async () => {
    const cheap = await createDeskSecrets({ N: 1_024, r: 8, p: 1 }).hashPassword("caf\u00e9 password");
    expect(await deskSecrets.matchesPassword("cafe\u0301 password", cheap)).to.equal(true);
    expect(await deskSecrets.matchesPassword("anything", cheap.replace(/[^$]+$/, ""))).to.equal(false);
  });

  it("gives RFC 6238's codes", () => {
    const secret = Buffer.from("12345678901234567890");
    const codes = [59, 1_111_111_109, 1_234_567_890, 20_000_000_000].map((timeS) =>
      deskSecrets.totpAt(secret, Math.floor(timeS / 30)),
    );
    // Appendix B, the last six of its eight digits.
    expect(codes).to.deep.equal(["287082", "081804", "005924", "353130"]);
  });

  it("draws a QR code that reads as its text", () => {
    const text = "otpauth://totp/1-cashier?secret=JBSWY3DPEHPK3PXP";
    const rows = deskSecrets.qrRows(text);
    const scale = 4;
    const width = rows.length * scale;
    const data = new Uint8Array(width * width * 4);
    for (let at = 0; at < width * width; at++) {
      const [x, y] = [Math.floor((at % width) / scale), Math.floor(Math.floor(at / width) / scale)];
      data.fill(rows[y]?.[x] === "1" ? 0 : 255, 4 * at, 4 * at + 3);
    }
    expect(decodeQR({ width, height: width, data })).to.equal(text);
  });
});
