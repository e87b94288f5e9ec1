/** Adds up the accounts of chunks. */
import { createHash } from 'node:crypto';
import { PlimsollError } from '../../core/errors.ts';
import { OUTCOMES } from '../../scorer/scorer.ts';
import type { Chunk, ChunkTotals, RowCounts } from '../chunk.ts';

export interface RunTotals {
  readonly rows: RowCounts;
  /** sha256 over the key digests of chunks, in hex, each followed by a newline, in order of chunk; hex. */
  readonly keys: string;
}

type Entry = Pick<ChunkTotals, 'chunk' | 'counts' | 'keys'>;

const DIGEST = /^[0-9a-f]{64}$/;

/**
 * The sums of accounts, which must be those of `chunks`, each once: every row that was read has one outcome, and as many
 * were read as the chunk has, where that is known. Throws ROWS_DO_NOT_ADD_UP, naming the first chunk that is wrong.
 */
export function addUp(
  accounts: readonly Entry[],
  chunks: readonly Pick<Chunk, 'index' | 'rows'>[],
): RunTotals {
  const byChunk = new Map(accounts.map((account) => [account.chunk, account]));
  if (byChunk.size !== accounts.length || accounts.length !== chunks.length)
    throw wrong(
      'the run',
      `${accounts.length} accounts of ${byChunk.size} chunks`,
      `one of each of ${chunks.length}`,
    );
  const rows = { read: 0, ok: 0, rejected: 0, failed: 0, skipped: 0 };
  const keys = createHash('sha256');
  for (const chunk of chunks) {
    const account = byChunk.get(chunk.index);
    if (account === undefined) throw wrong(`chunk ${chunk.index}`, 'no account', 'one');
    check(account, chunk);
    rows.read += account.counts.read;
    for (const outcome of OUTCOMES) rows[outcome] += account.counts[outcome];
    keys.update(`${account.keys}\n`);
  }
  return { rows, keys: keys.digest('hex') };
}

function check({ counts, keys }: Entry, { index, rows }: Pick<Chunk, 'index' | 'rows'>): void {
  const where = `chunk ${index}`;
  for (const part of ['read', ...OUTCOMES] as const)
    if (!Number.isSafeInteger(counts[part]) || counts[part] < 0)
      throw wrong(where, `${String(counts[part])} rows ${part}`, 'a count');
  const sum = OUTCOMES.reduce((all, outcome) => all + counts[outcome], 0);
  if (sum !== counts.read)
    throw wrong(where, `${sum} rows have an outcome`, `${counts.read} rows, as many as were read,`);
  if (rows !== null && rows !== counts.read)
    throw wrong(where, `${counts.read} rows were read`, `${rows} rows`);
  if (!DIGEST.test(keys)) throw wrong(where, `the digest of its keys is "${keys}"`, 'sha256 in hex');
}

const wrong = (where: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('ROWS_DO_NOT_ADD_UP', { where, found, wanted });
