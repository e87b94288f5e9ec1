import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { loadBundle } from '../../registry/load.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { predictionsWriter } from '../../serving/protocols/prediction-values.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { csvCell } from '../../text/csv.ts';

/** Requests that the model answers, in the forms of the doors, and what it answers here. */
export interface SampleRequests {
  /** A row as JSON: what the manifest keeps as an example. */
  readonly row: unknown;
  /** The value of `predict` for that row, as this machine answers it. */
  readonly expected: unknown;
  /** The row as a line of CSV, or null where rows are no lists of cells. */
  readonly csv: string | null;
  /** `inputs` of a V2 request for that row. */
  readonly v2: readonly object[];
  /** Values that no row may be. */
  readonly bad: unknown;
}

/** Loads the bundle here and asks it, so that what a container answers is held to the numbers of this machine. */
export async function samplesOf(bundle: string, manifest: BundleManifest): Promise<SampleRequests> {
  const { engine } = await loadBundle(bundle, 'sample');
  try {
    const outputs = await engine.infer(decodeInput({ instances: [manifest.example] }, manifest.signature));
    const [expected] = JSON.parse(predictionsWriter(manifest.signature)(outputs, 1)) as unknown[];
    const { example: row } = manifest;
    return { row, expected, csv: csvOf(manifest), v2: v2Of(manifest), bad: { nothing: ['that', 'fits'] } };
  } finally {
    await engine.close();
  }
}

/** Cells of the example in the order of the columns, or null where it has none. */
function cellsOf({ signature, example }: BundleManifest): readonly unknown[] | null {
  if (signature.form === 'tensors') return null;
  if (signature.form !== 'table') return [example];
  if (Array.isArray(example)) return example;
  const row = example as Record<string, unknown>;
  return signature.columns.map(({ name }) => row[name] ?? null);
}

function csvOf(manifest: BundleManifest): string | null {
  const cells = cellsOf(manifest);
  return cells === null
    ? null
    : `${cells.map((cell) => csvCell(cell === null ? null : String(cell))).join(',')}\n`;
}

/** One input a column where the model knows columns or mixes types, else one matrix. */
function v2Of(manifest: BundleManifest): readonly object[] {
  const { signature, example } = manifest;
  const cells = cellsOf(manifest);
  if (signature.form === 'tensors') return tensorInputs(signature.tensors, example);
  if (cells === null)
    throw new PlimsollError('INTERNAL', { action: 'a sample', reason: 'a row has no cells' });
  const { columns } = signature;
  const isMatrix =
    signature.form === 'table' && columns.every(({ type, named }) => type === 'number' && !named);
  if (isMatrix) return [{ name: 'input', shape: [1, cells.length], datatype: 'FP64', data: cells }];
  return cells.map((cell, i) => {
    const { name, type } = elementAt(columns, i);
    const datatype = type === 'number' ? 'FP64' : type === 'bool' ? 'BOOL' : 'BYTES';
    return { name, shape: [1, 1], datatype, data: [cell] };
  });
}

const V2_TYPES: Readonly<Record<string, string>> = {
  float32: 'FP32',
  float64: 'FP64',
  float16: 'FP16',
  bool: 'BOOL',
  string: 'BYTES',
};

function tensorInputs(
  tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[],
  example: unknown,
): readonly object[] {
  return tensors.map(({ name, dtype }) => {
    const value = tensors.length === 1 ? example : (example as Record<string, unknown>)[name];
    const data = [value].flat(Number.POSITIVE_INFINITY);
    return { name, shape: [1, ...shapeOf(value)], datatype: V2_TYPES[dtype] ?? dtype.toUpperCase(), data };
  });
}

const shapeOf = (value: unknown): number[] =>
  Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
