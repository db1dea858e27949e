import { AppError } from "../core/errors.ts";
import { codeNumberOf } from "../domain/code.ts";
import type { Kind } from "../domain/kind.ts";
import { issueCodeOf } from "../domain/receiptAssembly.ts";
import type { Bureau, Clock, Identities, Ledger } from "./ports.ts";
import { stockSubject } from "./stockSubject.ts";
import type { AlarmStore, Unit, UnitStore } from "./storePorts.ts";

export type AdmitDeps = {
  readonly store: UnitStore & Pick<AlarmStore, "clearAlarm">;
  readonly bureau: Bureau;
  readonly identities: Identities;
  readonly ledger: Pick<Ledger, "books">;
  readonly clock: Clock;
  readonly kinds: ReadonlyMap<string, Kind>;
};

/**
 * Admits a unit: keys, then the chain, then the database. Run again after a crash it finishes what was begun.
 * @throws AppError chain_unreachable
 */
export async function admitUnit(deps: AdmitDeps, wanted: Omit<Unit, "unitId" | "keyId" | "status">): Promise<Unit> {
  const keyId = `unit-${wanted.creditCode}`;
  const { signer } = await deps.identities.ensureUnit(keyId, wanted);
  const { unitId } = await deps.bureau.admitUnit(wanted.creditCode, signer);
  const unit: Unit = { ...wanted, unitId, keyId, status: "active" };
  await deps.store.saveUnit(unit);
  return unit;
}

export type Grant = { readonly kind: string; readonly first: number; readonly last: number; readonly lowWater: number };

/**
 * Grants a range of numbers of this year's code of a kind to a unit, on chain and then in the database. Run again it changes nothing.
 * @throws AppError unknown_kind, chain_unreachable
 */
export async function grantBook(deps: AdmitDeps, unit: Unit, grant: Grant): Promise<void> {
  const kind = deps.kinds.get(grant.kind);
  if (kind === undefined) throw new AppError("unknown_kind", `there is no kind ${grant.kind}`);
  const code = codeNumberOf(issueCodeOf(kind, unit, deps.clock.nowMs()));
  const { first, last, lowWater } = grant;
  const { bookId } = await deps.bureau.grantBook({ unitId: unit.unitId, code, first, last });
  const [onChain] = await deps.ledger.books([bookId]);
  const next = onChain?.next ?? first;
  const marks = { next, rendered: next, anchored: next };
  const book = { bookId, unitId: unit.unitId, code, kind: kind.id, first, last, lowWater, ...marks };
  await deps.store.saveBook(book, deps.clock.nowMs());
  for (const alarm of ["numbers_low", "no_numbers"]) {
    await deps.store.clearAlarm(alarm, stockSubject(code, unit.unitId), deps.clock.nowMs());
  }
}
