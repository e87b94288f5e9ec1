/** The whole chain of audit entries, computed again. */
import { setImmediate as turn } from 'node:timers/promises';
import { firstBreak, GENESIS } from './audit-chain.ts';
import type { Audit, AuditRow } from './store.ts';

export interface VerifiedChain {
  readonly entries: number;
  readonly intact: boolean;
  /** Number of the first entry that does not follow from the one before; null where each does. */
  readonly brokenAt: number | null;
  /** What is there in its place; null where nothing is broken. */
  readonly brokenEntry: Pick<AuditRow, 'seq' | 'at' | 'what' | 'subject'> | null;
  /** To be kept elsewhere: who has it sees later whether entries were cut off. `hash` is null where there is none. */
  readonly last: { readonly seq: number; readonly hash: string | null };
}

/** Entries that are computed within a millisecond or two. */
const PART = 100;

/** Reads all entries there are, `part` at a time; whoever else waits has a turn after each. Throws what `list` throws. */
export async function verifiedAuditChain(list: Audit['list'], part = PART): Promise<VerifiedChain> {
  let entries = 0;
  let last: Pick<AuditRow, 'seq' | 'hash'> = { seq: 0, hash: GENESIS };
  let brokenAt: number | null = null;
  let brokenEntry: VerifiedChain['brokenEntry'] = null;
  let cursor: string | undefined;
  do {
    const { items, next } = await list({ limit: part, cursor });
    if (brokenAt === null) {
      brokenAt = firstBreak(items, last);
      brokenEntry = entryAt(items, brokenAt);
    }
    entries += items.length;
    last = items.at(-1) ?? last;
    cursor = next ?? undefined;
    await turn();
  } while (cursor !== undefined);
  const { seq, hash } = last;
  const kept = { seq, hash: entries === 0 ? null : hash };
  return { entries, intact: brokenAt === null, brokenAt, brokenEntry, last: kept };
}

function entryAt(rows: readonly AuditRow[], number: number | null): VerifiedChain['brokenEntry'] {
  const row = number === null ? undefined : rows.find(({ seq }) => seq >= number);
  return row === undefined ? null : { seq: row.seq, at: row.at, what: row.what, subject: row.subject };
}
