/** The first row of an answer in two values, by which versions are compared. Pure. */

import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { OutputSpec, Signature } from '../../model/signature.ts';
import type { LabelSet, Tensor } from '../../model/tensor.ts';

export interface FirstRow {
  /**
   * What a regressor predicts; of a classifier with probabilities, that of the last of two classes, or of the label where
   * there are more. null where there is no such number.
   */
  readonly score: number | null;
  /** What a classifier predicts, or null. */
  readonly label: string | null;
}

export type ReadFirstRow = (outputs: Outputs) => FirstRow;

/** Of an answer whose values nobody here knows. */
export const NO_FIRST_ROW: FirstRow = { score: null, label: null };

/** Reads the outputs of versions with this signature. */
export function firstRowReader({ outputs: specs, classes }: Signature): ReadFirstRow {
  const main = mainOf(specs);
  const scores = scoresOf(specs, main);
  return (outputs) => {
    const predicted = outputs[main];
    // Several targets at once have no one value that stands for them.
    if (predicted === undefined || isList(predicted) || widthOf(predicted) !== 1) return NO_FIRST_ROW;
    const value = predicted.data[0];
    if (value === undefined) return NO_FIRST_ROW;
    if (classes === null && typeof value === 'number' && predicted.dtype.startsWith('float'))
      return { score: finite(predicted.dtype === 'float16' ? Number.NaN : value), label: null };
    const label = predicted.dtype === 'bool' ? String(value === 1) : String(value);
    return { score: probabilityOf(outputs[scores], classes, label), label };
  };
}

/** `predict`; of a graph, its first output that gives one value a row. */
function mainOf(specs: readonly OutputSpec[]): string {
  if (specs.some(({ name }) => name === 'predict')) return 'predict';
  return (
    (specs.find(({ shape }) => shape.slice(1).every((size) => size === 1)) ?? specs[0])?.name ?? 'predict'
  );
}

/** `predict_proba`; of a graph, its first other matrix of floats. */
function scoresOf(specs: readonly OutputSpec[], main: string): string {
  const isGraph = main !== 'predict';
  const found = specs.find(
    ({ name, dtype, shape }) => isGraph && name !== main && dtype.startsWith('float') && shape.length === 2,
  );
  return found?.name ?? 'predict_proba';
}

/** Values a row. */
function widthOf({ shape }: Tensor): number {
  return shape.reduce((width, size, axis) => (axis === 0 ? 1 : width * size), 1);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function probabilityOf(
  output: Outputs[string] | undefined,
  classes: LabelSet | null,
  label: string,
): number | null {
  if (output === undefined || classes === null || isList(output)) return null;
  const width = widthOf(output);
  if (width !== classes.values.length) return null;
  const index = width === 2 ? 1 : classes.values.findIndex((one) => String(one) === label);
  const value = output.data[index];
  return typeof value === 'number' ? finite(value) : null;
}
