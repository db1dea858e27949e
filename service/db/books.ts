import type { EntityManager } from "typeorm";
import type { Book } from "../app/storePorts.ts";
import { BookGrantEntity } from "./entities/number.ts";
import { BookEntity, type BookRow } from "./entities/receipt.ts";

/** A granted book, and the fact of its grant; one that is known already is left alone. */
export async function insertBook(manager: EntityManager, book: Book, grantedAtMs: number): Promise<void> {
  const { bookId, unitId, code } = book;
  const [first, last] = [String(book.first), String(book.last)];
  const grant = { bookId, unitId, code, first, last, grantedAtMs: String(grantedAtMs) };
  await manager.createQueryBuilder().insert().into(BookEntity).values(bookRow(book)).orIgnore().execute();
  await manager.createQueryBuilder().insert().into(BookGrantEntity).values(grant).orIgnore().execute();
}

function bookRow(book: Book): BookRow {
  return {
    bookId: book.bookId,
    unitId: book.unitId,
    code: book.code,
    kind: book.kind,
    first: String(book.first),
    last: String(book.last),
    next: String(book.next),
    rendered: String(book.rendered),
    anchored: String(book.anchored),
    lowWater: book.lowWater,
    heldReason: book.heldReason ?? null,
    usableLast: null,
    placeCode: book.placeCode ?? null,
    isClosed: false,
  };
}
