/**
 * The chain of audit entries. The hash of an entry is the sha256, in hex, of the UTF-8 bytes of this object in canonical
 * JSON (RFC 8785):
 *
 *     {"at":…,"body":…,"by":"…","previous":"…","seq":…,"subject":"…","what":"…"}
 *
 * `previous` is the hash of the entry before; of the first, 64 zeros. With the entries as the API gives them and a
 * library for RFC 8785 anybody can check that none was changed, dropped or put between; that the last ones were not cut
 * off shows whoever kept a later hash.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import type { AuditRow } from './store.ts';

/** What the first entry names as the one before. */
export const GENESIS = '0'.repeat(64);

/** Hash of an entry, by all of its other fields. */
export const auditHash = ({ at, body, by, previous, seq, subject, what }: Omit<AuditRow, 'hash'>): string =>
  createHash('sha256').update(canonicalJson({ at, body, by, previous, seq, subject, what })).digest('hex');

/** Number of the first entry that does not follow from the one before, or null; `rows` begin after `from`. */
export function firstBreak(
  rows: readonly AuditRow[],
  from: Pick<AuditRow, 'seq' | 'hash'> = { seq: 0, hash: GENESIS },
): number | null {
  let last = from;
  for (const row of rows) {
    const follows = row.seq === last.seq + 1 && row.previous === last.hash && row.hash === auditHash(row);
    if (!follows) return last.seq + 1;
    last = row;
  }
  return null;
}
