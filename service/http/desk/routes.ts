import type { Deps } from "../../app/deps.ts";
import type { DeskAction } from "../../domain/deskRoles.ts";
import type { Reply } from "../call.ts";
import { seeOther } from "../citizens/form.ts";
import type { OpenRoute, OperationDoc } from "../route.ts";
import {
  getAccounts,
  getLog,
  postAccount,
  postAccountChange,
  postAccountReset,
  postItem,
  postItemRemoval,
} from "./accounts.ts";
import { getCatalogue } from "./catalogue.ts";
import { getDay, postReconciliation } from "./day.ts";
import { deskDocs } from "./docs.ts";
import { inBothLanguages, permitted, present, type DeskCall } from "./guard.ts";
import { postImport, postIssue } from "./issue.ts";
import {
  numberLooks,
  postDeskApplication,
  postDeskBookPlace,
  postDeskLowWater,
  postDeskPlace,
  postDeskReturn,
  postDeskSave,
  postDeskSubmit,
} from "./numbers.ts";
import {
  getDeskPaperStock,
  getExchanges,
  getSpoilt,
  postDeskSpoilt,
  postPaper,
  postPaperReplacement,
  postPaperReturn,
} from "./paper.ts";
import { getBooks, getPdf, getReceipt, getReceipts, postDeskRelease, postSend } from "./receipts.ts";
import { getRequests, postDecision, postReversalRequest } from "./reversal.ts";
import { deskShell } from "./shell.ts";
import { postDeskRectification, postDeskWriteOff, writeOffLooks } from "./writeOffs.ts";
import { getDeskDeliveries, getDeskProof, getDeskXml, postContact, postDeskRevocation } from "./receiptFiles.ts";
import { getMe, postPassword, postSignIn, postSignOut, postTotp, postTotpConfirm } from "./signIn.ts";

const SMALL_BYTES = 4_096;
const RECEIPT_BYTES = 1_048_576;
const LIST_BYTES = 8 * 1_048_576;

const VIEWS: ReadonlySet<string> = new Set([
  "issue",
  "import",
  "receipts",
  "day",
  "reconcile",
  "requests",
  "books",
  "paper",
  "voids",
  "write-offs",
  "items",
  "accounts",
  "log",
  "me",
]);

type Handler = (deps: Deps, call: DeskCall) => Promise<Reply>;

/** The unit desk: one page at many addresses, and what it asks for. */
export function deskRoutes(deps: Deps): readonly OpenRoute[] {
  const { open, page, look, only, change, own } = makers(deps);
  const one = "receipts/{code}/{number}";
  return [
    { ...page, path: "/unit", doc: deskDocs.home, handle: deskShell },
    { ...page, path: "/unit/{view}", doc: deskDocs.view, handle: (call) => deskView(call.params["view"] ?? "") },
    { ...page, path: `/unit/${one}`, doc: deskDocs.receiptPage, handle: deskShell },
    { ...page, path: "/unit/api/me", doc: deskDocs.me, handle: (call) => getMe(deps, call) },
    {
      ...open,
      method: "POST",
      path: "/unit/api/sign-in",
      bodyLimitBytes: SMALL_BYTES,
      doc: deskDocs.signIn,
      handle: inBothLanguages((call) => postSignIn(deps, call)),
    },
    own("sign-out", deskDocs.signOut, postSignOut),
    own("password", deskDocs.password, postPassword),
    own("totp", deskDocs.totp, postTotp),
    own("totp/confirm", deskDocs.totpConfirm, postTotpConfirm),
    change("issue", "receipts", deskDocs.issue, postIssue, RECEIPT_BYTES),
    change("issue", "import", deskDocs.import, postImport, LIST_BYTES),
    look("receipts", deskDocs.search, getReceipts),
    look(one, deskDocs.receipt, getReceipt),
    look(`${one}/pdf`, deskDocs.pdf, getPdf),
    look(`${one}/xml`, deskDocs.xml, getDeskXml),
    look(`${one}/proof`, deskDocs.proof, getDeskProof),
    look(`${one}/deliveries`, deskDocs.deliveries, getDeskDeliveries),
    change("send", `${one}/contact`, deskDocs.contact, postContact),
    change("send", `${one}/revoke-links`, deskDocs.revokeLinks, postDeskRevocation),
    change("send", `${one}/send`, deskDocs.send, postSend),
    change("send", `${one}/release`, deskDocs.release, postDeskRelease),
    change("ask_reversal", `${one}/reversal-request`, deskDocs.askReversal, postReversalRequest, RECEIPT_BYTES),
    change("paper", `${one}/paper`, deskDocs.paper, postPaper),
    change("paper", `${one}/paper/return`, deskDocs.paperReturn, postPaperReturn),
    change("paper", `${one}/paper/replacement`, deskDocs.paperReplacement, postPaperReplacement),
    look("paper", deskDocs.exchanges, getExchanges),
    look("paper-books", deskDocs.paperStock, getDeskPaperStock),
    look("paper-books/spoilt", deskDocs.spoilt, getSpoilt),
    change("paper", "paper-books/spoil", deskDocs.spoil, postDeskSpoilt),
    look("requests", deskDocs.requests, getRequests),
    change("decide_reversal", "requests/{id}", deskDocs.decision, postDecision),
    look("catalogue/{kind}", deskDocs.catalogue, getCatalogue),
    look("books", deskDocs.books, getBooks),
    ...numberRoutes(makers(deps)),
    look("days/{date}", deskDocs.day, getDay),
    change("read", "days/{date}/reconciliation", deskDocs.reconcile, postReconciliation, LIST_BYTES),
    change("items", "items", deskDocs.item, postItem),
    change("items", "items/remove", deskDocs.itemRemoval, postItemRemoval),
    only("accounts", look("accounts", deskDocs.accounts, getAccounts), getAccounts),
    change("accounts", "accounts", deskDocs.account, postAccount),
    change("accounts", "accounts/{id}", deskDocs.accountChange, postAccountChange),
    change("accounts", "accounts/{id}/reset", deskDocs.accountReset, postAccountReset),
    only("log", look("log", deskDocs.log, getLog), getLog),
  ];
}

/** Numbers, places and write-offs. */
function numberRoutes({ look, change }: ReturnType<typeof makers>): readonly OpenRoute[] {
  const application = "numbers/applications/{applicationNo}";
  return [
    look("numbers/applications", deskDocs.applications, numberLooks.applications),
    change("numbers", "numbers/applications", deskDocs.apply, postDeskApplication),
    change("numbers", `${application}/save`, deskDocs.applicationSave, postDeskSave),
    change("numbers", `${application}/submit`, deskDocs.applicationSubmit, postDeskSubmit),
    look("numbers/returns", deskDocs.returns, numberLooks.returns),
    change("numbers", "numbers/returns", deskDocs.returnNumbers, postDeskReturn),
    look("numbers/stock", deskDocs.stock, numberLooks.stock),
    look("numbers/low-water", deskDocs.lowWaters, numberLooks.lowWater),
    change("numbers", "numbers/low-water", deskDocs.lowWater, postDeskLowWater),
    look("numbers/places", deskDocs.places, numberLooks.places),
    change("numbers", "numbers/places", deskDocs.place, postDeskPlace),
    change("numbers", "numbers/books/{bookId}/place", deskDocs.bookPlace, postDeskBookPlace),
    look("write-offs", deskDocs.writeOffs, writeOffLooks.list),
    look("write-offs/{writeOffId}", deskDocs.writeOff, writeOffLooks.one),
    change("numbers", "write-offs", deskDocs.fileWriteOff, postDeskWriteOff),
    change("numbers", "write-offs/{writeOffId}/rectification", deskDocs.rectify, postDeskRectification),
  ];
}

/** Routes of each sort: a page, what anyone may look at, what one action allows, one's own. */
function makers(deps: Deps) {
  const open = { access: "open", isProbe: false } as const;
  const page = { ...open, method: "GET", bodyLimitBytes: 0 } as const;
  const look = (path: string, doc: OperationDoc, handler: Handler): OpenRoute => ({
    ...page,
    path: `/unit/api/${path}`,
    doc,
    handle: permitted(deps, "read", false, (call) => handler(deps, call)),
  });
  const only = (action: DeskAction, route: OpenRoute, handler: Handler): OpenRoute => ({
    ...route,
    handle: permitted(deps, action, route.method === "POST", (call) => handler(deps, call)),
  });
  const change = (
    action: DeskAction,
    path: string,
    doc: OperationDoc,
    handler: Handler,
    bytes = SMALL_BYTES,
  ): OpenRoute =>
    only(
      action,
      { ...open, method: "POST", path: `/unit/api/${path}`, bodyLimitBytes: bytes, doc, handle: deskShell },
      handler,
    );
  const own = (path: string, doc: OperationDoc, handler: Handler): OpenRoute => ({
    ...change("read", path, doc, handler),
    handle: present(deps, true, (call) => handler(deps, call)),
  });
  return { open, page, look, only, change, own };
}

/** What is no page of the desk leads to its first. */
function deskView(view: string): Promise<Reply> {
  return VIEWS.has(view) ? deskShell() : Promise.resolve(seeOther("/unit"));
}
