/** Tensors of a V2 body turned to the rows of a model. Pure. */
import { isRecord } from '../../../core/record.ts';
import type { Batch } from '../../../model/batch.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../../model/signature.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { Decode, Target } from '../../protocol.ts';
import { shown } from '../../rows/complaints.ts';
import { decodeInput } from '../../rows/decode.ts';
import { COLUMN_TAKES, DATATYPE } from './datatypes.ts';
import { complain, type InputTensor, readInput } from './elements.ts';
import { inputsOf, isByColumn, MATRIX } from './metadata.ts';

type Table = Exclude<Signature, { form: 'tensors' }>;

/** Most inputs of a request: a model of more columns takes a matrix. */
const INPUTS_MAX = 100_000;

/**
 * Rows of `{"inputs": [{"name", "shape", "datatype", "data"}]}`. A model of columns takes one input a column, or, where all
 * are numbers, one matrix. Throws INPUT_INVALID, BINARY_TENSORS.
 */
export function v2Decode({ model, manifest }: Target): Decode {
  const { signature } = manifest;
  return (body) => {
    const inputs = readInputs(body);
    if (signature.form === 'tensors') return tensorsOf(inputs, signature.tensors, model);
    const [matrix] = inputs;
    const isMatrix = inputs.length === 1 && isMatrixOf(matrix!, signature);
    return isMatrix ? rowsOf(matrix!, signature) : columnsOf(inputs, signature, model);
  };
}

function readInputs(body: unknown): readonly InputTensor[] {
  const inputs = isRecord(body) ? body['inputs'] : undefined;
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > INPUTS_MAX) {
    const msg = `expected {"inputs": [{"name", "shape", "datatype", "data"}]}, got ${isRecord(body) ? `"inputs": ${shown(inputs)}` : shown(body)}`;
    return complain(['inputs'], 'list_type', msg);
  }
  return inputs.map(readInput);
}

/** Triton's sentence where inputs are missing or too many (core/src/infer_request.cc). */
function checkNames(
  inputs: readonly InputTensor[],
  wanted: readonly string[],
  optional: ReadonlySet<string>,
  model: string,
): void {
  const given = new Set(inputs.map(({ name }) => name));
  if (given.size < inputs.length) {
    const twice = inputs.find(({ name }, k) => inputs.findIndex((other) => other.name === name) < k)!;
    complain(['inputs'], 'duplicate_input', `input '${twice.name}' is given twice for model '${model}'`);
  }
  const list = (names: readonly string[]): string =>
    `[${names
      .slice(0, 20)
      .map((name) => `'${name}'`)
      .join(',')}${names.length > 20 ? ',…' : ''}]`;
  const missing = wanted.filter((name) => !given.has(name) && !optional.has(name));
  if (missing.length > 0) {
    const msg = `expected ${wanted.length} inputs but got ${inputs.length} inputs for model '${model}'. Got input(s) ${list([...given])}, but missing required input(s) ${list(missing)}. Please provide all required input(s).`;
    complain(['inputs'], 'missing', msg);
  }
  const known = new Set(wanted);
  const stranger = [...given].find((name) => !known.has(name));
  if (stranger !== undefined)
    complain(
      ['inputs'],
      'extra_forbidden',
      `unexpected inference input '${stranger}' for model '${model}', which has ${list(wanted)}`,
    );
}

/** Whether an input holds whole rows: it has the width of the model, and not the name and shape of its only column. */
function isMatrixOf({ name, tensor }: InputTensor, signature: Table): boolean {
  if (!isByColumn(signature)) return true;
  const { columns } = signature;
  const isColumn = columns.some((column) => column.name === name);
  return (
    tensor.shape.length === 2 && tensor.shape[1] === columns.length && !(isColumn && columns.length === 1)
  );
}

function rowsOf(input: InputTensor, signature: Table): Batch {
  const { tensor, name } = input;
  const [rows = 0, width = 1] = tensor.shape;
  if (tensor.shape.length > 2 || (!signature.open && width !== signature.columns.length)) {
    const wanted = JSON.stringify(
      inputsOf(signature).length === 1 ? inputsOf(signature)[0]!.shape : [-1, signature.columns.length],
    );
    complain(
      ['inputs', 0, 'shape'],
      'shape',
      `unexpected shape for input '${name}': expected ${wanted}, got ${JSON.stringify(tensor.shape)}`,
    );
  }
  for (const column of signature.columns) checkDatatype(input, column, 0);
  const cells = cellsOf(tensor);
  return decodeInput(
    { instances: Array.from({ length: rows }, (_, i) => cells.slice(i * width, (i + 1) * width)) },
    signature,
  );
}

function columnsOf(inputs: readonly InputTensor[], signature: Table, model: string): Batch {
  const { columns } = signature;
  const optional = new Set(columns.filter(({ ignored }) => ignored).map(({ name }) => name));
  const names = isByColumn(signature) ? columns.map(({ name }) => name) : [MATRIX];
  checkNames(inputs, names, optional, model);
  const rows = inputs[0]!.tensor.shape[0]!;
  const lists = inputs.map((input, k): [string, readonly unknown[]] => {
    const { name, tensor } = input;
    checkDatatype(input, columns.find((column) => column.name === name)!, k);
    const isColumn = tensor.shape.length === 1 || (tensor.shape.length === 2 && tensor.shape[1] === 1);
    if (!isColumn || tensor.shape[0] !== rows) {
      const msg = `unexpected shape for input '${name}' for model '${model}': expected [${rows},1], got ${JSON.stringify(tensor.shape)}`;
      complain(['inputs', k, 'shape'], 'shape', msg);
    }
    return [name, cellsOf(tensor)];
  });
  return decodeInput({ inputs: Object.fromEntries(lists) }, signature);
}

function checkDatatype({ name, datatype }: InputTensor, { type, ignored }: ColumnSpec, index: number): void {
  if (ignored || COLUMN_TAKES[type].has(datatype)) return;
  const msg = `inference input '${name}' data-type is '${datatype}', but the model expects '${[...COLUMN_TAKES[type]].join("' or '")}'`;
  complain(['inputs', index, 'datatype'], 'datatype', msg);
}

/** Elements as cells of a table: integers as numbers, NaN and infinities in the words of JSON rows. */
function cellsOf({ data, dtype }: Tensor): readonly unknown[] {
  if (dtype === 'string') return data as readonly string[];
  return Array.from(data as ArrayLike<number | bigint>, (element) => {
    const number = Number(element);
    return Number.isNaN(number) ? null : number;
  });
}

function tensorsOf(inputs: readonly InputTensor[], specs: readonly TensorSpec[], model: string): Batch {
  checkNames(
    inputs,
    specs.map(({ name }) => name),
    new Set(),
    model,
  );
  const rows = inputs[0]!.tensor.shape[0]!;
  if (rows === 0) complain(['inputs', 0, 'shape'], 'too_short', 'expected at least one row, got none');
  const tensors = specs.map((spec): [string, Tensor] => {
    const k = inputs.findIndex(({ name }) => name === spec.name);
    const { datatype, tensor } = inputs[k]!;
    if (tensor.dtype !== spec.dtype) {
      const msg = `inference input '${spec.name}' data-type is '${datatype}', but model '${model}' expects '${DATATYPE[spec.dtype]}'`;
      complain(['inputs', k, 'datatype'], 'datatype', msg);
    }
    const wanted = spec.shape.length === 0 ? [-1] : spec.shape;
    const fits =
      tensor.shape.length === wanted.length &&
      tensor.shape.every((n, axis) => wanted[axis]! < 0 || wanted[axis] === n);
    if (!fits || tensor.shape[0] !== rows) {
      const msg = `unexpected shape for input '${spec.name}' for model '${model}'. Expected ${JSON.stringify(wanted)}, got ${JSON.stringify(tensor.shape)}${fits ? `: all inputs have ${rows} rows` : ''}`;
      complain(['inputs', k, 'shape'], 'shape', msg);
    }
    return [spec.name, tensor];
  });
  return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
}
