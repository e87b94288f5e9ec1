/** What a request asks of the explanation of its answer. Pure. */
import { isOneOf, isRecord } from '../../core/record.ts';
import { EXPLANATION_METHODS } from '../../explain/explanation.ts';
import type { Signature } from '../../model/signature.ts';
import type { ExplainerChoice } from '../../registry/explained-bundle.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { clipText, describeInput, InputErrors, type InputLocation } from '../rows/input-errors.ts';
import type { ExplanationForm } from './explanation-outcome.ts';

/** Plain data, which crosses to threads and processes. */
export interface ExplanationAsk extends ExplainerChoice {
  readonly form: ExplanationForm;
  /** Columns of each row to name, those that matter most; null for all. */
  readonly top: number | null;
  /** Which scores of a row are told; null leaves it to the form. @default {null} */
  readonly scores?: ScoreChoice | null;
  /** Whether reasons are told in words; null: where the version declares them. @default {null} */
  readonly reasons?: boolean | null;
}

/** So many of the largest, -1 for all, or those at these places. */
export type ScoreChoice = { readonly topK: number } | { readonly indices: readonly number[] };

/** Everything by default. */
export const explanationAsk = (form: ExplanationForm): ExplanationAsk => ({
  ...{ form, output: null, method: null, top: null, reasons: null },
});

/** Outputs that a model has beside those of its signature: sums of boosting, margins. */
const SUMS = ['raw', 'decision_function', 'predict', 'predict_proba', 'RawFormulaVal'] as const;
const KEYS = ['top', 'reasons', 'output', 'method'] as const;
/** Columns of a row that may be named. */
export const MOST_TOP = 10_000;

/**
 * `true`, or an object with any of `top`, `reasons`, `output` and `method`; null where there is none, or `false`. Throws INPUT_INVALID, naming
 * every part that is no good value.
 */
export function readExplanationAsk(
  given: unknown,
  loc: InputLocation,
  { outputs }: Signature,
  form: ExplanationForm,
): ExplanationAsk | null {
  if (given === undefined || given === null || given === false) return null;
  if (given === true) return explanationAsk(form);
  const complaints = new InputErrors();
  const wanted = `"explain": expected true, false or an object with ${KEYS.join(', ')}`;
  if (!isRecord(given))
    return complaints.fail(
      loc,
      { type: 'explain_type', msg: `${wanted}, got ${describeInput(given)}` },
      given,
    );
  const fault = (key: string, msg: string): void =>
    complaints.add([...loc, clipText(key)], { type: 'explain_value', msg }, given[key]);
  for (const key of Object.keys(given))
    if (!isOneOf(KEYS, key)) fault(key, `${wanted}, got ${describeInput(key)}${didYouMean(key, KEYS)}`);
  const { top = null, reasons = null, output = null, method = null } = given;
  const names = [...new Set([...outputs.map(({ name }) => name), ...SUMS])];
  if (top !== null && !isTop(top))
    fault('top', `"top": expected a number of columns from 1 to ${MOST_TOP}, got ${describeInput(top)}`);
  if (reasons !== null && typeof reasons !== 'boolean')
    fault('reasons', `"reasons": expected true or false, got ${describeInput(reasons)}`);
  if (output !== null && !isOneOf(names, output))
    fault('output', `"output": expected one of ${names.join(', ')}, got ${describeInput(output)}`);
  if (method !== null && !isOneOf(EXPLANATION_METHODS, method))
    fault(
      'method',
      `"method": expected one of ${EXPLANATION_METHODS.join(', ')}, got ${describeInput(method)}`,
    );
  complaints.check();
  return {
    form,
    top: isTop(top) ? top : null,
    reasons: typeof reasons === 'boolean' ? reasons : null,
    output: isOneOf(names, output) ? output : null,
    method: isOneOf(EXPLANATION_METHODS, method) ? method : null,
  };
}

const isTop = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_TOP;
