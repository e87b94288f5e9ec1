import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { randomIndex, seededRandom } from '../core/random.ts';
import { ReadBudget } from '../formats/budget.ts';
import type { ByteSource } from '../formats/format.ts';
import { DEFAULT_LIMITS } from '../formats/limits.ts';
import { ZipArchive } from '../formats/zip/archive.ts';
import { type TestMember, zipOf } from '../formats/zip/testing/zips.ts';
import type { ModelDescription } from '../model/description.ts';
import { detectFormat } from '../reading/formats.ts';
import { CODECS } from './codecs.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/torch');
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));
const CONTEXT = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => performance.now() };
const source = (bytes: Uint8Array): ByteSource => ({
  name: 'model',
  size: bytes.length,
  slice: (start, end) => bytes.subarray(start, end),
  sibling: () => null,
});
const readBytes = (bytes: Uint8Array): ModelDescription =>
  detectFormat(source(bytes)).read(source(bytes), CONTEXT);

/** What a document of JSON in an archive is to be. */
type Change = (document: Record<string, never>) => void;

/** The program of the fixture with one of its documents changed, in an archive that is right otherwise. */
function changed(member: RegExp, change: Change, more: readonly TestMember[] = []): Uint8Array {
  const archive = new ZipArchive(fixture('2.15.0/mlp.pt2'), CODECS, new ReadBudget(CONTEXT));
  const members = [...archive.names].map((name) => {
    const content = archive.read(name);
    if (!member.test(name)) return { name, content };
    const document = JSON.parse(Buffer.from(content).toString()) as Record<string, never>;
    change(document);
    return { name, content: JSON.stringify(document) };
  });
  return Buffer.from(zipOf([...members, ...more]));
}

/** The refusal: a code, or the field of the one blocker. */
function outcomeOf(bytes: Uint8Array): string {
  try {
    return readBytes(bytes).blockers[0]?.field ?? 'read';
  } catch (error) {
    if (isPlimsollError(error)) return error.code;
    throw error;
  }
}

/** A deep look into a document whose form the fixture fixes. */
// biome-ignore lint/suspicious/noExplicitAny: paths into JSON of the fixture
const at = (document: unknown): any => document;
const graph = (document: unknown) => at(document).graph_module.graph;
const weight = (document: unknown) => at(document).config['0.weight'];

describe('a program of torch.export', () => {
  test.each<[string, RegExp, Change, string]>([
    [
      'an operator of another library',
      /model\.json$/,
      (d) => (graph(d).nodes[1].target = 'torch.ops.mine.relu.default'),
      'the operator',
    ],
    [
      'an operator that is none',
      /model\.json$/,
      (d) => (graph(d).nodes[1].target = '__import__("os").system'),
      'the operator',
    ],
    [
      'an argument that its operator does not have',
      /model\.json$/,
      (d) => graph(d).nodes[1].inputs.push({ name: 'scale', arg: { as_float: 2 }, kind: 1 }),
      'scale',
    ],
    [
      'a node that reads what comes after it',
      /model\.json$/,
      (d) => (graph(d).nodes[0].inputs[0].arg.as_tensor.name = 'softmax'),
      'READ_CORRUPT',
    ],
    [
      'a name that two nodes give',
      /model\.json$/,
      (d) => (graph(d).nodes[1].outputs[0].as_tensor.name = 'linear'),
      'READ_CORRUPT',
    ],
    [
      'sizes that its operators do not make',
      /model\.json$/,
      (d) => (graph(d).tensor_values.linear.sizes[1].as_int = 99),
      'READ_CORRUPT',
    ],
    [
      'a parameter that is not there',
      /model\.json$/,
      (d) => (at(d).graph_module.signature.input_specs[0].parameter.parameter_name = 'x'),
      'READ_CORRUPT',
    ],
    ['a schema to come', /model\.json$/, (d) => (at(d).schema_version.major = 9), 'schema_version'],
    [
      'a storage that is left at its end',
      /weights_config/,
      (d) => (weight(d).tensor_meta.storage_offset.as_int = 1),
      'READ_CORRUPT',
    ],
    [
      'steps that lead out of a storage',
      /weights_config/,
      (d) => (weight(d).tensor_meta.strides[0].as_int = 2 ** 40),
      'READ_CORRUPT',
    ],
    [
      'steps backwards',
      /weights_config/,
      (d) => (weight(d).tensor_meta.strides[0].as_int = -4),
      'READ_CORRUPT',
    ],
    [
      'a size below zero',
      /weights_config/,
      (d) => (weight(d).tensor_meta.sizes[0].as_int = -16),
      'READ_CORRUPT',
    ],
    [
      'one element as a tensor of a terabyte',
      /weights_config/,
      (d) => {
        for (const axis of [0, 1]) {
          weight(d).tensor_meta.sizes[axis].as_int = 2 ** 20;
          weight(d).tensor_meta.strides[axis].as_int = 0;
        }
      },
      'READ_LIMIT',
    ],
    ['a tensor in a pickle', /weights_config/, (d) => (weight(d).use_pickle = true), 'use_pickle'],
    [
      'a path out of the archive',
      /weights_config/,
      (d) => (weight(d).path_name = '../../../../etc/passwd'),
      'READ_CORRUPT',
    ],
  ])('with %s is refused', (_, member, change, outcome) => {
    expect(outcomeOf(changed(member, change))).toBe(outcome);
  });

  test('is read without the native code that lies beside it', () => {
    const library = { name: 'mlp/data/aotinductor/model/code.so', content: 'code' };
    const { notes, blockers } = readBytes(changed(/^$/, () => undefined, [library]));
    expect(blockers).toEqual([]);
    expect(notes.map(({ text }) => text).join()).toContain('1 files of native code');
  });
});

/** A graph that one node of another takes. */
const innerGraph = (nodes: readonly unknown[]) => ({
  inputs: [{ as_tensor: { name: 'a' } }],
  outputs: [{ as_tensor: { name: 'b' } }],
  nodes,
  tensor_values: {},
  sym_int_values: {},
  sym_bool_values: {},
});
const quiet = (graphOf: unknown, from: string, to: string) => ({
  target: 'torch.ops.higher_order.wrap_with_set_grad_enabled',
  inputs: [
    { name: '', arg: { as_bool: false } },
    { name: '', arg: { as_graph: { name: 'inner', graph: graphOf } } },
    { name: '', arg: { as_tensor: { name: from } } },
  ],
  outputs: [{ as_tensor: { name: to } }],
  metadata: {},
});
const aten = (name: string) => ({
  target: `torch.ops.aten.${name}.default`,
  inputs: [{ name: 'self', arg: { as_tensor: { name: 'a' } }, kind: 1 }],
  outputs: [{ as_tensor: { name: 'b' } }],
  metadata: {},
});

describe('graphs in graphs', () => {
  const outcome = (graphOf: unknown): string =>
    outcomeOf(changed(/model\.json$/, (d) => graph(d).nodes.splice(1, 0, quiet(graphOf, 'linear', 'quiet'))));

  test('are read', () => expect(outcome(innerGraph([aten('relu')]))).toBe('read'));

  test('that write to what they are given are refused', () =>
    expect(outcome(innerGraph([aten('relu_')]))).toBe('buffer_mutation'));

  test('without end are refused', () => {
    let inner: unknown = innerGraph([aten('relu')]);
    for (let i = 0; i < 12; i += 1) inner = innerGraph([quiet(inner, 'a', 'b')]);
    expect(outcome(inner)).toBe('its depth');
  });
});

describe('damaged files of torch', () => {
  test.each([
    ['2.15.0/mlp.pt2', 100],
    ['2.6.0/mlp.pt2', 100],
    ['2.15.0/module-mlp.pt', 150],
    ['2.15.0/module-cnn.pth', 150],
    ['2.15.0/refused/state-dict.pth', 150],
    ['2.15.0/refused/weights.safetensors', 200],
  ])('%s is read or refused, whatever bytes change', (name, count) => {
    const whole = fixture(name);
    const random = seededRandom(20);
    for (let i = 0; i < count; i += 1) {
      const bytes = Uint8Array.from(whole);
      for (let n = 0; n <= i % 4; n += 1) bytes[randomIndex(random, bytes.length)] = randomIndex(random, 256);
      const cut = i % 5 === 0 ? bytes.subarray(0, randomIndex(random, bytes.length)) : bytes;
      expect(outcomeOf(cut), `mutation ${i}`).toMatch(/\w/);
    }
  });
});
