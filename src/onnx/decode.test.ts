import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { runs } from '../core/testing/runs.ts';
import { GraphBuilder } from './builder.ts';
import { decodeModel } from './decode.ts';
import { noExternalData, type ReadExternal } from './decode-tensor.ts';
import { ELEMENT_TYPE } from './dtype.ts';
import { encodeModel } from './encode.ts';
import type { GraphTensor, NodeAttribute, OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from './graph.ts';
import { ONNX_LIMITS } from './limits.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/onnx');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'));

const read = (name: string): Uint8Array => readFileSync(join(FOLDER, name));
const external: ReadExternal = (data) =>
  data.location === 'external.onnx.data'
    ? read(data.location).subarray(data.offset, data.offset + data.length)
    : noExternalData(data);
const decode = (bytes: Uint8Array): OnnxModel => decodeModel(bytes, ONNX_LIMITS, external);

/** The forms that tools/fixtures/onnx.py writes with the onnx package. */
const parsedModel = (model: OnnxModel) => ({
  irVersion: model.irVersion,
  opsets: model.opsets.map(({ domain, version }) => [domain, version]),
  graph: parsedGraph(model.graph),
  functions: (model.functions ?? []).map(({ name, domain, inputs, outputs, required, nodes }) => ({
    ...{ name, domain, inputs, outputs, required },
    nodes: nodes.map(parsedNode),
  })),
});

const parsedGraph = (graph: OnnxGraph): unknown => ({
  nodes: graph.nodes.map(parsedNode),
  initializers: mapValues(graph.initializers, parsedTensor),
  inputs: graph.inputs.map(parsedInfo),
  outputs: graph.outputs.map(parsedInfo),
});

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

const parsedNode = ({ op, domain, inputs, outputs, attributes }: OnnxNode) => ({
  ...{ op, domain, inputs, outputs },
  attributes: mapValues(attributes, parsedAttribute),
});

function parsedAttribute(attribute: NodeAttribute): unknown {
  switch (attribute.type) {
    case 'graph':
      return { type: 'graph', value: parsedGraph(attribute.value) };
    case 'tensor':
      return { type: 'tensor', value: parsedTensor(attribute.value) };
    case 'int':
      return { type: 'int', value: String(attribute.value) };
    case 'ints':
      return { type: 'ints', value: Array.from(attribute.value, String) };
    case 'floats':
      return { type: 'floats', value: Array.from(attribute.value) };
    default:
      return attribute;
  }
}

function parsedTensor(tensor: GraphTensor): unknown {
  if (tensor.dtype === 'string') return { elementType: 8, shape: tensor.shape, strings: tensor.data };
  const { data } = tensor;
  const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
  const elementType = tensor.dtype === 'packed' ? tensor.elementType : ELEMENT_TYPE[tensor.dtype];
  return { elementType, shape: tensor.shape, hex };
}

const KINDS = { sequence: 'sequence_type', map: 'map_type', optional: 'optional_type' } as Record<
  string,
  string
>;

const parsedInfo = ({ name, dtype, shape, type }: ValueInfo) =>
  dtype === null
    ? { name, kind: KINDS[type?.kind ?? ''] }
    : { name, elementType: ELEMENT_TYPE[dtype], shape };

describe('decodeModel()', () => {
  test.each(FILES)('reads in %s what the onnx package reads', (file) => {
    const { parsed } = JSON.parse(readFileSync(join(FOLDER, `${basename(file, '.onnx')}.json`), 'utf8'));
    expect(parsedModel(decode(read(file)))).toEqual(parsed);
  });

  test.each(FILES)('reads %s the same after it was encoded anew', (file) => {
    const model = decode(read(file));
    expect(decode(encodeModel(model))).toEqual(model);
  });

  const outcome = (bytes: Uint8Array): string => {
    try {
      decode(bytes);
      return 'read';
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      return error.code;
    }
  };

  test.each(FILES)('reads or refuses, with a code, every truncation of %s', (file) => {
    const bytes = read(file);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(outcome(bytes.subarray(0, length))).toMatch(/^(read|READ_TRUNCATED|READ_CORRUPT|READ_LIMIT)$/);
    }
  });

  test('reads or refuses, with a code, whatever bits are flipped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES),
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        (file, flips) => {
          const bytes = Uint8Array.from(read(file));
          for (const flip of flips) bytes[(flip >> 3) % bytes.length]! ^= 1 << (flip & 7);
          expect(outcome(bytes)).toMatch(/^(read|READ_\w+)$/);
        },
      ),
      { numRuns: runs(4000), seed: 20260801 },
    );
  });
});

describe('decodeModel() against hostile files', () => {
  const model = (change: (graph: OnnxGraph) => OnnxGraph): OnnxModel => {
    const g = new GraphBuilder('m');
    g.output('y', g.add('Neg', [g.input('x', 'float64', ['N'])]), 'float64', ['N']);
    const built = g.build({});
    return { ...built, graph: change(built.graph) };
  };

  test('refuses a tensor whose dimensions promise more than its bytes', () => {
    const lie = { dtype: 'float64', shape: [2 ** 40, 2 ** 40], data: new Float64Array(1) } as const;
    const bytes = encodeModel(model((graph) => ({ ...graph, initializers: { w: lie } })));
    expect(() => decode(bytes)).toThrowError(expect.objectContaining({ code: 'READ_CORRUPT', exit: 3 }));
  });

  test('refuses graphs nested deeper than the limit', () => {
    let inner = model((graph) => graph).graph;
    for (let depth = 0; depth < 9; depth += 1) {
      const node: OnnxNode = {
        name: '',
        op: 'If',
        domain: '',
        inputs: [],
        outputs: ['y'],
        attributes: { then_branch: { type: 'graph', value: inner } },
      };
      inner = { ...inner, nodes: [node] };
    }
    const bytes = encodeModel(model(() => inner));
    expect(() => decode(bytes)).toThrowError(expect.objectContaining({ code: 'READ_LIMIT' }));
  });

  test('refuses floods of empty nodes before they fill the memory', () => {
    const limits = { ...ONNX_LIMITS, onnxRecords: 1000 };
    const flood = new Uint8Array(4000);
    for (let i = 0; i < flood.length; i += 2) flood[i] = 0x0a;
    const bytes = Uint8Array.of(0x08, 8, 0x3a, 0xa0, 0x1f, ...flood);
    expect(() => decodeModel(bytes, limits)).toThrowError(expect.objectContaining({ code: 'READ_LIMIT' }));
  });

  test('counts the initializers of a graph before it reads any', () => {
    const g = new GraphBuilder('m');
    const x = g.input('x', 'float32', ['N']);
    const all = Array.from({ length: 20 }, (_, i) => g.float32([i], [1]));
    g.output('y', g.add('Sum', [x, ...all]), 'float32', ['N']);
    const bytes = encodeModel(g.build({}));
    decodeModel(bytes, { ...ONNX_LIMITS, onnxInitializers: 20 });
    const limits = { ...ONNX_LIMITS, onnxInitializers: 19, onnxRecords: 1 };
    expect(() => decodeModel(bytes, limits)).toThrowError(
      expect.objectContaining({ details: expect.objectContaining({ name: 'onnxInitializers', found: 20 }) }),
    );
  });

  test('refuses external data when it is given one file', () => {
    const bytes = read('external.onnx');
    expect(() => decodeModel(bytes, ONNX_LIMITS)).toThrowError(
      expect.objectContaining({ code: 'READ_UNSAFE' }),
    );
  });

  test('keeps names of the file apart from properties of objects', () => {
    const named = { dtype: 'float64', shape: [1], data: Float64Array.of(1) } as const;
    const initializers = Object.fromEntries([['__proto__', named]]);
    const again = decode(encodeModel(model((graph) => ({ ...graph, initializers }))));
    expect(Object.keys(again.graph.initializers)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(again.graph.initializers)).toBe(Object.prototype);
  });
});
