import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS, durationCell } from '../../metrics/duration-buckets.ts';

/** What came of asking for an explanation; all but the first are answers that went out without one. */
export const EXPLANATION_RESULTS = [
  'explained',
  'unfit',
  'large',
  'busy',
  'late',
  'crashed',
  'failed',
] as const;
export type ExplanationResult = (typeof EXPLANATION_RESULTS)[number];

const RESULTS: Readonly<Record<string, ExplanationResult>> = {
  EXPLANATION_UNFIT: 'unfit',
  EXPLANATION_LARGE: 'large',
  EXPLANATION_BUSY: 'busy',
  EXPLANATION_LATE: 'late',
  EXPLANATION_CRASHED: 'crashed',
};

const TIMES = EXPLANATION_RESULTS.length;
const SUM = TIMES + DURATION_CELLS;

/** Explanations of the answers of one model. */
export class ExplanationSeries {
  readonly model: string;
  /** Every counter in one array, so that those of several processes add up cell by cell. */
  readonly counters = new Float64Array(SUM + 1);
  readonly results = this.counters.subarray(0, TIMES);
  /** Of what was explained, in the cells of `metrics/duration-buckets.ts`. */
  readonly times = this.counters.subarray(TIMES, SUM);

  constructor(model: string) {
    this.model = model;
  }

  /** Milliseconds of all that were explained. */
  get millis(): number {
    return elementAt(this.counters, SUM);
  }

  /** An answer waited so long; `code` is why it went out without, or null. */
  count(code: string | null, millis: number): void {
    const result = code === null ? 'explained' : (RESULTS[code] ?? 'failed');
    addAt(this.results, EXPLANATION_RESULTS.indexOf(result));
    if (code !== null) return;
    addAt(this.times, durationCell(millis));
    addAt(this.counters, SUM, millis);
  }
}
