import type { Text } from "../../core/reportTexts.ts";
import type { ItemCatalogue } from "../../domain/catalogue.ts";
import type { DeskRole } from "../../domain/deskRoles.ts";
import type { Kind } from "../../domain/kind.ts";
import type { FieldProblem, IssueInput, IssuingUnit, ReceiptData } from "../../domain/receipt.ts";
import type { Reconciliation } from "../../domain/reconcile.ts";
import type { NumberAnswers } from "./numberAnswers.ts";

/** What the desk's service answers (service/http/desk): our own, of the same version as this page. */
export type Me = {
  readonly isSignedIn: true;
  readonly todo: "password" | "totp" | null;
  readonly guard: string;
  readonly nowMs: number;
  readonly account: {
    readonly accountId: string;
    readonly login: string;
    readonly displayName: string;
    readonly role: DeskRole;
    readonly placeCode: string;
    readonly isTotpBound: boolean;
  };
  readonly unit: IssuingUnit;
  readonly isSuspended: boolean;
  readonly kinds: readonly Kind[];
  readonly items: readonly Item[];
  readonly checkers: readonly { readonly accountId: string; readonly displayName: string }[];
};

/** What a kind's receipts are called; the id of one that the unit may issue no more. */
export const kindName = ({ kinds }: Me, id: string): string =>
  kinds.find((kind) => kind.id === id)?.eInvoiceName.zh ?? id;

export type Item = Readonly<Record<"kind" | "itemCode" | "itemName" | "itemUnit" | "itemStd", string>>;

export type Summary = {
  readonly code: string;
  readonly number: string;
  readonly busNo: string;
  readonly kind: string;
  readonly status: "issued" | "rendered" | "anchored" | "void";
  readonly isRed: boolean;
  readonly amountFen: number;
  readonly issuedAtMs: number;
  readonly payerPartyName: string;
  readonly placeCode: string;
  readonly handlingPerson: string;
  readonly checker: string;
  readonly warnings: readonly FieldProblem[];
  readonly reversedBy?: { readonly code: string; readonly number: string };
  readonly reverses?: { readonly code: string; readonly number: string };
  readonly paper?: {
    readonly code: string;
    readonly number: string;
    readonly state: "requested" | "given" | "returning";
  };
  readonly voidReason?: string;
  readonly anchoredAtMs?: number;
};

export type Detail = Summary & {
  readonly randomNumber: string;
  readonly input: IssueInput;
  readonly data: ReceiptData;
  readonly verifyUrl: string;
  /** 欠缴, not yet released. */
  readonly isHeld: boolean;
};

/** What was sent to the payer; addresses are not among it. */
export type DeliveryList = {
  readonly deliveries: readonly {
    readonly channel: "email" | "sms";
    readonly state: "held" | "waiting" | "sent" | "failed" | "cancelled";
    readonly reason?: string;
    readonly sentAt?: string;
  }[];
  readonly contactChanges: readonly {
    readonly kind: "corrected" | "resent";
    readonly at: string;
    readonly reason: string;
  }[];
};

export type ReceiptPage = {
  readonly receipts: readonly Summary[];
  readonly nextCursor: string | null;
  /** The page ends there because only so many receipts are looked through at once; null: it is full, or the last. */
  readonly lookedTo: number | null;
};

/** A receipt that is or was on paper. */
export type ExchangeView = Readonly<
  Record<"code" | "number" | "paperCode" | "paperNumber" | "placeCode" | "operator" | "reason", string>
> & { readonly state: PaperState; readonly requestedAtMs: number };
export type PaperState = "requested" | "given" | "returning" | "returned" | "replaced" | "refused";

export type BlankView = Readonly<Record<"paperCode" | "paperNumber" | "reason", string>> & {
  readonly spoiltAtMs: number;
};

export type ImportResult = {
  readonly status: number;
  readonly receipt?: Summary;
  readonly code?: string;
  readonly detail2?: Text;
  readonly fields?: readonly FieldProblem[];
};

export type DeskRequest = {
  readonly requestId: string;
  readonly code: string;
  readonly number: string;
  readonly terms: { readonly reasonCode: string; readonly reason: string; readonly documentNo: string };
  readonly rest: IssueInput | null;
  /** The receipt's own. */
  readonly payerPartyName: string;
  readonly amountFen: number;
  readonly askedBy: string;
  readonly askedByName: string;
  readonly askedAtMs: number;
  readonly state: "asked" | "done" | "refused";
  readonly decidedByName: string;
  readonly note: string;
};

export type Account = {
  readonly accountId: string;
  readonly login: string;
  readonly displayName: string;
  readonly role: DeskRole;
  readonly placeCode: string;
  readonly isClosed: boolean;
  readonly isPasswordGiven: boolean;
  readonly isTotpBound: boolean;
  readonly needsTotp: boolean;
};

export type LogEntry = {
  readonly seq: number;
  readonly atMs: number;
  readonly by: string;
  readonly action: string;
  readonly object: string;
  readonly hash: string;
};

export type Tally = {
  readonly placeCode: string;
  readonly kind: string;
  readonly hour: number;
  readonly issuedCount: number;
  readonly issuedFen: number;
  readonly reversedCount: number;
  readonly reversedFen: number;
  readonly voidCount: number;
};

/** The paths of the service, each with what it answers. */
export type Answers = NumberAnswers & {
  readonly me: Me | { readonly isSignedIn: false };
  readonly receipts: ReceiptPage;
  readonly receipt: Detail;
  readonly deliveries: DeliveryList;
  readonly revoked: { readonly revoked: number };
  readonly issued: Summary;
  readonly imported: { readonly results: readonly ImportResult[] };
  readonly sent: { readonly result: "queued" | "too_many" | "no_channel" };
  readonly books: BookList;
  readonly day: { readonly date: string; readonly tallies: readonly Tally[] };
  readonly reconciliation: Reconciliation;
  readonly items: { readonly items: readonly Item[] };
  readonly catalogue: { readonly items: ItemCatalogue | null };
  readonly accounts: { readonly accounts: readonly Account[] };
  readonly made: { readonly account: Account; readonly password: string };
  readonly account: Account;
  readonly reset: { readonly password: string };
  readonly log: { readonly entries: readonly LogEntry[]; readonly nextBefore: number | null };
  readonly totp: { readonly secret: string; readonly uri: string; readonly qr: readonly string[] };
  readonly bound: { readonly recoveryCodes: readonly string[] };
  readonly asked: { readonly requestId: string };
  readonly requests: { readonly requests: readonly DeskRequest[]; readonly nextCursor: string | null };
  readonly exchanges: { readonly exchanges: readonly ExchangeView[]; readonly nextCursor: string | null };
  readonly blanks: { readonly blanks: readonly BlankView[]; readonly nextCursor: string | null };
  readonly decided: { readonly red?: Summary; readonly rest?: Summary };
  readonly exchange: { readonly state: string };
  readonly paperBooks: { readonly books: readonly PaperBookView[] };
  readonly spoilt: { readonly spoilt: number };
  readonly nothing: object;
};

export type PaperBookView = Readonly<
  Record<"paperCode" | "placeCode" | "first" | "last", string> & Record<"given" | "spoilt" | "left", number>
>;

export type BookList = {
  readonly books: readonly {
    readonly bookId: number;
    readonly eInvoiceCode: string;
    readonly kind: string;
    readonly first: string;
    readonly last: string;
    readonly next: string | null;
    readonly left: number;
    readonly anchored: number;
    readonly placeCode?: string;
  }[];
  readonly stock: readonly {
    readonly eInvoiceCode: string;
    readonly kind: string;
    readonly left: number;
    readonly lowWater: number;
    readonly isLow: boolean;
  }[];
};

export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly text: Text;
  readonly fields: readonly FieldProblem[];
};

/** @throws SyntaxError for what is no JSON */
export function parseAnswer<Name extends keyof Answers>(_name: Name, text: string): Answers[Name] {
  return JSON.parse(text) as Answers[Name];
}

/** What is said of a request that was refused; also of one that something between us refused. */
export function parseProblem(status: number, text: string): Problem {
  const value = jsonOf(text);
  const code = typeof value["code"] === "string" ? value["code"] : "unknown";
  const given = value["detail2"] as Text | undefined;
  const said = typeof value["detail"] === "string" ? value["detail"] : "";
  const unclear = {
    zh: `服务没有给出原因（${status}），请稍后再试`,
    en: `no reason was given (${status}): try again later`,
  };
  const textOf = given ?? (said === "" ? unclear : { zh: said, en: "" });
  return { status, code, text: textOf, fields: (value["fields"] as readonly FieldProblem[] | undefined) ?? [] };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
