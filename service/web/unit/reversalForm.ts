import { isReversalReason, MAX_DOCUMENT_NO, MAX_REASON, REVERSAL_REASONS } from "../../domain/reversal.ts";
import { both, el, type Child } from "../shared/dom.ts";
import { words } from "../shared/words.ts";
import type { Detail, Me } from "./answers.ts";
import { post, Refused } from "./ask.ts";
import { showForm } from "./issueView.ts";
import { button, failureText, heading, noteBox, selectField, showMain, textField, type Field } from "./parts.ts";

/** 冲红: the whole receipt, or with the rest issued anew in the same step; a reviewer has the last word. */
export function reversalForm(me: Me, receipt: Detail): readonly Child[] {
  if (receipt.isRed || receipt.reversedBy !== undefined) return [];
  const reason = selectField(
    words("冲红原因", "Why"),
    Object.entries(REVERSAL_REASONS).map(([code, { zh, en }]) => [code, `${zh} ${en}`]),
    true,
  );
  const more = textField(words("说明（“其他”时必填）", "In words; needed for other"), {
    maxlength: String(MAX_REASON),
  });
  const documentNo = textField(words("文书编号（罚没票据必填）", "Document number; needed for fines"), {
    maxlength: String(MAX_DOCUMENT_NO),
  });
  const note = noteBox();
  const terms = () => ({
    reasonCode: isReversalReason(reason.control.value) ? reason.control.value : "other",
    reason: more.control.value.trim(),
    documentNo: documentNo.control.value.trim(),
  });
  const path = `receipts/${receipt.code}/${receipt.number}/reversal-request`;
  const ask = async (): Promise<void> => {
    try {
      await post("asked", path, { reversal: terms() });
      showAsked();
    } catch (error) {
      tellFields(error, { "/reversal/reason": more, "/reversal/documentNo": documentNo });
      note.tell(failureText(error));
    }
  };
  return [
    el(
      "section",
      { class: "card reversal" },
      el("h2", {}, both(words("冲红", "Reverse"))),
      el(
        "p",
        {},
        both(
          words(
            "整张冲红；只退一部分时选“冲红并重开余下部分”。提交后由复核人确认。",
            "The whole receipt is reversed; for a partial refund issue the rest anew. A reviewer confirms it.",
          ),
        ),
      ),
      el("div", { class: "grid" }, reason.box, more.box, documentNo.box),
      note.box,
      el(
        "p",
        { class: "buttons" },
        button(words("申请冲红", "Ask to reverse it"), () => void ask()),
        button(words("冲红并重开余下部分", "Reverse and issue the rest"), () => showRest(me, receipt, path, terms()), {
          class: "plain",
        }),
      ),
    ),
  ];
}

function showRest(me: Me, receipt: Detail, path: string, reversal: object): void {
  const kind = me.kinds.find(({ id }) => id === receipt.kind);
  if (kind === undefined) return;
  const hint = words(
    `票据 ${receipt.code} ${receipt.number} 将整张冲红。请改成余下部分，按 F9 提交复核。`,
    `${receipt.number} will be reversed whole. Change the form to what remains; F9 sends it to a reviewer.`,
  );
  showForm(me, kind, {
    title: words("冲红并重开", "Reverse and reissue"),
    above: [el("p", { class: "note warn" }, both(hint))],
    again: () => location.reload(),
    async send(rest) {
      await post("asked", path, { reversal, rest });
      showAsked();
    },
    given: receipt.input,
  });
}

function showAsked(): void {
  showMain(
    heading(words("已提交复核", "Sent to a reviewer")),
    el(
      "p",
      {},
      both(
        words(
          "复核人同意后立即冲红；可在“冲红申请”中查看。",
          "It is done as soon as a reviewer agrees: see Reversals.",
        ),
      ),
    ),
    el(
      "p",
      { class: "buttons" },
      el("a", { class: "button", href: "/unit/requests" }, both(words("冲红申请", "Reversals"))),
    ),
  );
  document.querySelector("h1")?.focus();
}

function tellFields(error: unknown, fields: Readonly<Record<string, Field>>): void {
  const found = error instanceof Refused ? error.problem.fields : [];
  for (const [pointer, field] of Object.entries(fields)) field.tell(found.find((each) => each.pointer === pointer));
}
