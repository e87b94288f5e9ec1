import { halfToNumber } from '../../core/float.ts';
import type { Outputs } from '../../model/batch.ts';
import type { OutputSpec, Signature } from '../../model/signature.ts';
import type { Labels, Tensor } from '../../model/tensor.ts';

export interface ResultColumn {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'string' | 'bool';
  readonly values: readonly (number | bigint | string | boolean)[];
}

/**
 * Outputs as flat columns, for CSV, Parquet and tables: `predict`, `predict_proba_<class>`, `transform_<j>`; a
 * list of matrices numbers its parts (`predict_proba_0_<class>`).
 */
export function resultColumns(outputs: Outputs, signature: Signature): ResultColumn[] {
  return Object.entries(outputs).flatMap(([name, value]) => {
    const spec = signature.outputs.find((output) => output.name === name);
    if (!Array.isArray(value)) return tensorColumns(name, value as Tensor, spec);
    return value.flatMap((part: Tensor, i) => tensorColumns(`${name}_${i}`, part, undefined));
  });
}

function tensorColumns(name: string, tensor: Tensor, spec: OutputSpec | undefined): ResultColumn[] {
  const [rows = 0, ...rest] = tensor.shape;
  const width = rest.reduce((product, n) => product * n, 1);
  const type = columnType(tensor);
  const labels = spec?.classes;
  return Array.from({ length: width }, (_, j) => ({
    name: rest.length === 0 ? name : `${name}_${suffix(labels, j, width)}`,
    type,
    values: Array.from({ length: rows }, (_, i) => cell(tensor, i * width + j)),
  }));
}

function columnType({ dtype }: Tensor): ResultColumn['type'] {
  if (dtype === 'string' || dtype === 'bool') return dtype;
  return dtype.startsWith('float') ? 'number' : 'integer';
}

const suffix = (labels: Labels | undefined, j: number, width: number): string =>
  labels && labels.values.length === width ? String(labels.values[j]) : String(j);

function cell(tensor: Tensor, index: number): number | bigint | string | boolean {
  const value = tensor.data[index]!;
  if (tensor.dtype === 'float16') return halfToNumber(value as number);
  return tensor.dtype === 'bool' ? value === 1 : value;
}
