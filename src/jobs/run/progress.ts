/** How far a run is, for people and lists. Pure. */
import type { Check } from '../../store/store.ts';
import type { RowCounts } from '../chunk.ts';
import type { SparkForecast } from '../spark/forecast.ts';

export interface RunProgress {
  readonly rows: RowCounts;
  readonly chunks: { readonly done: number; readonly of: number };
  /** That were worked on it, over all attempts, by a steady clock. */
  readonly seconds: number;
  /** What was looked at before publication, once it was. */
  readonly checks?: readonly Check[];
}

/** What a run says on its way. */
export interface RunStep {
  readonly phase: 'model' | 'input' | 'scoring' | 'checks' | 'publishing';
  /** From 0 to 1, where the end is known. */
  readonly share?: number | undefined;
  /** While rows are scored. */
  readonly rowsPerSecond?: number | undefined;
  readonly secondsLeft?: number | undefined;
  /** Once, before a cluster begins on the input. */
  readonly forecast?: SparkForecast | undefined;
}
