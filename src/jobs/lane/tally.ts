/** What becomes of the rows of a chunk, block by block. Pure. */
import { OUTCOME, type Outcome, type Refusal, type Scored } from '../../scorer/scorer.ts';
import type { Counts } from '../chunk.ts';
import type { ChunkOrder } from './protocol.ts';

/** Why a row of the chunk has no answer. */
export interface Verdict {
  /** Of the relation, from 0. */
  readonly row: number;
  readonly outcome: Exclude<Outcome, 'ok'>;
  readonly code: string;
  readonly column: string | null;
  readonly reason: string;
}

/** Takes the verdict of the scorer, and adds those of the job: a missing key, a row that is left out, one that is deadly. */
export class Tally {
  readonly #key: string;
  readonly #skip: ReadonlySet<number>;
  readonly #deadly: ReadonlySet<number>;
  readonly #counts = [0, 0, 0, 0];
  /** In the order of rows. */
  readonly verdicts: Verdict[] = [];
  #rows = 0;

  constructor(key: string, { skip, deadly }: Pick<ChunkOrder, 'skip' | 'deadly'>) {
    this.#key = key;
    this.#skip = new Set(skip);
    this.#deadly = new Set(deadly);
  }

  /** Rows seen so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows of the next block that must not be scored; null where there are none. */
  survivors(rows: number): number[] | null {
    if (this.#deadly.size === 0) return null;
    const found = Array.from({ length: rows }, (_, i) => i).filter((i) => !this.#deadly.has(this.#rows + i));
    return found.length === rows ? null : found;
  }

  /** Notes a block, and completes its outcomes. `keyless` holds 1 where the key is null. */
  add(rows: number, scored: Pick<Scored, 'outcomes' | 'refusals'>, keyless: Uint8Array): void {
    const { outcomes } = scored;
    const own = this.#own(rows, keyless);
    for (const { row, outcome } of own) outcomes[row] = OUTCOME[outcome];
    for (let i = 0; i < rows; i++) this.#counts[outcomes[i]!]! += 1;
    const verdicts = own.length === 0 ? scored.refusals : merged(scored.refusals, own);
    for (const verdict of verdicts) this.verdicts.push({ ...verdict, row: this.#rows + verdict.row });
    this.#rows += rows;
  }

  /** `unreadable` rows were not even in the relation. */
  counts(unreadable: number): Counts {
    const [ok, rejected, failed, skipped] = this.#counts as [number, number, number, number];
    return { read: this.#rows + unreadable, ok, rejected: rejected + unreadable, failed, skipped };
  }

  #own(rows: number, keyless: Uint8Array): Verdict[] {
    const own: Verdict[] = [];
    const { size } = this.#skip;
    if (size === 0 && this.#deadly.size === 0 && !keyless.includes(1)) return own;
    for (let row = 0; row < rows; row++) {
      const at = this.#rows + row;
      if (this.#deadly.has(at)) own.push({ row, ...DEADLY });
      else if (keyless[row] === 1) own.push({ row, ...this.#keyless() });
      else if (this.#skip.has(at)) own.push({ row, ...this.#skipped() });
    }
    return own;
  }

  #keyless(): Omit<Verdict, 'row'> {
    const reason = `"${this.#key}" is missing, a key was wanted`;
    return { outcome: 'rejected', code: 'missing_key', column: this.#key, reason };
  }

  #skipped(): Omit<Verdict, 'row'> {
    const reason = `"${this.#key}" is the key of an earlier row`;
    return { outcome: 'skipped', code: 'KEY_DUPLICATE', column: this.#key, reason };
  }
}

const DEADLY = {
  outcome: 'failed',
  code: 'LANE_DIED',
  column: null,
  reason: 'the process that scored it ended each time',
} as const;

/** By row; of one row, the verdict of the job counts. */
function merged(refusals: readonly Refusal[], own: readonly Verdict[]): Verdict[] {
  const rows = new Set(own.map(({ row }) => row));
  return [...refusals.filter(({ row }) => !rows.has(row)), ...own].sort((a, b) => a.row - b.row);
}
