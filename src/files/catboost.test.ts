import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { randomIndex, seededRandom } from '../core/random.ts';
import { runs } from '../core/testing/runs.ts';
import type { ByteSource } from '../formats/format.ts';
import { DEFAULT_LIMITS } from '../formats/limits.ts';
import type { ModelDescription } from '../model/description.ts';
import { detectFormat } from '../reading/formats.ts';
import { CODECS } from './codecs.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/models/catboost-1.2.10');
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));
const source = (bytes: Uint8Array): ByteSource => ({
  name: 'model',
  size: bytes.length,
  slice: (start, end) => bytes.subarray(start, end),
  sibling: () => null,
});
const CONTEXT = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => performance.now() };
const readBytes = (bytes: Uint8Array): ModelDescription =>
  detectFormat(source(bytes)).read(source(bytes), CONTEXT);
const CBM = fixture('categories-borders-three.cbm');
const JSON_TEXT = readFileSync(join(FOLDER, 'categories-borders-three-json.catboost'), 'utf8');

function codeOf(bytes: Uint8Array): string {
  try {
    readBytes(bytes);
    return 'read';
  } catch (error) {
    if (isPlimsollError(error)) return error.code;
    throw error;
  }
}

/** The model with another text as its parameters: behind the core, which the offset of theirs points to. */
function withParams(text: string): Uint8Array {
  const file = Buffer.from(CBM);
  const size = file.readUInt32LE(4);
  const core = file.subarray(8, 8 + size);
  const old = core.indexOf('{"detailed_profile"') - 4;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const end = Math.ceil(core.length / 4) * 4;
  const grown = Buffer.concat([
    core,
    Buffer.alloc(end - core.length),
    length,
    Buffer.from(text),
    Buffer.alloc(8),
  ]);
  for (let at = 0; at + 4 <= old; at += 4)
    if (at + grown.readUInt32LE(at) === old) grown.writeUInt32LE(end - at, at);
  const head = Buffer.from(file.subarray(0, 8));
  head.writeUInt32LE(grown.length, 4);
  return new Uint8Array(Buffer.concat([head, grown, file.subarray(8 + size)]));
}

describe('CatBoost files', () => {
  test('are told by their content, whatever comes first in JSON', () => {
    expect(detectFormat(source(CBM)).id).toBe('catboost-cbm');
    for (const first of ['features_info', 'oblivious_trees', 'model_info']) {
      const text = ` {\n"${first}" : ${'1'.repeat(600)}`;
      expect(detectFormat(source(new TextEncoder().encode(text))).id).toBe('catboost-json');
    }
    const other = new TextEncoder().encode('{"model": {"oblivious_trees": []}}');
    expect(() => detectFormat(source(other))).toThrow(/JSON, and no model of XGBoost or CatBoost/);
  });

  test('say their release, loss and trees', () => {
    const { framework, outline, format } = readBytes(CBM);
    expect({ format, framework, params: outline?.params }).toMatchObject({
      format: 'catboost-cbm',
      framework: { name: 'catboost', version: '1.2.10' },
      params: { loss_function: 'MultiClass', trees: '12', features: '6', categorical: '4', dimensions: '3' },
    });
  });

  test('of parameters beyond their limit are refused before they are parsed', () => {
    expect(codeOf(withParams('['.repeat(2 ** 22 + 1)))).toBe('READ_LIMIT');
    expect(codeOf(withParams(`{"loss_function":{"type":"MultiClass"},"x":${'['.repeat(2 ** 20)}`))).toBe(
      'read',
    );
  });

  test('cut short anywhere are refused with the byte', () => {
    for (let end = 4; end < CBM.length; end += 1 + (end >> 6))
      expect([end, codeOf(CBM.slice(0, end))]).toEqual([end, expect.stringMatching(/^(READ|MODEL)_/)]);
  });

  /** The model in JSON with the value at a path replaced; `*` is the first key that there is. */
  function changed(path: string, value: unknown): Uint8Array {
    const model: unknown = JSON.parse(JSON_TEXT);
    const keys = path.split('.');
    let holder = model;
    const keyIn = (key: string): string => (key === '*' ? Object.keys(Object(holder))[0]! : key);
    for (const key of keys.slice(0, -1)) holder = Reflect.get(Object(holder), keyIn(key));
    expect(Reflect.has(Object(holder), keyIn(keys.at(-1)!))).toBe(true);
    Reflect.set(Object(holder), keyIn(keys.at(-1)!), value);
    return new TextEncoder().encode(JSON.stringify(model));
  }

  test.each([
    ['oblivious_trees.1.splits.0.split_index', 1e6, /split \d+ is 1000000/],
    ['oblivious_trees.2.leaf_values', [1, 2, 3], /oblivious_trees\[2\].leaf_values/],
    ['oblivious_trees.0', 5, /oblivious_trees\[0\] is 5, wanted an object/],
    ['features_info.float_features.0.borders.0', 'x', /float_features\[0\].borders\[0\] is "x"/],
    ['features_info.float_features.0.nan_value_treatment', 'Else', /nan_value_treatment is "Else"/],
    ['ctr_data.*.hash_stride', 1, /hash_stride is 1/],
    ['ctr_data.*.hash_map', ['1', 2], /hash_stride/],
    ['ctr_data.*.hash_map.0', '1e5', /a hash in decimal/],
    ['ctr_data', { nonsense: {} }, /the name of a CTR table/],
    ['ctr_data', {}, /of no table/],
    ['scale_and_bias', [1, [1, 2, 3, 4]], /the bias is 4 numbers/],
  ])('in JSON say what is wrong at %s', (path, value, words) => {
    expect(() => readBytes(changed(path, value))).toThrow(words);
  });

  test('in JSON of before 0.24 have one bias, a number', () => {
    const { content } = readBytes(changed('scale_and_bias', [1, 0]));
    expect(content?.kind === 'steps' && content.root).toMatchObject({ scale: 1, bias: new Float64Array(3) });
  });

  test('in JSON with trees nested without end are refused', () => {
    const node = '{"split":{"split_index":0},"left":';
    const text = `{"trees":[${node.repeat(100_000)}`;
    expect(codeOf(new TextEncoder().encode(text))).toBe('READ_LIMIT');
  });

  test('with words changed at random are read or refused with a code', () => {
    const random = seededRandom(7);
    for (let i = 0; i < runs(3000); i++) {
      const bytes = CBM.slice();
      // The library's parameters as text take most of the file: the tables are before and after them.
      const at = 4 * randomIndex(random, 300) + (i % 2 === 0 ? 0 : CBM.length - 1204);
      const words = [0, 1, 0x7fffffff, 0xffffffff, randomIndex(random, 2 ** 32), randomIndex(random, 4096)];
      new DataView(bytes.buffer).setUint32(at, words[i % words.length] ?? 0, true);
      expect(codeOf(bytes)).toMatch(/^(read|(READ|MODEL|FORMAT)_\w+)$/);
    }
  });

  test('every fixture is read', () => {
    const names = readdirSync(FOLDER).filter((name) => !name.endsWith('.json'));
    expect(names.length).toBeGreaterThan(60);
    for (const name of names) expect([name, readBytes(fixture(name)).content?.kind]).toEqual([name, 'steps']);
  });
});
