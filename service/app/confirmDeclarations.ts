import { bytesOfHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { declarationSigningDigest, domainSeparator, type DeclarationClaim } from "../core/segment.ts";
import type { Declaration } from "./declarationPorts.ts";
import type { Deps } from "./deps.ts";

type Parts = "store" | "clock" | "log" | "ledger" | "ledgerSigner" | "unitLedger" | "failpoint";
type ConfirmDeps = Pick<Deps, Parts> & {
  readonly settings: Pick<Deps["settings"], "confirmations">;
};

/**
 * Sends the declarations that are written down, and marks those that the chain, read back as deep as confirmations ask, shows
 * with the same totals.
 * @param mayGoOn asked before each: false if another program sends by the same account now
 * @returns how many are sent and not yet confirmed
 */
export async function confirmDeclarations(deps: ConfirmDeps, mayGoOn: () => Promise<boolean>): Promise<number> {
  let waiting = 0;
  for (const declaration of await deps.store.plannedDeclarations()) {
    if (!(await mayGoOn())) break;
    if ((await confirmOne(deps, declaration)) === "waiting") waiting += 1;
  }
  return waiting;
}

async function confirmOne(deps: ConfirmDeps, declaration: Declaration): Promise<"declared" | "waiting" | "refused"> {
  const { bookId, through } = declaration;
  const nowMs = deps.clock.nowMs();
  const subject = `book ${bookId}`;
  const refusal = await send(deps, declaration);
  if (refusal !== undefined) {
    deps.log.error("declaration_refused", { bookId, through, reason: refusal });
    await deps.store.raiseAlarm("declaration_refused", subject, refusal, nowMs);
    return "refused";
  }
  deps.failpoint("declaration_sent");
  const declared = await deps.unitLedger.declared(bookId, deps.settings.confirmations);
  if (declared === undefined || declared.through < through) return "waiting";
  if (!isSameClaim(declared, declaration)) {
    const details = `${claimText(declared)} on chain, ${claimText(declaration)} here`;
    deps.log.error("declaration_differs", { bookId, details });
    await deps.store.raiseAlarm("declaration_differs", subject, details, nowMs);
    return "refused";
  }
  await deps.store.markDeclared(bookId, through, declared.timeS * 1000);
  for (const kind of ["declaration_refused", "declaration_differs"]) await deps.store.clearAlarm(kind, subject, nowMs);
  deps.log.info("declaration_made", { bookId, through });
  return "declared";
}

/** What the contract said, if it refused. */
async function send(deps: ConfirmDeps, declaration: Declaration): Promise<string | undefined> {
  const unit = await deps.store.unit(declaration.unitId);
  if (unit === undefined) return `there is no unit ${declaration.unitId}`;
  const { chainId, contract } = deps.ledger;
  const domain = domainSeparator({ chainId, contract: bytesOfHex(contract) });
  // Signed anew each time: a unit that was given another key meanwhile signs with that.
  const signature = await deps.ledgerSigner.signDigest(unit.keyId, declarationSigningDigest(domain, declaration));
  try {
    await deps.unitLedger.declare(declaration, signature);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "ledger_refused") return error.message;
    throw error;
  }
}

export const isSameClaim = (a: DeclarationClaim, b: DeclarationClaim): boolean => claimText(a) === claimText(b);

export const claimText = ({ through, issuedFen, reversedFen, voidCount }: DeclarationClaim): string =>
  `through ${through}: issued ${issuedFen} fen, reversed ${reversedFen} fen, ${voidCount} void`;
