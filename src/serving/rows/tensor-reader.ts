import { elementAt } from '../../core/element-at.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { halfToNumber } from '../../core/float.ts';
import type { Batch } from '../../model/batch.ts';
import { concatenateTensors } from '../../model/concatenate.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { newTensor, type Tensor } from '../../model/tensor.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { bytesOfBase64, isBase64Object } from './base64.ts';
import { CONTENT_ELEMENTS_MAX, contentCodecs, isMediaFile } from './content-codecs.ts';
import { clipText, describeInput, type InputErrors, type InputLocation } from './input-errors.ts';
import { type BytesPlace, elementBytes, tensorOfBytes, textOfBytes } from './tensor-bytes.ts';
import { type ElementType, elementType, type TensorElement } from './tensor-element.ts';

/** Reads nested lists into the named tensors of a graph model; a row is a value without its batch dimension. */
export class TensorReader {
  readonly #specs: readonly TensorSpec[];
  readonly #names: readonly string[];
  readonly #complaints: InputErrors;

  constructor(specs: readonly TensorSpec[], complaints: InputErrors) {
    this.#specs = specs;
    this.#names = specs.map((spec) => spec.name);
    this.#complaints = complaints;
  }

  hasColumn(name: string): boolean {
    return this.#names.includes(name);
  }

  /** By depth of nesting: columns are one list deeper than a row. */
  holdsColumns(object: Readonly<Record<string, unknown>>): boolean {
    return this.#specs.some(
      (spec) => Object.hasOwn(object, spec.name) && depthOf(object[spec.name], spec) >= spec.shape.length,
    );
  }

  row(row: unknown, loc: InputLocation): Batch {
    return this.#read([row], () => loc, loc);
  }

  rows(rows: readonly unknown[], loc: InputLocation): Batch {
    return this.#read(rows, (i) => [...loc, i], loc);
  }

  /** Each input as one nested list with the batch dimension first. */
  columns(lists: Readonly<Record<string, unknown>>, loc: InputLocation): Batch {
    this.#checkNames(lists, '', loc);
    this.#complaints.check();
    const first = this.#names.map((name) => lists[name]).find(Array.isArray);
    return this.#build(first?.length ?? 0, loc, ({ name }) => {
      const list = lists[name];
      if (Array.isArray(list) && list.length === first?.length)
        return (i) => ({ value: list[i], loc: [...loc, name, i] });
      const msg = `input ${JSON.stringify(name)}: expected a list of ${first?.length ?? 'rows'}, got ${describeInput(list)}`;
      return this.#complaints.fail([...loc, name], { type: 'list_type', msg }, list);
    });
  }

  /** A data frame whose columns are inputs of one value a row; for a single input the columns are its values. */
  split(names: readonly unknown[], data: readonly unknown[], loc: InputLocation): Batch {
    if (this.#specs.length === 1) return this.rows(data, [...loc, 'data']);
    const rows = data.map((row) =>
      Array.isArray(row) && row.length === names.length
        ? Object.fromEntries(names.map((name, j) => [String(name), row[j]]))
        : row,
    );
    return this.rows(rows, [...loc, 'data']);
  }

  #read(rows: readonly unknown[], locOf: (i: number) => InputLocation, loc: InputLocation): Batch {
    rows.forEach((row, i) => this.#checkRow(row, i, locOf(i)));
    this.#complaints.check();
    return this.#build(rows.length, loc, ({ name }, k) => (i) => {
      const row = rows[i];
      if (Array.isArray(row) && this.#specs.length > 1) return { value: row[k], loc: [...locOf(i), name] };
      if (this.#isNamed(row)) return { value: row[name], loc: [...locOf(i), name] };
      return { value: row, loc: locOf(i) };
    });
  }

  #isNamed(row: unknown): row is Readonly<Record<string, unknown>> {
    const isBytes = row instanceof Uint8Array || (isBase64Object(row) && !this.#names.includes('b64'));
    return typeof row === 'object' && row !== null && !Array.isArray(row) && !isBytes;
  }

  #checkRow(row: unknown, i: number, loc: InputLocation): void {
    if (this.#isNamed(row)) this.#checkNames(row, `row ${i}, `, loc);
    else if (this.#specs.length > 1 && !(Array.isArray(row) && row.length === this.#specs.length))
      this.#refuseRow(row, i, loc);
  }

  #refuseRow(row: unknown, i: number, loc: InputLocation): void {
    const msg = `row ${i}: expected an object with the inputs ${this.#names.join(', ')}, got ${describeInput(row)}`;
    this.#complaints.add(loc, { type: 'row_type', msg }, row);
  }

  #checkNames(row: Readonly<Record<string, unknown>>, where: string, loc: InputLocation): void {
    for (const name of this.#names) {
      if (Object.hasOwn(row, name)) continue;
      this.#complaints.add([...loc, name], {
        type: 'missing',
        msg: `${where}input ${JSON.stringify(name)}: absent`,
      });
    }
    for (const key of Object.keys(row)) {
      if (this.#names.includes(key)) continue;
      const near = this.#complaints.suggests ? didYouMean(key, this.#names) : '';
      const msg = `${where}input ${describeInput(key)}: the model has no such input${near}`;
      this.#complaints.add([...loc, clipText(key)], { type: 'extra_forbidden', msg });
    }
  }

  #build(
    rows: number,
    loc: InputLocation,
    cells: (spec: TensorSpec, k: number) => (i: number) => { value: unknown; loc: InputLocation },
  ): Batch {
    if (rows === 0)
      this.#complaints.fail(loc, { type: 'too_short', msg: 'expected at least one row, got none' });
    const tensors = this.#specs.map((spec, k): [string, Tensor] => {
      const frozen = spec.shape[0] ?? -1;
      if (frozen >= 0 && frozen !== rows) {
        const msg = `input ${JSON.stringify(spec.name)}: the model takes exactly ${frozen} rows at a time, got ${rows}`;
        this.#complaints.fail(loc, { type: 'batch_size', msg });
      }
      const cell = cells(spec, k);
      const builder = new TensorBuilder(spec, this.#complaints);
      for (let i = 0; i < rows; i++) builder.add(cell(i).value, i, cell(i).loc);
      return [spec.name, builder.finish(rows)];
    });
    this.#complaints.check();
    return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
  }
}

/** Depth of nesting along the first items; bytes stand for all of a row. */
function depthOf(value: unknown, spec: TensorSpec): number {
  let [depth, at] = [0, value];
  for (; Array.isArray(at); at = at[0]) depth++;
  return depth + (base64Of(at, spec) === null ? 0 : spec.shape.length - 1);
}

/**
 * The base64 that stands for a row of an input of numbers; null where the value is anything else. A bare text in the place of one number is a
 * wrong number, and base64 for an input of texts is one of its elements.
 */
function base64Of(value: unknown, { dtype, shape }: TensorSpec): string | null {
  if (dtype === 'string') return null;
  if (isBase64Object(value)) return value.b64;
  const isOne = shape.slice(1).every((size) => size === 1);
  const isRow = !isOne && typeof value === 'string';
  return isRow && !(shape.length === 2 && elementType(dtype).read(value) !== undefined) ? value : null;
}

/** Gathers the rows of one input; free dimensions are settled by the first row. */
class TensorBuilder {
  readonly #spec: TensorSpec;
  readonly #complaints: InputErrors;
  readonly #type: ElementType;
  readonly #shape: number[];
  readonly #items: TensorElement[] = [];
  /** Rows that are packed already: pictures and sounds; between them stand the elements of others. */
  readonly #packed: Tensor[] = [];
  #elements = 0;

  constructor(spec: TensorSpec, complaints: InputErrors) {
    this.#spec = spec;
    this.#complaints = complaints;
    this.#type = elementType(spec.dtype);
    this.#shape = spec.shape.slice(1);
  }

  add(value: unknown, row: number, loc: InputLocation): void {
    const base64 = base64Of(value, this.#spec);
    if (base64 !== null) {
      this.#base64(base64, row, loc);
      return;
    }
    if (value instanceof Uint8Array) {
      this.#bytes(value, row, loc);
      return;
    }
    if (this.#packed.length > 0) {
      this.#complain(
        `expected a picture or a sound as in the rows before, got ${describeInput(value)}`,
        'list_type',
        value,
        row,
        loc,
      );
      return;
    }
    // An input of one value a row is given bare or as a list of one.
    const [size, second] = this.#shape;
    const isBare = (size === 1 || size === -1) && second === undefined && !Array.isArray(value);
    this.#fill(isBare ? [value] : value, 0, row, loc);
  }

  finish(rows: number): Tensor {
    if (this.#packed.length === 0)
      return newTensor(this.#spec.dtype, [rows, ...this.#shape], this.#type.pack(this.#items));
    this.#complaints.check();
    return concatenateTensors(this.#packed);
  }

  /** A row as base64 of bytes. */
  #base64(text: string, row: number, loc: InputLocation): void {
    const bytes = bytesOfBase64(text);
    if (bytes !== null) this.#bytes(bytes, row, loc);
    else {
      const found = `expected a list, or base64 of its bytes, got ${describeInput(text)}`;
      this.#complain(found, 'list_type', text, row, loc);
    }
  }

  /** A row as the bytes of its elements, little-endian, or of the picture or sound that stands for it. */
  #bytes(bytes: Uint8Array, row: number, loc: InputLocation): void {
    const { name, dtype } = this.#spec;
    const place = { loc, what: `row ${row}, input ${JSON.stringify(name)}` };
    if (this.#spec.content !== undefined && (isMediaFile(bytes) || bytes.length !== this.#rowBytes)) {
      this.#content(bytes, place);
      return;
    }
    const tensor = tensorOfBytes(dtype, this.#settle(bytes.length / elementBytes(dtype)), bytes, place);
    const isHalf = dtype === 'float16';
    for (const element of tensor.data) this.#items.push(isHalf ? halfToNumber(Number(element)) : element);
  }

  /** Bytes of a row's elements; NaN where it has free dimensions. */
  get #rowBytes(): number {
    const { shape, dtype } = this.#spec;
    return shape
      .slice(1)
      .reduce((product, size) => (size < 0 ? Number.NaN : product * size), elementBytes(dtype));
  }

  /** A row as a picture or a sound. */
  #content(bytes: Uint8Array, { loc, what }: BytesPlace): void {
    const tensor = this.#codec(bytes, loc, what);
    if (this.#items.length > 0)
      this.#complaints.fail(loc, {
        type: 'list_type',
        msg: `${what}: expected a list, as in the rows before`,
      });
    for (const [axis, size] of tensor.shape.entries()) {
      const known = this.#shape[axis] ?? -1;
      if (known >= 0 && known !== size)
        this.#complaints.fail(loc, {
          type: 'shape',
          msg: `${what}: expected ${this.#shape}, as the rows before, got ${tensor.shape}`,
        });
      this.#shape[axis] = size;
    }
    this.#elements += tensor.data.length;
    if (this.#elements > CONTENT_ELEMENTS_MAX)
      this.#complaints.fail(loc, {
        type: 'too_long',
        msg: `${what}: more than ${CONTENT_ELEMENTS_MAX} numbers in one request`,
      });
    this.#packed.push({ ...tensor, shape: [1, ...tensor.shape] });
  }

  #codec(bytes: Uint8Array, loc: InputLocation, what: string): Tensor {
    try {
      return contentCodecs().row(bytes, this.#spec, what, this.#elements * elementBytes(this.#spec.dtype));
    } catch (error) {
      if (!isPlimsollError(error) || error.code === 'INTERNAL' || error.code === 'MEMORY_EXCEEDED')
        throw error;
      const msg = error.code === 'INPUT_INVALID' ? error.message : `${what}: ${error.message}`;
      return this.#complaints.fail(loc, { type: 'content_invalid', msg });
    }
  }

  /** The shape of a row of so many elements, where one free dimension may follow from it. */
  #settle(elements: number): readonly number[] {
    const free = this.#shape.filter((size) => size < 0).length;
    const known = this.#shape.reduce((product, size) => product * Math.max(1, size), 1);
    if (free === 1 && Number.isInteger(elements / known))
      this.#shape.splice(this.#shape.indexOf(-1), 1, elements / known);
    return this.#shape.map((size) => Math.max(0, size));
  }

  #fill(value: unknown, axis: number, row: number, loc: InputLocation): void {
    if (axis === this.#shape.length) {
      this.#element(value, row, loc);
    } else if (!Array.isArray(value)) {
      const text = `expected a list ${this.#shape.length - axis} deep, got ${describeInput(value)}`;
      this.#complain(text, 'list_type', value, row, loc);
    } else {
      const known = elementAt(this.#shape, axis);
      const size = known < 0 ? value.length : known;
      this.#shape[axis] = size;
      if (value.length === size) value.forEach((item, k) => this.#fill(item, axis + 1, row, [...loc, k]));
      else
        this.#complain(
          `expected a list of ${size}, got ${describeInput(value)}`,
          'row_length',
          value,
          row,
          loc,
        );
    }
  }

  #element(given: unknown, row: number, loc: InputLocation): void {
    const value = this.#spec.dtype === 'string' && isBase64Object(given) ? textOf(given.b64) : given;
    const element = this.#type.read(value);
    if (element === undefined) {
      const text = `expected ${this.#type.wanted}, got ${describeInput(value)}`;
      this.#complain(text, this.#type.fault(value), value, row, loc);
    } else this.#items.push(element);
  }

  #complain(text: string, type: string, input: unknown, row: number, loc: InputLocation): void {
    const msg = `row ${row}, input ${JSON.stringify(this.#spec.name)}: ${text}`;
    this.#complaints.add(loc, { type, msg }, input);
  }
}

/** The text whose UTF-8 is here in base64; the object itself, to be complained about, where it is none. */
function textOf(base64: string): unknown {
  const bytes = bytesOfBase64(base64);
  return (bytes && textOfBytes(bytes)) ?? { b64: base64 };
}
