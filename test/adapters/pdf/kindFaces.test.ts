import { expect } from "chai";
import { faceProblems } from "../../../service/adapters/pdf/faceProblems.ts";
import { openPdfWriter } from "../../../service/adapters/pdf/pdfWriter.ts";
import type { Kind } from "../../../service/domain/kind.ts";
import { builtinKinds } from "../../../service/domain/kinds/builtin.ts";
import { yuanOf } from "../../../service/domain/money.ts";
import { numberReceipt, numberingOf, redDraftOf } from "../../../service/domain/receiptAssembly.ts";
import { changed, kindOf, NOON, receiptOf, told } from "../../domain/fixtures.ts";
import { fonts } from "./faceSamples.ts";
import { needTools, textOf } from "./tools.ts";

const NOTE = "说明：往来结算款项，非收入；本票据本身不作为支出的报销依据";

describe("faces of the kinds", () => {
  const write = (kind: Kind, data: ReturnType<typeof receiptOf>): string => {
    const writer = openPdfWriter({ book: fonts().book, kinds: [], isSample: true });
    return textOf(
      writer.write({ data, kind, qrText: "https://example.gov.cn/d", issuedAtMs: NOON, attachments: [] }).bytes,
    );
  };

  for (const id of ["tuition", "donation", "societyDues", "currentSettlement", "registration", "checkup"]) {
    it(`show what a ${id} receipt says, plain and red`, function () {
      needTools(this, "pdftotext");
      const kind = kindOf(id);
      const blue = receiptOf(id, 0);
      const red = numberReceipt(redDraftOf(blue, "退费"), numberingOf(blue.eInvoiceCode, 124, "bngFFX", NOON));
      for (const data of [blue, red]) {
        const text = write(kind, data);
        const labels = kind.mainExt.filter(({ isOnFace }) => isOnFace).map(({ zh }) => `${zh}：`);
        const rows = data.items.flatMap((row) => [row.itemName, yuanOf(row.itemAmount)]);
        const payer = `${kind.face.payerLabel.zh}：${data.payerPartyName}`;
        const heads = kind.face.columns.map(({ zh }) => zh);
        for (const part of [data.eInvoiceName, payer, ...heads, ...labels, ...rows]) {
          expect(text, part).to.include(part.replaceAll(" ", ""));
        }
        expect(text.includes(NOTE)).to.equal(id === "currentSettlement");
      }
      expect(write(kind, red)).to.include(`原票据代码：${blue.eInvoiceCode}`).and.include("原因：").and.include("退费");
    });
  }

  it("can be drawn, all that are built in", () => {
    for (const kind of builtinKinds) expect(faceProblems(fonts().book, kind), kind.id).to.deep.equal([]);
  });

  it("are refused when they ask for more room than the page has", () => {
    const most = Array.from({ length: 40 }, (_, index) => 40 - index).find(
      (maxRows) => faceProblems(fonts().book, changed(kindOf("nontax"), "/face/maxRows", maxRows)).length === 0,
    );
    expect(most).to.equal(MOST_ROWS);
    const over = changed(kindOf("nontax"), "/face/maxRows", MOST_ROWS + 1);
    expect(told(faceProblems(fonts().book, over))).to.deep.equal(["face_overfull /face/maxRows"]);
  });

  it("are refused with characters that the fonts do not have", () => {
    const kind = changed(changed(kindOf("nontax"), "/mainExt/2/zh", "🙂"), "/face/columns/0/zh", "编🙂码");
    expect(told(faceProblems(fonts().book, kind))).to.deep.equal([
      "character_not_drawable /face/columns/0/zh",
      "character_not_drawable /mainExt/2/zh",
    ]);
  });
});

const MOST_ROWS = 15;
