/**
 * Explanations as SageMaker Clarify answers them online
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability-response.html). Pure.
 */
import { type ExplainedRows, explainedRowCount, scoreAttributions } from './explained-rows.ts';

/** One a row of the request, null where it was not to be explained: what each column adds to each score. */
export function clarifyExplanations(rows: ExplainedRows): readonly (readonly object[] | null)[] {
  const explained = Array.from({ length: explainedRowCount(rows) }, (_, row) => featuresOf(rows, row));
  if (rows.places === null) return explained;
  const { at, of } = rows.places;
  const all = new Array<readonly object[] | null>(of).fill(null);
  for (const [k, features] of explained.entries()) all[at[k]!] = features;
  return all;
}

function featuresOf(rows: ExplainedRows, row: number): readonly object[] {
  const { features, baseValues } = rows.explainer;
  const { signature } = rows.manifest;
  const columns = signature.form === 'tensors' ? [] : signature.columns;
  const scores = Array.from(baseValues.keys(), (score) => scoreAttributions(rows, row, score));
  return features.map((name, column) => ({
    feature_header: name,
    feature_type: columns[column]?.type === 'string' ? 'categorical' : 'numerical',
    attributions: [{ attribution: scores.map((added) => added[column]!) }],
  }));
}
