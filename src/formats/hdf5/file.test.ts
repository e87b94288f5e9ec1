import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { runs } from '../../core/testing/runs.ts';
import { CODECS } from '../../files/codecs.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type Hdf5Object, openHdf5 } from './file.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/hdf5');
const EXPECTED: Record<string, Record<string, { shape: number[]; data: (number | string)[] }>> = JSON.parse(
  readFileSync(join(FOLDER, 'expected.json'), 'utf8'),
);

const bytesOf = (name: string): Buffer => readFileSync(join(FOLDER, `${name}.h5`));
const open = (bytes: Uint8Array, now: () => number = () => 0): Hdf5Object =>
  openHdf5(bytes, CODECS, new ReadBudget({ limits: DEFAULT_LIMITS, now }));

const half = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(2));
  view.setUint16(0, bits);
  return view.getFloat16(0);
};

describe.each(Object.keys(EXPECTED))('a file of HDF5 that h5py wrote with libver %s', (name) => {
  const root = open(bytesOf(name));
  const sets = Object.entries(EXPECTED[name] ?? {});

  test.each(sets)('gives what is in the data set %s', (set, wanted) => {
    const tensor = root.find(set)?.read();
    expect(tensor?.shape).toEqual(wanted.shape);
    const values = tensor?.dtype === 'string' ? tensor.data : Array.from(tensor?.data ?? [], Number);
    expect(tensor?.dtype === 'float16' ? Array.from(tensor.data, half) : values).toEqual(wanted.data);
  });

  it('gives attributes, and null where there is nothing', () => {
    const group = root.find('sets');
    expect(group?.attribute('text')?.data).toEqual(['of an attribute']);
    expect(group?.attribute('texts')?.data).toEqual(['a', 'bc']);
    expect(group?.attribute('none')).toBeNull();
    expect(root.find('sets/none')).toBeNull();
  });
});

describe('a file of HDF5 that leads elsewhere, or lies', () => {
  const root = open(bytesOf('elsewhere'));

  it.each([
    ['external-link', 'READ_UNSAFE'],
    ['soft-link', 'READ_UNSAFE'],
    ['external-storage', 'READ_UNSAFE'],
    ['virtual', 'READ_UNSAFE'],
    ['other-type', 'READ_UNSAFE'],
    ['huge', 'READ_LIMIT'],
    ['unwritten', 'READ_CORRUPT'],
  ])('is refused where %s is read', (name, code) => {
    expect(() => root.find(name)?.read()).toThrow(expect.objectContaining({ code }));
  });

  it('is refused where many links or attributes are kept apart', () => {
    const many = open(bytesOf('many'));
    expect(() => many.find('links')?.names()).toThrow(expect.objectContaining({ code: 'READ_UNSAFE' }));
    expect(() => many.attribute('attribute1')).toThrow(expect.objectContaining({ code: 'READ_UNSAFE' }));
  });

  it('is refused in time with anything changed in it, or cut short', () => {
    const originals = ['earliest', 'latest', 'elsewhere'].map(bytesOf);
    for (let seed = 0; seed < runs(3000); seed += 1) {
      const random = seededRandom(seed);
      const original = originals[seed % originals.length] ?? Buffer.alloc(0);
      const bytes = Buffer.from(original);
      for (let i = randomIndex(random, 6); i >= 0; i -= 1)
        bytes[randomIndex(random, bytes.length)] = randomIndex(random, 256);
      const cut = seed % 5 === 0 ? bytes.subarray(0, randomIndex(random, bytes.length)) : bytes;
      const started = performance.now();
      try {
        walk(
          open(cut, () => performance.now()),
          0,
        );
      } catch (error) {
        if (!isPlimsollError(error) || !/^READ_/.test(error.code))
          throw new Error(`seed ${seed}`, { cause: error });
      }
      expect(performance.now() - started, `seed ${seed}`).toBeLessThan(5000);
    }
  });
});

/** Reads everything that is there, as deep as real files are. */
function walk(object: Hdf5Object, depth: number): void {
  if (object.isDataSet) object.read();
  else if (depth < 3)
    for (const name of object.names()) {
      const found = object.find(name);
      if (found !== null) walk(found, depth + 1);
    }
}
