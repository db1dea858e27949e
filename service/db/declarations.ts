import { IsNull, type DataSource } from "typeorm";
import type { BookTotals, Declaration, DeclarationStanding, DeclarationStore } from "../app/declarationPorts.ts";
import { DeclarationEntity, type DeclarationRow } from "./entities/declaration.ts";
import { query } from "./retry.ts";

/** What units declare of their books. */
export function createDeclarationStore(dataSource: DataSource): DeclarationStore {
  const { manager } = dataSource;
  const order = { bookId: "ASC", through: "ASC" } as const;
  return {
    declarationStandings: (periodEndMs) => standings(dataSource, periodEndMs),

    async firstIssuedFrom(bookId, after, fromMs) {
      const [row] = await query<{ number: string }>(
        dataSource,
        `select number from receipt where book_id = $1 and number > $2 and issued_at_ms >= $3 order by number limit 1`,
        [bookId, after, fromMs],
      );
      return row && Number(row.number);
    },

    bookTotals: (bookId, from, through) => bookTotals(dataSource, bookId, from, through),

    async planDeclaration(declaration) {
      const inserted: { raw: unknown } = await manager
        .createQueryBuilder()
        .insert()
        .into(DeclarationEntity)
        .values(rowOf(declaration))
        .orIgnore()
        .returning("book_id")
        .execute();
      return Array.isArray(inserted.raw) && inserted.raw.length === 1;
    },

    async plannedDeclarations() {
      const rows = await manager.find(DeclarationEntity, { where: { declaredAtMs: IsNull() }, order });
      return rows.map(declarationOf);
    },

    async markDeclared(bookId, through, declaredAtMs) {
      const place = { bookId, through: String(through), declaredAtMs: IsNull() };
      await manager.update(DeclarationEntity, place, { declaredAtMs: String(declaredAtMs) });
    },

    async declarations(unitId) {
      const where = unitId === undefined ? {} : { unitId };
      return (await manager.find(DeclarationEntity, { where, order })).map(declarationOf);
    },
  };
}

type RawStanding = {
  book_id: number;
  unit_id: number;
  key_id: string;
  code: number;
  first: string;
  last: string;
  next: string;
  anchored: string;
  through: string | null;
  issued_fen: string;
  reversed_fen: string;
  void_count: string;
  period_end_ms: string;
  planned_at_ms: string;
  declared_at_ms: string;
};

async function standings(dataSource: DataSource, periodEndMs: number): Promise<readonly DeclarationStanding[]> {
  const rows = await query<RawStanding>(
    dataSource,
    `select b.book_id, b.unit_id, u.key_id, b.code, b.first, b.last, b.next, b.anchored, d.through, d.issued_fen,
       d.reversed_fen, d.void_count, d.period_end_ms, d.planned_at_ms, d.declared_at_ms
     from book b join unit u on u.unit_id = b.unit_id
     left join lateral (select * from declaration where book_id = b.book_id order by through desc limit 1) d on true
     where b.anchored > coalesce(d.through + 1, b.first) and (d.through is null or
       (d.declared_at_ms is not null and d.period_end_ms < $1))
     order by b.book_id`,
    [periodEndMs],
  );
  return rows.map((row) => ({
    bookId: row.book_id,
    unitId: row.unit_id,
    unitKeyId: row.key_id,
    code: row.code,
    first: Number(row.first),
    last: Number(row.last),
    next: Number(row.next),
    anchored: Number(row.anchored),
    ...(row.through !== null && {
      declaration: {
        bookId: row.book_id,
        unitId: row.unit_id,
        through: Number(row.through),
        issuedFen: Number(row.issued_fen),
        reversedFen: Number(row.reversed_fen),
        voidCount: Number(row.void_count),
        periodEndMs: Number(row.period_end_ms),
        plannedAtMs: Number(row.planned_at_ms),
        declaredAtMs: Number(row.declared_at_ms),
      },
    }),
  }));
}

/** A void number has amounts in its row, of the receipt that it did not become. */
async function bookTotals(dataSource: DataSource, bookId: number, from: number, through: number): Promise<BookTotals> {
  type Raw = { receipts: string; voids: string; reds: string } & Record<
    "issued" | "reversed" | "first_red",
    string | null
  >;
  const [row] = await query<Raw>(
    dataSource,
    `select count(*) filter (where state <> 'void') as receipts, count(*) filter (where state = 'void') as voids,
       sum(issued_fen) filter (where state <> 'void') as issued,
       sum(reversed_fen) filter (where state <> 'void') as reversed,
       count(*) filter (where state <> 'void' and reversed_fen > 0) as reds,
       min(issued_at_ms) filter (where state <> 'void' and reversed_fen > 0) as first_red
     from receipt where book_id = $1 and number between $2 and $3`,
    [bookId, from, through],
  );
  return {
    receiptCount: Number(row?.receipts ?? 0),
    voidCount: Number(row?.voids ?? 0),
    issuedFen: Number(row?.issued ?? 0),
    reversedFen: Number(row?.reversed ?? 0),
    redCount: Number(row?.reds ?? 0),
    ...(row?.first_red != null && { firstRedAtMs: Number(row.first_red) }),
  };
}

function rowOf(declaration: Declaration): DeclarationRow {
  const { bookId, unitId, through, issuedFen, reversedFen, voidCount, periodEndMs, plannedAtMs } = declaration;
  const { declaredAtMs } = declaration;
  return {
    bookId,
    unitId,
    through: String(through),
    issuedFen: String(issuedFen),
    reversedFen: String(reversedFen),
    voidCount: String(voidCount),
    periodEndMs: String(periodEndMs),
    plannedAtMs: String(plannedAtMs),
    declaredAtMs: declaredAtMs === undefined ? null : String(declaredAtMs),
  };
}

function declarationOf(row: DeclarationRow): Declaration {
  return {
    bookId: row.bookId,
    unitId: row.unitId,
    through: Number(row.through),
    issuedFen: Number(row.issuedFen),
    reversedFen: Number(row.reversedFen),
    voidCount: Number(row.voidCount),
    periodEndMs: Number(row.periodEndMs),
    plannedAtMs: Number(row.plannedAtMs),
    ...(row.declaredAtMs !== null && { declaredAtMs: Number(row.declaredAtMs) }),
  };
}
