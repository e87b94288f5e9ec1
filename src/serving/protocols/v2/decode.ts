/** Tensors of a V2 body turned to the rows of a model. Pure. */
import { isRecord } from '../../../core/record.ts';
import type { Batch } from '../../../model/batch.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../../model/signature.ts';
import { newTensor, type Tensor } from '../../../model/tensor.ts';
import type { DecodeRows, TargetVersion } from '../../protocol.ts';
import { decodeInput } from '../../rows/decode.ts';
import { checkHeldRows } from '../../rows/held-rows.ts';
import { describeInput, InputErrors } from '../../rows/input-errors.ts';
import { elementType, type TensorElement } from '../../rows/tensor-element.ts';
import { TensorReader } from '../../rows/tensor-reader.ts';
import { DATATYPE, datatypesOf } from './datatypes.ts';
import { complain, type InputTensor, readInput } from './elements.ts';
import { columnsWanted, isByColumn, MATRIX } from './metadata.ts';

type Table = Exclude<Signature, { form: 'tensors' }>;

/** Most inputs of a request: a model of more columns takes a matrix. */
const INPUTS_MAX = 100_000;

/**
 * Rows of `{"inputs": [{"name", "shape", "datatype", "data"}]}`. A model of columns takes one input a column, or, where all
 * are numbers, one matrix. Throws INPUT_INVALID, BINARY_TENSORS.
 */
export function v2Decode({ model, manifest }: TargetVersion): DecodeRows {
  const { signature } = manifest;
  const specs = signature.form === 'tensors' ? signature.tensors : [];
  const contents = new Set(specs.filter(({ content }) => content !== undefined).map(({ name }) => name));
  return (body) => {
    const inputs = readInputs(body, contents);
    if (signature.form === 'tensors') return tensorsOf(inputs, signature.tensors, model);
    const [first, second] = inputs;
    const isMatrix = second === undefined && isMatrixOf(first, signature);
    return isMatrix ? rowsOf(first, signature) : columnsOf(inputs, signature, model);
  };
}

/** One input at least. */
type Inputs = readonly [InputTensor, ...InputTensor[]];

function readInputs(body: unknown, contents: ReadonlySet<string>): Inputs {
  const inputs = isRecord(body) ? body['inputs'] : undefined;
  const [first, ...others] = Array.isArray(inputs) && inputs.length <= INPUTS_MAX ? inputs : [];
  if (first === undefined) {
    const found = inputs === undefined ? describeInput(body) : `"inputs": ${describeInput(inputs)}`;
    const msg = `expected {"inputs": [{"name", "shape", "datatype", "data"}]}, got ${found}`;
    return complain(['inputs'], 'list_type', msg);
  }
  return [readInput(first, 0, contents), ...others.map((input, k) => readInput(input, k + 1, contents))];
}

/** Triton's sentence where inputs are missing; `known` may be sent besides what is wanted. */
function checkNames(
  inputs: readonly InputTensor[],
  wanted: readonly string[],
  known: ReadonlyMap<string, unknown>,
  model: string,
): void {
  const given = new Set<string>();
  for (const { name } of inputs) {
    if (given.has(name))
      complain(['inputs'], 'duplicate_input', `input '${name}' is given twice for model '${model}'`);
    given.add(name);
  }
  const missing = wanted.filter((name) => !given.has(name));
  if (missing.length > 0) {
    const msg = `expected ${wanted.length} inputs but got ${inputs.length} inputs for model '${model}'. Got input(s) ${list([...given])}, but missing required input(s) ${list(missing)}. Please provide all required input(s).`;
    complain(['inputs'], 'missing', msg);
  }
  const needed = new Set(wanted);
  const stranger = [...given].find((name) => !needed.has(name) && !known.has(name));
  if (stranger === undefined) return;
  const msg = `unexpected inference input '${stranger}' for model '${model}', which has ${list(wanted)}`;
  complain(['inputs'], 'extra_forbidden', msg);
}

const SHOWN_MAX = 20;
const list = (names: readonly string[]): string => {
  const shown = names.slice(0, SHOWN_MAX).map((name) => `'${name}'`);
  return `[${[...shown, ...(names.length > SHOWN_MAX ? ['…'] : [])].join(',')}]`;
};

/** Whether an input holds whole rows: it has the width of the model, and not the name and shape of its only column. */
function isMatrixOf({ name, shape }: InputTensor, signature: Table): boolean {
  if (!isByColumn(signature)) return true;
  const { columns } = signature;
  const isColumn = columns.some((column) => column.name === name);
  return shape.length === 2 && shape[1] === columns.length && !(isColumn && columns.length === 1);
}

function rowsOf(input: InputTensor, signature: Table): Batch {
  const { shape, name } = input;
  const [rows = 0, width = 1] = shape;
  if (shape.length > 2 || (!signature.open && width !== signature.columns.length)) {
    const wanted = `[-1,${signature.open ? -1 : signature.columns.length}]`;
    const msg = `unexpected shape for input '${name}': expected ${wanted}, got ${JSON.stringify(shape)}`;
    complain(['inputs', 0, 'shape'], 'shape', msg);
  }
  for (const column of signature.columns) checkDatatype(input, column, 0);
  // A shape may announce any number of rows that hold nothing.
  if (width === 0 && rows > 0)
    complain(['inputs', 0, 'shape'], 'shape', `input '${name}': rows of no columns cannot be scored`);
  const cells = cellsOf(input);
  return decodeInput(
    { instances: Array.from({ length: rows }, (_, i) => cells.slice(i * width, (i + 1) * width)) },
    signature,
  );
}

function columnsOf(inputs: Inputs, signature: Table, model: string): Batch {
  const { columns } = signature;
  const byName = new Map(columns.map((column) => [column.name, column]));
  const wanted = isByColumn(signature) ? columnsWanted(columns).map(({ name }) => name) : [MATRIX];
  checkNames(inputs, wanted, isByColumn(signature) ? byName : new Map(), model);
  const [{ rows }] = inputs;
  const lists = inputs.map((input, k): [string, readonly unknown[]] => {
    const { name, shape } = input;
    const column = byName.get(name);
    if (column !== undefined) checkDatatype(input, column, k);
    const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
    if (!isColumn || input.rows !== rows) {
      const msg = `unexpected shape for input '${name}' for model '${model}': expected [${rows},1], got ${JSON.stringify(shape)}`;
      complain(['inputs', k, 'shape'], 'shape', msg);
    }
    return [name, cellsOf(input)];
  });
  return decodeInput({ inputs: Object.fromEntries(lists) }, signature);
}

function checkDatatype({ name, datatype }: InputTensor, column: ColumnSpec, index: number): void {
  const taken = datatypesOf(column);
  if (column.ignored || taken.has(datatype)) return;
  const msg = `inference input '${name}' data-type is '${datatype}', but the model expects '${[...taken].join("' or '")}'`;
  complain(['inputs', index, 'datatype'], 'datatype', msg);
}

/** Elements as cells of a table: numbers as their datatype holds them, null for what is missing. */
function cellsOf({ elements, dtype }: InputTensor): readonly unknown[] {
  return Array.from(elements, (element) => {
    if (dtype === 'string') return element;
    if (element === null) return null;
    const number = dtype === 'float32' ? Math.fround(element as number) : Number(element);
    return Number.isNaN(number) ? null : number;
  });
}

function tensorsOf(inputs: Inputs, specs: readonly TensorSpec[], model: string): Batch {
  checkNames(
    inputs,
    specs.map(({ name }) => name),
    new Map(),
    model,
  );
  const [{ rows }] = inputs;
  const tensors = specs.flatMap((spec): [string, Tensor][] => {
    const k = inputs.findIndex(({ name }) => name === spec.name);
    const input = inputs[k];
    if (input === undefined) return [];
    if (input.contents !== null) return [[spec.name, contentTensor(input.contents, spec, rows, k)]];
    checkTensor(input, spec, rows, k, model);
    return [[spec.name, tensorOf(input, k)]];
  });
  checkHeldRows(rows, tensors, ['body', 'inputs', 0, 'shape']);
  return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
}

/** Pictures or sounds as the rows that they stand for. */
function contentTensor(contents: readonly Uint8Array[], spec: TensorSpec, rows: number, k: number): Tensor {
  if (contents.length !== rows)
    complain(
      ['inputs', k, 'shape'],
      'shape',
      `input '${spec.name}': expected ${rows} elements, got ${contents.length}`,
    );
  const reader = new TensorReader([spec], new InputErrors());
  const batch = reader.rows(contents, ['body', 'inputs', k, 'data']);
  const tensor = batch.kind === 'tensors' ? batch.tensors[spec.name] : undefined;
  return tensor ?? complain(['inputs', k], 'missing', `input '${spec.name}': absent`);
}

function checkTensor(
  { datatype, dtype, shape }: InputTensor,
  spec: TensorSpec,
  rows: number,
  k: number,
  model: string,
): void {
  const of = `for model '${model}'`;
  if (dtype !== spec.dtype) {
    const msg = `inference input '${spec.name}' data-type is '${datatype}', but model '${model}' expects '${DATATYPE[spec.dtype]}'`;
    complain(['inputs', k, 'datatype'], 'datatype', msg);
  }
  const wanted = spec.shape.length === 0 ? [-1] : spec.shape;
  const fits =
    shape.length === wanted.length && wanted.every((size, axis) => size < 0 || shape[axis] === size);
  if (fits && shape[0] === rows) return;
  const why = fits ? `: the first input has ${rows} rows` : '';
  const msg = `unexpected shape for input '${spec.name}' ${of}. Expected ${JSON.stringify(wanted)}, got ${JSON.stringify(shape)}${why}`;
  complain(['inputs', k, 'shape'], 'shape', msg);
}

/** null is NaN to floats, and nothing to others. */
function tensorOf({ name, dtype, shape, elements, tensor }: InputTensor, k: number): Tensor {
  if (tensor !== null) return tensor;
  const type = elementType(dtype);
  const items = Array.from(elements, (element, at): TensorElement => {
    const item = element ?? type.read(null);
    const msg = `input '${name}', element ${at}: expected ${type.wanted}, got null`;
    return item ?? complain(['inputs', k, 'data', at], type.fault(null), msg);
  });
  return newTensor(dtype, shape, type.pack(items));
}
