/** What V2 clients are told of a model's tensors. Pure. */
import type { ColumnSpec, Signature } from '../../../model/signature.ts';
import { COLUMN_DATATYPE, DATATYPE } from './datatypes.ts';

export interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  /** -1 is a free dimension; the first is the batch. */
  readonly shape: readonly number[];
  /** What may be sent as BYTES in the place of its numbers. */
  readonly parameters?: { readonly content_type: string };
}

/** Name of the one input of a model whose columns are all numbers and have no names. */
export const MATRIX = 'input';

/** Whether a model has one input a column: it knows their names, or they are of several types. */
export const isByColumn = (signature: Exclude<Signature, { form: 'tensors' }>): boolean =>
  !signature.open && signature.columns.some(({ named, type }) => named || type !== 'number');

/** Columns that have to be sent: those that the model reads, or all where it reads none. */
export function columnsWanted(columns: readonly ColumnSpec[]): readonly ColumnSpec[] {
  const read = columns.filter(({ ignored }) => ignored !== true);
  return read.length > 0 ? read : columns;
}

/** What files are called that an input takes. */
const MEDIA_TYPES = { image: 'image/*', audio: 'audio/wav' } as const;

export function inputTensorsOf(signature: Signature): readonly TensorMetadata[] {
  if (signature.form === 'tensors') {
    return signature.tensors.map(({ name, dtype, shape, content }) => ({
      name,
      datatype: DATATYPE[dtype],
      shape: shape.length === 0 ? [-1] : shape,
      ...(content === undefined ? {} : { parameters: { content_type: MEDIA_TYPES[content.type] } }),
    }));
  }
  if (!isByColumn(signature)) {
    return [{ name: MATRIX, datatype: 'FP64', shape: [-1, signature.open ? -1 : signature.columns.length] }];
  }
  return columnsWanted(signature.columns).map(({ name, type }) => ({
    name,
    datatype: COLUMN_DATATYPE[type],
    shape: [-1, 1],
  }));
}

/** A list of matrices is one output each, numbered. */
export const outputPartName = (output: string, part: number): string => `${output}_${part}`;

export function outputTensorsOf({ outputs }: Signature): readonly TensorMetadata[] {
  return outputs.flatMap(({ name, dtype, shape, parts }) => {
    const about = { datatype: DATATYPE[dtype], shape };
    if (parts === undefined) return [{ name, ...about }];
    return Array.from({ length: parts }, (_, k) => ({ name: outputPartName(name, k), ...about }));
  });
}
