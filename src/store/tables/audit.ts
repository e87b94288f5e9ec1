/** The audit log: entries are added at the end and never changed; `audit-chain.ts` says how they are chained. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { auditHash, GENESIS } from '../audit-chain.ts';
import { encodeJson } from '../json.ts';
import { keyOf, limitOf, pageOf } from '../page.ts';
import { AUDIT_ROWS } from '../rows.ts';
import type { Db, Session } from '../session.ts';
import type { Audit, AuditEntry, AuditRequest, AuditRow } from '../store.ts';

export const auditOver = (session: Session): Audit => ({
  append: (entry) => session.atomically((db) => append(db, entry)),

  list: (wanted = {}) =>
    session.once(async (db) => {
      const limit = limitOf(wanted);
      const isNewest = wanted.order === 'newest';
      // A cursor of one order says nothing in the other.
      const name = isNewest ? 'audit-newest' : 'audit';
      const after = keyOf(name, ['number'], wanted);
      let query = db.selectFrom('audit').selectAll();
      for (const condition of conditionsOf(wanted)) query = query.where(condition);
      if (after !== null) query = query.where('seq', isNewest ? '<' : '>', after[0]);
      const rows = await query
        .orderBy('seq', isNewest ? 'desc' : 'asc')
        .limit(limit + 1)
        .execute();
      return pageOf(name, rows, limit, ({ seq }) => [seq], AUDIT_ROWS.read);
    }),
});

/** What entries have to be, all of it. */
function conditionsOf({ subject, by, what, search, since, until }: AuditRequest): RawBuilder<SqlBool>[] {
  const conditions: RawBuilder<SqlBool>[] = [];
  if (subject !== undefined) conditions.push(sql`subject = ${subject}`);
  if (by !== undefined) conditions.push(sql`${sql.ref('by')} = ${by}`);
  if (what !== undefined)
    conditions.push(sql`(what = ${what} or what like ${`${literal(what)}.%`} escape '!')`);
  if (search !== undefined) {
    // Neither SQLite nor PostgreSQL knows other capitals in these columns than those of ASCII: their collation is "C".
    const folded = search.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
    const text = sql`lower(${sql.ref('by')} || ' ' || what || ' ' || subject)`;
    conditions.push(sql`${text} like ${`%${literal(folded)}%`} escape '!'`);
  }
  if (since !== undefined) conditions.push(sql`at >= ${since}`);
  if (until !== undefined) conditions.push(sql`at < ${until}`);
  return conditions;
}

/** A text in a pattern of LIKE that stands for itself. */
const literal = (text: string): string => text.replaceAll(/[!%_]/g, '!$&');

async function append(db: Db, { at, by, what, subject, body }: AuditEntry): Promise<AuditRow> {
  const last = await db
    .selectFrom('audit')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const text = encodeJson(body);
  const entry = {
    seq: (last?.seq ?? 0) + 1,
    previous: last?.hash ?? GENESIS,
    at,
    by,
    what,
    subject,
    // What is hashed is what will be read: without undefined values and with dates as text.
    body: JSON.parse(text) as unknown,
  };
  const row: AuditRow = { ...entry, hash: auditHash(entry) };
  await db
    .insertInto('audit')
    .values({ ...row, body: text })
    .execute();
  return row;
}
