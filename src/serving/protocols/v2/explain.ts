/** Explanations as further tensors of a V2 answer. Pure. */
import type { Signature } from '../../../model/signature.ts';
import { newTensor, type Tensor } from '../../../model/tensor.ts';
import { type ExplanationAsk, readExplanationAsk } from '../../explanations/explanation-ask.ts';
import type { ExplanationOutcome, ExplanationValues } from '../../explanations/explanation-outcome.ts';
import { complain } from './elements.ts';

/** What `parameters` of a request ask: `explain`, `true` or an object. Throws INPUT_INVALID. */
export function explainedBy(
  { explain }: Readonly<Record<string, unknown>>,
  signature: Signature,
): ExplanationAsk | undefined {
  const ask = readExplanationAsk(explain, ['body', 'parameters', 'explain'], signature, 'values');
  if (ask === null) return undefined;
  if (ask.top !== null)
    complain(
      ['parameters', 'explain', 'top'],
      'explain_value',
      'the parameter "explain": a tensor holds all columns: leave "top" out',
    );
  return ask;
}

/**
 * `OUTPUT_attributions`, `[rows, columns]` or `[rows, columns, scores]` where several are explained, and `base_values`, one a score: as
 * the contract of `plimsoll explain --json` has them.
 */
export function explanationTensors(
  { output, features, baseValues, values }: ExplanationValues,
  rows: number,
): readonly (readonly [string, Tensor])[] {
  const columns = features.length;
  const scores = baseValues.length;
  const shape = scores === 1 ? [rows, columns] : [rows, columns, scores];
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let score = 0; score < scores; score++)
      for (let column = 0; column < columns; column++)
        turned[(row * columns + column) * scores + score] =
          values[(row * scores + score) * columns + column]!;
  return [
    [`${output}_attributions`, newTensor('float64', shape, turned)],
    ['base_values', newTensor('float64', [scores], baseValues)],
  ];
}

/** Parameters of the answer that say how it was explained, or why it was not, with a comma before them: text and numbers, as V2 has them. */
export function explanationParameters(explanation: ExplanationOutcome): string {
  if (explanation.kind === 'text') return '';
  if (explanation.kind === 'missing') {
    const { code, message } = explanation.error;
    return `,"parameters":${JSON.stringify({ explanation_code: code, explanation_reason: message })}`;
  }
  const { method, output, additivityError, features, remarks, model, background } = explanation;
  const about = {
    explanation_method: method,
    explanation_output: output,
    explanation_features: JSON.stringify(features),
    additivity_error: additivityError,
    ...(remarks.length === 0 ? {} : { explanation_notes: JSON.stringify(remarks) }),
    model_digest: model.digest,
    ...(background === null
      ? {}
      : { background_digest: background.digest, background_rows: background.rows }),
  };
  return `,"parameters":${JSON.stringify(about)}`;
}
