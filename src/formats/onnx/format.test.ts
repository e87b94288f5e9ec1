import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { openFile } from '../../files/file-source.ts';
import type { ModelDescription } from '../../model/description.ts';
import { joinedBytes } from '../../model/graph-bytes.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { ONNX_LIMITS } from '../../onnx/limits.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { onnxFormat } from './format.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const fixture = (name: string): string => join(FIXTURES, 'onnx', name);

const read = (path: string): ModelDescription =>
  onnxFormat.read(openFile(path), { limits: DEFAULT_LIMITS, codecs: [], now: () => 0 });

function graphOf(path: string) {
  const { content } = read(path);
  if (content?.kind !== 'graph') throw new Error('no graph');
  return content;
}

function bytesOf({ onnx }: ReturnType<typeof graphOf>): Uint8Array {
  if (typeof onnx === 'string') throw new Error('a file');
  return joinedBytes(onnx);
}

const scratch = mkdtempSync(join(tmpdir(), 'onnx-format-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('onnxFormat.match()', () => {
  test('knows ONNX by its bytes, however little of them it sees', () => {
    const bytes = readFileSync(fixture('zipmap-default.onnx'));
    for (const length of [16, 64, 512, bytes.length]) {
      expect(onnxFormat.match(bytes.subarray(0, length))).toBe(true);
    }
  });

  test.each([
    ['nothing', []],
    ['a pickle', [0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0]],
    ['a zip archive', [0x50, 0x4b, 0x03, 0x04, 0x14, 0]],
    ['gzip', [0x1f, 0x8b, 8, 0]],
    ['JSON', [...Buffer.from('{"learner": {}}')]],
    ['a LightGBM text', [...Buffer.from('tree\nversion=v4\n')]],
    ['HDF5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
    ['a SavedModel, whose second field is a whole graph', [0x08, 0x01, 0x12, 0xa8, 0xc9, 0x02, 0x0a, 0x53]],
    ['a small SavedModel', [0x08, 0x01, 0x12, 0x09, 0x0a, 0x07, 0x22, 0x05, ...Buffer.from('serve')]],
    ['numpy', [0x93, ...Buffer.from('NUMPY')]],
  ])('does not take %s for ONNX', (_what, bytes) => {
    expect(onnxFormat.match(Uint8Array.from(bytes))).toBe(false);
  });
});

describe('onnxFormat.read()', () => {
  test('exposes a ZipMap as a matrix under the name of the output, columns in order of the labels', () => {
    const { signature } = graphOf(fixture('zipmap-default.onnx'));
    const classes = { type: 'string', values: ['alt', 'kölsch', 'weizen'] };
    expect(signature).toEqual({
      form: 'tensors',
      tensors: [{ name: 'X', dtype: 'float32', shape: [-1, 4] }],
      outputs: [
        { name: 'output_label', dtype: 'string', shape: [-1], classes },
        { name: 'output_probability', dtype: 'float32', shape: [-1, 3], classes },
      ],
      classes,
    });
  });

  test('exposes a column-wise ZipMap as one vector a class', () => {
    const { signature } = graphOf(fixture('zipmap-columns.onnx'));
    expect(signature.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['output_label', [-1]],
      ['salt', [-1]],
      ['skölsch', [-1]],
      ['sweizen', [-1]],
    ]);
  });

  test('frees a frozen batch that is proved row by row, and says so', () => {
    for (const name of ['frozen-copied.onnx', 'frozen-inferred.onnx']) {
      const { content, notes } = read(fixture(name));
      expect(content?.signature).toMatchObject({ tensors: [{ shape: [-1, 1, 3, 4] }] });
      expect(notes[0]).toMatchObject({ level: 'info', text: expect.stringContaining('made free') });
    }
  });

  test('leaves a batch frozen whose rows are mixed, and names the node', () => {
    const { content, notes } = read(fixture('frozen-mixing.onnx'));
    expect(content?.signature).toMatchObject({ tensors: [{ shape: [2, 3] }] });
    expect(notes[0]).toMatchObject({ level: 'warning', text: expect.stringContaining('(ReduceMean)') });
  });

  test('takes initialisers out of the inputs', () => {
    const { signature } = graphOf(fixture('initializers-as-inputs.onnx'));
    expect(signature).toMatchObject({ tensors: [{ name: 'x', dtype: 'float32', shape: [-1, 12] }] });
  });

  test('puts external data into the graph', () => {
    const content = graphOf(fixture('external.onnx'));
    expect(bytesOf(content).length).toBeGreaterThan(12 * 8 * 4);
    expect(Object.keys(decodeModel(bytesOf(content), ONNX_LIMITS).graph.initializers)).toEqual(['w', 'b']);
  });
});

describe('onnxFormat.read() on damaged files', () => {
  const names = readdirSync(join(FIXTURES, 'onnx')).filter((name) => name.endsWith('.onnx'));
  const sources = names.map((name) => ({ name, bytes: readFileSync(fixture(name)) }));

  test('describes or refuses, with a code, whatever bits are flipped', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (file, flips) => {
          const bytes = Uint8Array.from(file.bytes);
          for (const flip of flips) bytes[(flip >> 3) % bytes.length]! ^= 1 << (flip & 7);
          const source = {
            name: file.name,
            size: bytes.length,
            slice: bytes.subarray.bind(bytes),
            sibling: () => null,
          };
          let outcome = 'read';
          try {
            onnxFormat.read(source, { limits: DEFAULT_LIMITS, codecs: [], now: () => 0 });
          } catch (error) {
            if (!isPlimsollError(error)) throw error;
            outcome = error.code;
          }
          seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        },
      ),
      { numRuns: 5000, seed: 20260801 },
    );
    for (const code of ['read', 'READ_CORRUPT', 'READ_TRUNCATED', 'GRAPH_INVALID', 'GRAPH_UNKNOWN']) {
      expect(seen.has(code)).toBe(true);
    }
    expect(seen.has('INTERNAL')).toBe(false);
  });
});

describe('onnxFormat.read() on external data', () => {
  const model = readFileSync(fixture('external.onnx'));
  const data = readFileSync(fixture('external.onnx.data'));

  /** The model with another location of the same length, so that lengths on the wire still hold. */
  function place(folder: string, location: string): string {
    const dir = join(scratch, folder);
    mkdirSync(dir);
    expect(Buffer.byteLength(location)).toBe('external.onnx.data'.length);
    const bytes = Buffer.from(model.toString('latin1').replaceAll('external.onnx.data', location), 'latin1');
    writeFileSync(join(dir, 'model.onnx'), bytes);
    return dir;
  }

  test.each([
    ['a path upwards', '../xternal.weights'],
    ['a path inside', 'sub/external.datas'],
    ['an absolute path', '/etc/passwd0000000'],
    ['a Windows path', 'C:\\external.data01'],
    ['backslashes', '..\\ternal.onnx.dat'],
    ['a hidden control character', 'external\u0000onnx.data'],
  ])('refuses %s', (what, location) => {
    const dir = place(what.replaceAll(' ', '-'), location);
    expect(() => read(join(dir, 'model.onnx'))).toThrowError(
      expect.objectContaining({ code: 'READ_UNSAFE', exit: 3 }),
    );
  });

  test('refuses a link, even to a plain file beside it', () => {
    const dir = place('link', 'external.onnx.data');
    writeFileSync(join(dir, 'real.data'), data);
    symlinkSync(join(dir, 'real.data'), join(dir, 'external.onnx.data'));
    expect(() => read(join(dir, 'model.onnx'))).toThrowError(
      expect.objectContaining({ code: 'READ_UNSAFE' }),
    );
  });

  test('refuses a file that is not there, or is too short', () => {
    const dir = place('short', 'external.onnx.data');
    expect(() => read(join(dir, 'model.onnx'))).toThrowError(
      expect.objectContaining({ code: 'READ_UNSAFE' }),
    );
    writeFileSync(join(dir, 'external.onnx.data'), data.subarray(0, 100));
    expect(() => read(join(dir, 'model.onnx'))).toThrowError(
      expect.objectContaining({ code: 'READ_TRUNCATED' }),
    );
    writeFileSync(join(dir, 'external.onnx.data'), data);
    expect(read(join(dir, 'model.onnx')).content).not.toBeNull();
  });
});
