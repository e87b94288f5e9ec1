/** What the process that explains answers is asked, and what it says; plain data, structured clones. */
import type { Batch } from '../../model/batch.ts';
import type { ErrorMessage } from '../../process/messages.ts';
import type { ExplainedVersion, ExplainerChoice } from '../../registry/explained-bundle.ts';
import type { ScoreChoice } from './explanation-ask.ts';
import type { ExplanationForm, MadeExplanation } from './explanation-outcome.ts';

/** Rows to explain, of one request. */
export interface ExplainOrder extends ExplainedVersion, ExplainerChoice {
  readonly id: number;
  readonly batch: Batch;
  readonly form: ExplanationForm;
  /** Columns of each row to name, those that matter most; null for all. */
  readonly top: number | null;
  readonly scores?: ScoreChoice | null;
  readonly reasons?: boolean | null;
  /** Where the rows stand among all of the request; null where they are all. */
  readonly places: RowPlaces | null;
  /** Rows of the request that are captured. */
  readonly noted: readonly number[];
}

/** Rows of a request that are explained, and how many it has. */
export interface RowPlaces {
  readonly at: readonly number[];
  readonly of: number;
}

export type ExplainReply =
  /** The explainer is there: what follows is the rows. */
  | { readonly kind: 'prepared'; readonly id: number }
  | { readonly kind: 'explained'; readonly id: number; readonly explanation: MadeExplanation }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorMessage };
