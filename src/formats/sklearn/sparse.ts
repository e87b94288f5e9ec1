import type { StepOrigin } from '../../model/step-base.ts';
import type { Matrix } from '../../model/tensor.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import { objectState } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toNumbers } from './arrays.ts';
import { globalName, show } from './show.ts';

/** Cells of a sparse matrix made dense; fitted coefficients are far below. */
const MAX_CELLS = 50_000_000;

interface Parts {
  readonly rows: number;
  readonly cols: number;
  numbers(...names: readonly string[]): Float64Array;
}

/** Attributes of a scipy.sparse matrix or array (`_shape`, `data`, …); throws MODEL_INVALID for anything else. */
function partsOf(value: PyValue, origin: StepOrigin, field: string): Parts & { readonly format: string } {
  const format = isType(value, 'object')
    ? /^scipy\.sparse\..*\.(csr|csc|dia)_(matrix|array)$/.exec(globalName(value.cls))?.[1]
    : undefined;
  if (!isType(value, 'object') || format === undefined)
    throw stepInvalid(origin, field, show(value), 'an array or a sparse matrix');
  const attributes = objectState(value);
  const sizes = arrayItemsOf(attributes.get('_shape'))?.map(toNumber) ?? [];
  // scipy has arrays of one dimension from 1.15 on: one row (SGDRegressor.sparsify).
  const shape = sizes.length === 1 ? [1, ...sizes] : sizes;
  const [rows, cols] = shape;
  if (shape.length !== 2 || !isCount(rows) || !isCount(cols))
    throw stepInvalid(origin, field, 'a sparse matrix without shape', 'two dimensions');
  const numbers = (...names: readonly string[]): Float64Array => {
    const found = names.map((name) => attributes.get(name)).find((one) => one !== undefined);
    const out = isType(found, 'array') ? toNumbers(found) : null;
    if (out === null) throw stepInvalid(origin, `${field}.${names[0]}`, show(found), 'an array of numbers');
    return out;
  };
  return { rows, cols, numbers, format };
}

const isCount = (n: number | null | undefined): n is number =>
  typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;

/** Dense copy of a scipy.sparse CSR or CSC matrix (`sparsify()` leaves coefficients so). */
export function densify(value: PyValue, origin: StepOrigin, field: string): Matrix {
  const parts = partsOf(value, origin, field);
  const { rows, cols, format } = parts;
  if (format === 'dia')
    throw stepUnsupported(origin, field, 'a diagonal matrix', 'dense and CSR matrices are');
  if (rows * cols > MAX_CELLS)
    throw stepUnsupported(origin, field, `${rows}×${cols} cells`, `at most ${MAX_CELLS} are`);
  const data = new Float64Array(rows * cols);
  const byRow = format === 'csr';
  forEachEntry(parts, byRow ? rows : cols, byRow ? cols : rows, origin, field, (major, minor, x) => {
    data[byRow ? major * cols + minor : minor * cols + major]! += x;
  });
  return { rows, cols, data };
}

function forEachEntry(
  parts: Parts,
  majors: number,
  minors: number,
  origin: StepOrigin,
  field: string,
  visit: (major: number, minor: number, x: number) => void,
): void {
  const [starts, indices, values] = [
    parts.numbers('indptr'),
    parts.numbers('indices'),
    parts.numbers('data'),
  ];
  // Starts that went back would visit entries again and again.
  const ascending = starts.every((start, i) => start >= (starts[i - 1] ?? 0));
  if (starts.length !== majors + 1 || indices.length < values.length || !ascending)
    throw stepInvalid(
      origin,
      field,
      'a sparse matrix whose parts disagree',
      'indptr, indices and data that fit',
    );
  for (let major = 0; major < majors; major++) {
    for (let at = starts[major]!; at < starts[major + 1]!; at++) {
      const minor = indices[at];
      const x = values[at];
      if (minor === undefined || x === undefined || !(minor >= 0 && minor < minors))
        throw stepInvalid(origin, field, 'a sparse index out of range', `indices below ${minors}`);
      visit(major, minor, x);
    }
  }
}

/** Main diagonal of a square CSR, CSC or DIA matrix (TfidfTransformer kept `idf_` so up to 1.4). */
export function diagonalOf(value: PyValue, origin: StepOrigin, field: string): Float64Array {
  const parts = partsOf(value, origin, field);
  const size = Math.min(parts.rows, parts.cols);
  if (size > MAX_CELLS) throw stepUnsupported(origin, field, `${size} cells`, `at most ${MAX_CELLS} are`);
  if (parts.format === 'dia') {
    const data = parts.numbers('data');
    const offsets = parts.numbers('offsets');
    if (offsets.length !== 1 || offsets[0] !== 0 || data.length !== size)
      throw stepInvalid(origin, field, 'other diagonals', 'the main diagonal alone');
    return data;
  }
  const out = new Float64Array(size);
  const byRow = parts.format === 'csr';
  forEachEntry(
    parts,
    byRow ? parts.rows : parts.cols,
    byRow ? parts.cols : parts.rows,
    origin,
    field,
    (major, minor, x) => {
      if (major !== minor) throw stepInvalid(origin, field, 'entries off the diagonal', 'a diagonal matrix');
      out[major]! += x;
    },
  );
  return out;
}
