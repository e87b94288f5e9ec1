import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { runs } from '../core/testing/runs.ts';
import type { ByteSource } from '../formats/format.ts';
import { readObjectFile } from '../formats/joblib/read.ts';
import { DEFAULT_LIMITS } from '../formats/limits.ts';
import { tell } from '../formats/pickle/testing/programs.ts';
import { isType, type PyValue } from '../formats/pickle/value.ts';
import { describeSklearn } from '../formats/sklearn/describe.ts';
import { densify, diagonalOf } from '../formats/sklearn/sparse.ts';
import { readSkopsFile } from '../formats/skops/read.ts';
import { zipOf } from '../formats/zip/testing/zips.ts';
import { CODECS } from './codecs.ts';
import { openFile } from './file-source.ts';
import { CHANGE_KINDS, withOtherSchema } from './testing/skops-damage.ts';
import { twinComplaints } from './testing/skops-twin.ts';

/** Files of real skops releases, written by tools/fixtures/skops_files.py from the pickles of fixtures/models. */
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const context = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => 0 };
const SEED = 20261129;

const releases = readdirSync(join(FIXTURES, 'skops'));
const files = releases.flatMap((release) =>
  readdirSync(join(FIXTURES, 'skops', release))
    .filter((name) => name.endsWith('.skops'))
    .map((name) => ({ release, name, path: join(FIXTURES, 'skops', release, name) })),
);

function sourceOf(bytes: Uint8Array): ByteSource {
  return { name: 'm.skops', size: bytes.length, slice: (a, b) => bytes.subarray(a, b), sibling: () => null };
}

describe.each(files.filter(({ name }) => name !== 'values.skops'))('$release/$name', ({ path }) => {
  it('is the model of its pickle, field by field', () => {
    expect(twinComplaints(path)).toEqual([]);
  });
});

describe.each(releases)('values by %s', (release) => {
  const folder = join(FIXTURES, 'skops', release);
  const entriesIn = (root: PyValue): Map<PyValue, PyValue> =>
    new Map(isType(root, 'dict') ? root.entries : []);
  const skops = entriesIn(readSkopsFile(openFile(join(folder, 'values.skops')), context).root);
  const pickled = entriesIn(readObjectFile(openFile(join(folder, 'values.pkl')), context).root);
  const isSparse = (name: PyValue): boolean => /^(?:csr|csc|dia|sparse array)$/.test(String(name));

  it('are all there', () => {
    expect([...skops.keys()]).toEqual([...pickled.keys()]);
  });

  // The state of generators has another form, which nothing reads.
  it.each([...skops.keys()].filter((name) => name !== 'random' && !isSparse(name)))(
    'are as in the pickle: %s',
    (name) => {
      expect(tell(skops.get(name)!)).toEqual(tell(pickled.get(name)!));
    },
  );

  it.each([...skops.keys()].filter(isSparse))('are the cells of the pickle: %s', (name) => {
    const origin = { path: '', class: '', offset: 0 };
    const cells = (value: PyValue): unknown =>
      name === 'dia' ? diagonalOf(value, origin, 'x') : densify(value, origin, 'x');
    expect(cells(skops.get(name)!)).toEqual(cells(pickled.get(name)!));
  });

  it('are one object where Python had one', () => {
    expect(skops.get('array')).toBe(skops.get('again'));
  });
});

/** A file of one schema, and of what it names. */
function fileOf(schema: unknown, others: Readonly<Record<string, Uint8Array | string>> = {}): Uint8Array {
  const members = Object.entries(others).map(([name, content]) => ({ name, content }));
  const root = schema as object;
  return zipOf([
    ...members,
    { name: 'schema.json', content: JSON.stringify({ protocol: 2, _skops_version: '0.16.0', ...root }) },
  ]);
}

const node = (loader: string, name: string, rest: object = {}): object => {
  const at = name.lastIndexOf('.');
  return { __class__: name.slice(at + 1), __module__: name.slice(0, at), __loader__: loader, ...rest };
};
const json = (value: unknown): object => node('JsonNode', 'builtins.str', { content: JSON.stringify(value) });
const list = (...content: readonly object[]): object => node('ListNode', 'builtins.list', { content });
const tuple = (...content: readonly object[]): object => node('TupleNode', 'builtins.tuple', { content });
const read = (bytes: Uint8Array): PyValue => readSkopsFile(sourceOf(bytes), context).root;

describe('hostile skops files', () => {
  it.each<[string, object, string, RegExp]>([
    [
      'a kind of node that there is not',
      node('EvalNode', 'builtins.eval'),
      'READ_UNSAFE',
      /EvalNode of builtins\.eval/,
    ],
    [
      'a list whose class is a function',
      node('ListNode', 'os.system', { content: [json('id')] }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'a dict whose class is a process',
      node('DictNode', 'subprocess.Popen', { content: {}, key_types: list() }),
      'READ_UNSAFE',
      /subprocess\.Popen/,
    ],
    [
      'keys made by a function',
      node('DictNode', 'builtins.dict', {
        content: { id: json(1) },
        key_types: list(node('TypeNode', 'os.system')),
      }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'a call by a constructor',
      node('ConstructorFromReduceNode', 'os.system', { content: tuple(json('id')) }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'an array whose type is a function',
      node('NdArrayNode', 'os.system', { type: 'numpy', file: '1.npy' }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'a tree that is none',
      node('TreeNode', 'os.system', { __reduce__: { args: tuple() }, content: tuple() }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'a loss that is none',
      node('LossNode', 'os.system', { __reduce__: { args: tuple() }, content: tuple() }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'a method of another object',
      node('MethodNode', 'a.B', { content: { func: 'x', obj: node('ObjectNode', 'os.C') } }),
      'READ_UNSAFE',
      /owner is of os\.C/,
    ],
    [
      'an operator that is none',
      node('OperatorFuncNode', 'os.system', { attrs: tuple(json('id')) }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    ['plain values of a class', node('JsonNode', 'os.system', { content: '1' }), 'READ_UNSAFE', /os\.system/],
    [
      'a bit generator that is none',
      node('RandomStateNode', 'os.system', { content: tuple() }),
      'READ_UNSAFE',
      /os\.system/,
    ],
    [
      'one id for two kinds of object',
      list(node('TypeNode', 'a.B', { __id__: 5 }), { ...json(1), __id__: 5 }),
      'READ_UNSAFE',
      /__id__/,
    ],
    [
      'an object that holds itself',
      { ...list(node('ListNode', 'builtins.list', { content: [], __id__: 5 })), __id__: 5 },
      'READ_CORRUPT',
      /holds itself/,
    ],
    [
      'a file that is not there',
      node('BytesNode', 'builtins.bytes', { file: '../../etc/passwd' }),
      'READ_CORRUPT',
      /no file/,
    ],
    [
      'an array of objects as a pickle',
      node('NdArrayNode', 'numpy.ndarray', { type: 'numpy', file: 'o.npy' }),
      'READ_CORRUPT',
      /pickled array/,
    ],
    [
      'a shape that lies',
      node('NdArrayNode', 'numpy.ndarray', {
        type: 'json',
        content: [],
        shape: tuple(json(1000), json(9)),
      }),
      'READ_CORRUPT',
      /shape/,
    ],
    [
      'types that are too few',
      node('DictNode', 'builtins.dict', { content: { a: json(1) }, key_types: list() }),
      'READ_CORRUPT',
      /0 types of 1 keys/,
    ],
    ['a newer protocol', { ...json(1), protocol: 3 }, 'READ_UNSAFE', /protocol 3/],
    ['no protocol', { ...json(1), protocol: true }, 'READ_CORRUPT', /protocol/],
    ['no node', { content: 1 }, 'READ_CORRUPT', /__loader__/],
  ])('with %s are refused by name', (_, schema, code, message) => {
    const header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
    const npy = `\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}cos\nsystem\n.`;
    const bytes = fileOf(schema, { 'o.npy': Buffer.from(npy, 'latin1') });
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('unfold no more than the limit by shared objects', () => {
    let shared: object = { ...list(json('x')), __id__: 99 };
    for (let i = 1; i < 12; i++) {
      const again = { ...node('ListNode', 'builtins.list', { content: [] }), __id__: i === 1 ? 99 : i - 1 };
      shared = { ...list(shared, ...new Array<object>(7).fill(again)), __id__: i };
    }
    expect(() => read(fileOf(shared))).toThrow(/unfolded|totalBytes/);
  });

  it('name what Python would import, as pickles do', () => {
    const file = readSkopsFile(sourceOf(fileOf(list(node('FunctionNode', 'os.system')))), context);
    expect(file.globals).toMatchObject([{ module: 'os', name: 'system', meaning: 'dangerous' }]);
    expect(file.notes.map(({ level }) => level)).toContain('risk');
  });

  it('that are cut anywhere are refused', () => {
    const bytes = readFileSync(files.find(({ name }) => name.startsWith('label-encoder'))!.path);
    for (let end = 0; end < bytes.length; end += 7)
      expect(() => read(bytes.subarray(0, end))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^READ_/) }),
      );
  });
});

describe('damaged skops files', () => {
  const small = files
    .map(({ path }) => new Uint8Array(readFileSync(path)))
    .filter(({ length }) => length < 30_000);
  const outcomeOf = (bytes: Uint8Array): string => {
    try {
      describeSklearn(readSkopsFile(sourceOf(bytes), context));
      return 'read';
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      return error.code;
    }
  };
  const isAnswer = /^(?:read$|READ_|MODEL_)/;
  const settings = { seed: SEED, numRuns: runs(200 * small.length) };

  it('give a model or a coded refusal, whatever bytes are changed', () => {
    const flips = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...small), flips, (file, changes) => {
        const bytes = file.slice();
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        expect(outcomeOf(bytes)).toMatch(isAnswer);
      }),
      settings,
    );
  });

  it('give a model or a coded refusal, whatever is changed in the schema', () => {
    const change = fc.record({ at: fc.nat(), other: fc.nat(), kind: fc.nat(CHANGE_KINDS - 1) });
    fc.assert(
      fc.property(fc.constantFrom(...small), change, (file, one) => {
        expect(outcomeOf(withOtherSchema(file, one))).toMatch(isAnswer);
      }),
      settings,
    );
  });
});
