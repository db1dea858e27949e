import type { DeskAccount } from "../../app/deskPorts.ts";
import type { Receipt } from "../../app/storePorts.ts";
import { codeTextOf } from "../../domain/code.ts";
import { numberText } from "../../domain/number.ts";
import { isRedLetter } from "../../domain/receiptAssembly.ts";
import { statusOf } from "../units/present.ts";

/** A receipt in a list of the desk. */
export function summaryOf(receipt: Receipt) {
  const { data } = receipt;
  return {
    code: codeTextOf(receipt.code),
    number: numberText(receipt.number),
    busNo: receipt.busNo,
    kind: receipt.kind,
    status: statusOf(receipt),
    isRed: isRedLetter(data),
    amountFen: data.totalAmount,
    issuedAtMs: receipt.issuedAtMs,
    payerPartyName: data.payerPartyName,
    placeCode: data.placeCode,
    handlingPerson: data.handlingPerson,
    checker: data.checker,
    warnings: receipt.warnings,
    ...(receipt.reversedBy === undefined ? {} : { reversedBy: placeOf(receipt.reversedBy) }),
    ...(receipt.reverses === undefined ? {} : { reverses: placeOf(receipt.reverses) }),
    ...(receipt.paper === undefined
      ? {}
      : { paper: { code: receipt.paper.paperCode, number: receipt.paper.paperNumber, state: receipt.paper.state } }),
    ...(receipt.voidReason === undefined ? {} : { voidReason: receipt.voidReason }),
    ...(receipt.anchoring === undefined ? {} : { anchoredAtMs: receipt.anchoring.anchoredAtMs }),
  };
}

const placeOf = ({ code, number }: Pick<Receipt, "code" | "number">) => ({
  code: codeTextOf(code),
  number: numberText(number),
});

/** One receipt, whole. */
export function detailOf(receipt: Receipt, verifyUrl: string) {
  return {
    ...summaryOf(receipt),
    randomNumber: receipt.data.randomNumber,
    input: receipt.input,
    data: receipt.data,
    verifyUrl,
  };
}

/** An account without its secrets. */
export function accountView(account: DeskAccount) {
  const { accountId, unitId, name, displayName, role, placeCode, isClosed, isPasswordGiven } = account;
  const isTotpBound = account.totpSealed !== undefined;
  const { needsTotp, createdAtMs } = account;
  return {
    accountId,
    login: `${unitId}-${name}`,
    displayName,
    role,
    placeCode,
    isClosed,
    isPasswordGiven,
    isTotpBound,
    needsTotp,
    createdAtMs,
  };
}
