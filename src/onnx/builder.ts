import { elementAt, valueInMap } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { DType, Tensor } from '../model/tensor.ts';
import type {
  AttributeInput,
  BodyBuilderApi,
  NodeAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  ValueInfo,
  ValueName,
} from './graph.ts';
import { ONNX_LIMITS } from './limits.ts';

/** ai.onnx 21 and ai.onnx.ml 5 (the first with TreeEnsemble): IR version 10 is the one released with them. */
const IR_VERSION = 10;
const OPSETS = [
  { domain: '', version: 21 },
  { domain: 'ai.onnx.ml', version: 5 },
] as const;

/** Builds a graph node by node; see `GraphBuilderApi`. */
export class GraphBuilder implements BodyBuilderApi {
  readonly #name: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers = new Map<string, Tensor>();
  /** Names of constants by fingerprint, so that equal ones are stored once. */
  readonly #constants = new Map<string, ValueName[]>();
  readonly #names: Set<string>;
  readonly #reserved: ReadonlySet<string>;

  /**
   * @param reserved names that inputs and outputs will have: nothing else is called so
   * @param names those of the graphs around it
   */
  constructor(name: string, reserved: Iterable<string> = [], names = new Set<string>()) {
    this.#name = name;
    this.#reserved = new Set(reserved);
    this.#names = names;
  }

  /** Whether a value has the name. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Builds a graph inside this one, such as the body of a Loop: it may read what is defined here so far. */
  nested(name: string): GraphBuilder {
    return new GraphBuilder(name, this.#reserved, this.#names);
  }

  input(name: string, dtype: DType, shape: readonly (number | string)[]): ValueName {
    this.#claim(name);
    this.#inputs.push(Object.freeze({ name, dtype, shape: Object.freeze([...shape]) }));
    return name;
  }

  /** An input of a body of a Loop: a scalar of a type, or what the node around it carries, whose type follows from there. */
  argument(stem: string, scalar: DType | null = null): ValueName {
    const name = this.#unique(stem);
    this.#inputs.push(Object.freeze({ name, dtype: scalar, shape: scalar === null ? null : [] }));
    return name;
  }

  /** An output whose type follows from what makes it: of a graph inside another. */
  result(value: ValueName): void {
    const [name] = this.addMany('Identity', [value], 1);
    this.#outputs.push(Object.freeze({ name: name ?? '', dtype: null, shape: null }));
  }

  constant(tensor: Tensor): ValueName {
    const count = tensor.shape.reduce((product, size) => product * size, 1);
    if (count !== tensor.data.length) {
      throw misuse(`a constant of shape [${tensor.shape}] has ${tensor.data.length} elements`);
    }
    const key = fingerprint(tensor);
    const alike = this.#constants.get(key) ?? [];
    const known = alike.find((name) => sameTensor(valueInMap(this.#initializers, name), tensor));
    if (known !== undefined) return known;
    const name = this.#unique('c');
    this.#initializers.set(name, Object.freeze({ ...tensor, shape: Object.freeze([...tensor.shape]) }));
    this.#constants.set(key, [...alike, name]);
    return name;
  }

  float64(values: ArrayLike<number>, shape: readonly number[]): ValueName {
    return this.constant({ dtype: 'float64', shape, data: Float64Array.from(values) });
  }

  float32(values: ArrayLike<number>, shape: readonly number[]): ValueName {
    return this.constant({ dtype: 'float32', shape, data: Float32Array.from(values) });
  }

  int64(values: ArrayLike<number>, shape: readonly number[]): ValueName {
    return this.constant({ dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) });
  }

  strings(values: readonly string[], shape: readonly number[]): ValueName {
    return this.constant({ dtype: 'string', shape, data: Object.freeze([...values]) });
  }

  add(
    op: string,
    inputs: readonly ValueName[],
    attributes: Record<string, AttributeInput> = {},
    domain = '',
  ): ValueName {
    return elementAt(this.addMany(op, inputs, 1, attributes, domain), 0);
  }

  addMany(
    op: string,
    inputs: readonly ValueName[],
    count: number,
    attributes: Record<string, AttributeInput> = {},
    domain = '',
  ): ValueName[] {
    for (const input of inputs) {
      // '' is an optional input that is not given.
      if (input !== '' && !this.#names.has(input))
        throw misuse(`node ${op} reads "${input}", which nothing defines`);
    }
    this.#checkSize();
    const outputs = Array.from({ length: count }, () => this.#unique(op));
    const frozen: Record<string, NodeAttribute> = {};
    for (const [key, value] of Object.entries(attributes)) frozen[key] = toAttribute(value);
    this.#nodes.push(
      Object.freeze({
        name: outputs[0] ?? op,
        op,
        domain,
        inputs: Object.freeze([...inputs]),
        outputs: Object.freeze([...outputs]),
        attributes: Object.freeze(frozen),
      }),
    );
    return outputs;
  }

  output(name: string, value: ValueName, dtype: DType, shape: readonly (number | string)[]): void {
    if (name !== value) {
      if (!this.#names.has(value)) throw misuse(`output "${name}" reads "${value}", which nothing defines`);
      this.#claim(name);
      this.#nodes.push(
        Object.freeze({
          name,
          op: 'Identity',
          domain: '',
          inputs: Object.freeze([value]),
          outputs: Object.freeze([name]),
          attributes: Object.freeze({}),
        }),
      );
    }
    this.#outputs.push(Object.freeze({ name, dtype, shape: Object.freeze([...shape]) }));
  }

  /** The graph so far, e.g. the body of an If. */
  graph(): OnnxGraph {
    return Object.freeze({
      name: this.#name,
      nodes: Object.freeze([...this.#nodes]),
      initializers: Object.freeze(Object.fromEntries(this.#initializers)),
      inputs: Object.freeze([...this.#inputs]),
      outputs: Object.freeze([...this.#outputs]),
    });
  }

  build(metadata: Readonly<Record<string, string>>): OnnxModel {
    return Object.freeze({
      irVersion: IR_VERSION,
      producer: Object.freeze({ name: 'plimsoll', version: '1' }),
      opsets: OPSETS,
      graph: this.graph(),
      metadata: Object.freeze({ ...metadata }),
    });
  }

  /** A few operators of other frameworks become many nodes: what comes of a small file has an end. */
  #checkSize(): void {
    const { onnxInlinedNodes: limit } = ONNX_LIMITS;
    const found = this.#names.size;
    if (found > limit)
      throw new PlimsollError('GRAPH_LIMIT', {
        where: `the graph "${this.#name}"`,
        found,
        limit,
        name: 'onnxInlinedNodes',
      });
  }

  #claim(name: string): void {
    if (name === '' || this.#names.has(name)) throw misuse(`the name "${name}" is already taken`);
    this.#names.add(name);
  }

  #unique(stem: string): string {
    let index = this.#names.size;
    while (this.#names.has(`${stem}_${index}`) || this.#reserved.has(`${stem}_${index}`)) index += 1;
    const name = `${stem}_${index}`;
    this.#names.add(name);
    return name;
  }
}

const misuse = (reason: string): PlimsollError =>
  new PlimsollError('INTERNAL', { action: 'building an ONNX graph', reason });

/** @throws INTERNAL for an empty plain list, whose type nothing tells: give a typed array. */
function toAttribute(value: AttributeInput): NodeAttribute {
  if (typeof value === 'bigint') return { type: 'int', value };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (value instanceof BigInt64Array) return { type: 'ints', value };
  if (value instanceof Int32Array) return { type: 'ints', value: BigInt64Array.from(value, BigInt) };
  if (value instanceof Float32Array) return { type: 'floats', value };
  if ('dtype' in value) return { type: 'tensor', value };
  if ('nodes' in value) return { type: 'graph', value };
  return listAttribute(value);
}

function listAttribute(value: readonly bigint[] | readonly number[] | readonly string[]): NodeAttribute {
  const first = value[0];
  if (typeof first === 'bigint') return { type: 'ints', value: value as readonly bigint[] };
  if (typeof first === 'number') return { type: 'floats', value: value as readonly number[] };
  if (typeof first === 'string') return { type: 'strings', value: value as readonly string[] };
  throw misuse('an attribute is an empty list, so its type is unknown');
}

const bytesOf = (data: Exclude<Tensor['data'], readonly string[]>): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Bytes that a fingerprint looks at: weights of a network are long, and what is alike is compared in full. */
const HASHED_BYTES = 4096;

/** dtype, shape and a 32-bit FNV-1a hash of the content, of long tensors of a part of it. */
function fingerprint(tensor: Tensor): string {
  let hash = 0x811c9dc5;
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ value, 0x01000193);
  };
  if (tensor.dtype === 'string') {
    for (const text of tensor.data) {
      for (let i = 0; i < text.length; i += 1) mix(text.charCodeAt(i));
      mix(-1);
    }
  } else {
    for (const byte of bytesOf(tensor.data).subarray(0, HASHED_BYTES)) mix(byte);
  }
  return `${tensor.dtype}[${tensor.shape}]${hash >>> 0}`;
}

/** Same dtype, shape and bits: NaN equals NaN, 0 differs from -0. */
function sameTensor(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  if (a.dtype === 'string' || b.dtype === 'string') {
    return a.data.every((value, i) => value === b.data[i]);
  }
  const right = bytesOf(b.data);
  return bytesOf(a.data).every((byte, i) => byte === right[i]);
}
