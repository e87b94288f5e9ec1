/** What becomes of the rows of a chunk, block by block. Pure. */
import { OUTCOME, type RowRefusal, type ScoredFrame } from '../../scorer/scorer.ts';
import type { RowCounts } from '../chunk.ts';
import type { RowGuard } from './guards.ts';
import type { ChunkOrder } from './protocol.ts';
import type { RowVerdict } from './verdict.ts';

/** Takes the verdict of the scorer, and adds those of the job: of its guards, a row that is left out, one that is deadly. */
export class OutcomeCounter {
  readonly #key: string;
  readonly #guards: readonly RowGuard[];
  readonly #skip: ReadonlySet<number>;
  readonly #deadly: ReadonlySet<number>;
  readonly #counts = [0, 0, 0, 0];
  /** In the order of rows. */
  readonly verdicts: RowVerdict[] = [];
  #rows = 0;

  constructor(
    key: string,
    guards: readonly RowGuard[],
    { skip, deadly }: Pick<ChunkOrder, 'skip' | 'deadly'>,
  ) {
    this.#key = key;
    this.#guards = guards;
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

  /** Notes a block, and completes its outcomes. `turned` holds the number of the guard that turns a row away, from 1. */
  add(rows: number, scored: Pick<ScoredFrame, 'outcomes' | 'refusals'>, turned: Uint8Array): void {
    const { outcomes } = scored;
    const own = this.#own(rows, turned);
    for (const { row, outcome } of own) outcomes[row] = OUTCOME[outcome];
    for (let i = 0; i < rows; i++) this.#counts[outcomes[i]!]! += 1;
    const verdicts = own.length === 0 ? scored.refusals : merged(scored.refusals, own);
    for (const verdict of verdicts) this.verdicts.push({ ...verdict, row: this.#rows + verdict.row });
    this.#rows += rows;
  }

  /** `unreadable` rows were not even in the relation. */
  counts(unreadable: number): RowCounts {
    const [ok, rejected, failed, skipped] = this.#counts as [number, number, number, number];
    return { read: this.#rows + unreadable, ok, rejected: rejected + unreadable, failed, skipped };
  }

  #own(rows: number, turned: Uint8Array): RowVerdict[] {
    const own: RowVerdict[] = [];
    const { size } = this.#skip;
    if (size === 0 && this.#deadly.size === 0 && turned.every((guard) => guard === 0)) return own;
    for (let row = 0; row < rows; row++) {
      const at = this.#rows + row;
      if (this.#deadly.has(at)) own.push({ row, ...DEADLY });
      else if (turned[row] !== 0) own.push({ row, ...this.#guards[turned[row]! - 1]!.verdict });
      else if (this.#skip.has(at)) own.push({ row, ...this.#skipped() });
    }
    return own;
  }

  #skipped(): Omit<RowVerdict, 'row'> {
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
function merged(refusals: readonly RowRefusal[], own: readonly RowVerdict[]): RowVerdict[] {
  const rows = new Set(own.map(({ row }) => row));
  return [...refusals.filter(({ row }) => !rows.has(row)), ...own].sort((a, b) => a.row - b.row);
}
