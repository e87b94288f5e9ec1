/** The audit log: entries are added at the end and never changed; `audit-chain.ts` says how they are chained. */
import { auditHash, GENESIS } from '../audit-chain.ts';
import { encodeJson } from '../json.ts';
import { keyOf, limitOf, pageOf } from '../page.ts';
import { AUDIT_ROWS } from '../rows.ts';
import type { Db, Session } from '../session.ts';
import type { Audit, AuditEntry, AuditRow } from '../store.ts';

export const auditOver = (session: Session): Audit => ({
  append: (entry) => session.atomically((db) => append(db, entry)),

  list: (page) =>
    session.once(async (db) => {
      const limit = limitOf(page);
      const after = keyOf('audit', ['number'], page);
      let query = db.selectFrom('audit').selectAll();
      if (page?.subject !== undefined) query = query.where('subject', '=', page.subject);
      if (after !== null) query = query.where('seq', '>', after[0]);
      const rows = await query
        .orderBy('seq')
        .limit(limit + 1)
        .execute();
      return pageOf('audit', rows, limit, ({ seq }) => [seq], AUDIT_ROWS.read);
    }),
});

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
