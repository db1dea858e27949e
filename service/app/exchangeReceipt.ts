import { bytesOfHex, hexOf } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { domainSeparator, paperSigningDigest } from "../core/segment.ts";
import { interlockOf, lifeStateOfReceipt, type LifeAction } from "../domain/interlocks.ts";
import { awaitReceipt } from "./awaitReceipt.ts";
import { loadStanding } from "./chainStanding.ts";
import type { Deps } from "./deps.ts";
import type { ExchangeOutcome, NewExchange, PaperExchange } from "./paperPorts.ts";
import { newId } from "./receiptLink.ts";
import { entryLeaf } from "./segmentTrees.ts";
import type { Receipt } from "./storePorts.ts";

export type ExchangeRequest = {
  readonly placeCode: string;
  readonly operator: string;
  readonly paperCode: string | undefined;
  readonly paperNumber: string | undefined;
};

export type ExchangeResult = ExchangeOutcome | { readonly kind: "not_rendered" };

const RENDER_WAIT_MS = 10_000;
const ATTEMPTS = 5;

/**
 * 换开: sets a paper number aside, tells the chain, and gives the paper out once the chain has it. The same request again gives what
 * stands. If the chain does not answer the exchange stays `requested`, and settlePapers goes on with it.
 * @throws AppError chain_unreachable (nothing was set aside), database_unreachable
 */
export async function exchangeReceipt(deps: Deps, receipt: Receipt, request: ExchangeRequest): Promise<ExchangeResult> {
  if (receipt.paper === undefined) {
    const refusal = await refusalOf(deps, receipt, "exchange");
    if (refusal !== undefined) return refusal;
  }
  const outcome = await deps.store.requestExchange(newExchange(deps, receipt, request));
  if (outcome.kind !== "requested" && outcome.kind !== "standing") return outcome;
  return { kind: outcome.kind, exchange: await settleNow(deps, outcome.exchange) };
}

/** 收回作废纸质: the paper was taken back and voided; the e-receipt counts again. undefined: no paper of it was given. */
export async function returnPaper(deps: Deps, receipt: Receipt, reason: string): Promise<PaperExchange | undefined> {
  const exchange = await deps.store.requestReturn(receipt, reason);
  return exchange && settleNow(deps, exchange);
}

/** 重新换开: damaged paper was handed back, another is given. The chain has nothing to be told. */
export function replacePaper(
  deps: Deps,
  receipt: Receipt,
  request: ExchangeRequest,
  reason: string,
): Promise<ExchangeOutcome> {
  return deps.store.replacePaper(newExchange(deps, receipt, request), reason);
}

/** Tells the chain what it was not told yet; for a worker. @returns how many were settled */
export async function settlePapers(deps: Deps): Promise<number> {
  let count = 0;
  for (const exchange of await deps.store.unsettledExchanges(50)) {
    if ((await settle(deps, exchange)) !== exchange.state) count += 1;
  }
  return count;
}

function newExchange(deps: Deps, { unitId, code, number }: Receipt, request: ExchangeRequest): NewExchange {
  return { exchangeId: newId(deps), unitId, code, number, ...request, requestedAtMs: deps.clock.nowMs() };
}

/** As it stands after the chain was told, or after it could not be. */
async function settleNow(deps: Deps, exchange: PaperExchange): Promise<PaperExchange> {
  if (exchange.state !== "requested" && exchange.state !== "returning") return exchange;
  try {
    await settle(deps, exchange);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.warn("paper_not_settled", { code: exchange.code, number: exchange.number, reason: error.code });
  }
  const all = await deps.store.exchangesOf(exchange);
  return all.find(({ exchangeId }) => exchangeId === exchange.exchangeId) ?? exchange;
}

/** @throws AppError chain_unreachable, transaction_not_mined */
async function settle(deps: Deps, exchange: PaperExchange): Promise<PaperExchange["state"]> {
  const { store, clock, log } = deps;
  const { exchangeId, code, number, state } = exchange;
  const onPaper = state === "requested";
  const refusal = await setPaper(deps, exchange, onPaper);
  const isFinal = refusal !== undefined && onPaper && FINAL_REFUSALS.has(refusal);
  if (refusal !== undefined && !isFinal) {
    // The receipt is not to blame (the ledger is paused, the unit's key was changed): somebody has to look, and it is tried again.
    await store.raiseAlarm("paper_refused", `receipt ${code} ${number}`, refusal, clock.nowMs());
    return state;
  }
  const settled = isFinal ? "refused" : onPaper ? "given" : "returned";
  await store.clearAlarm("paper_refused", `receipt ${code} ${number}`, clock.nowMs());
  await store.settleExchange(exchangeId, settled, refusal ?? "", clock.nowMs());
  log.info("paper_settled", { code, number, state: settled });
  return settled;
}

/** What a claimant or another contract call did first: the exchange is over. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set(["LedgerReceiptInUse", "LedgerReceiptReversed"]);

/** undefined: the chain has it as wished; else the contract's error. Another's change of the unit's nonce is tried again. */
async function setPaper(deps: Deps, exchange: PaperExchange, onPaper: boolean): Promise<string | undefined> {
  const { store, ledger, unitLedger } = deps;
  const receipt = await store.receipt(exchange.code, exchange.number);
  const unit = await store.unit(exchange.unitId);
  if (receipt === undefined || unit === undefined) throw new AppError("receipt_missing", "no such receipt");
  const leaf = entryLeaf({ ...receipt, isVoid: false });
  const domain = domainSeparator({ chainId: ledger.chainId, contract: bytesOfHex(ledger.contract) });
  for (let attempt = 1; ; attempt++) {
    if ((await ledger.status(hexOf(leaf))).onPaper === onPaper) return undefined;
    const nonce = await unitLedger.paperNonce(unit.unitId);
    const claim = { unitId: unit.unitId, leaf, onPaper, nonce };
    const signature = await deps.ledgerSigner.signDigest(unit.keyId, paperSigningDigest(domain, claim));
    try {
      await unitLedger.setPaper(claim, signature);
      return undefined;
    } catch (error) {
      const name = refusedName(error);
      if (name === undefined) throw error;
      const isNonceSpent = name === "LedgerPaperSignatureInvalid" || name === "LedgerPaperUnchanged";
      if (!isNonceSpent || attempt === ATTEMPTS) return name;
    }
  }
}

/** The contract's error; also a transaction that was overtaken between simulating and mining counts as refused by its nonce. */
function refusedName(error: unknown): string | undefined {
  if (!(error instanceof AppError)) return undefined;
  if (error.code === "transaction_reverted") return "LedgerPaperSignatureInvalid";
  return error.code === "ledger_refused" ? String(error.details["error"]) : undefined;
}

/** As far as database and chain can tell now; the transaction looks at the database again, the contract at the chain. */
async function refusalOf(deps: Deps, asked: Receipt, action: LifeAction): Promise<ExchangeResult | undefined> {
  const receipt = await awaitReceipt(deps, asked, "rendered", RENDER_WAIT_MS);
  if (receipt.state === "issued") return { kind: "not_rendered" };
  const interlock = interlockOf(lifeStateOfReceipt(receipt, await loadStanding(deps, receipt)), action);
  if (interlock === undefined) return undefined;
  return { kind: "interlocked", interlock, ...(receipt.reversedBy && { by: receipt.reversedBy }) };
}
