import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { looksBinary, readBinaryBooster } from './binary.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/models/xgboost-1.7.6');
const BOOSTER = readFileSync(join(FOLDER, 'reg-gamma.bst'));
/** `binf`, the parameters, "reg:gamma" and "gbtree" with their lengths. */
const FOREST = 4 + 136 + 8 + 9 + 8 + 6;
const TREE = FOREST + 160;

const budget = () => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
const read = (bytes: Uint8Array) => readBinaryBooster(bytes, budget());

function changed(at: number, value: number): Buffer {
  const bytes = Buffer.from(BOOSTER);
  bytes.writeInt32LE(value, at);
  return bytes;
}

describe('the binary format', () => {
  test('is told by the name of the objective, with the magic and without', () => {
    expect(looksBinary(BOOSTER.subarray(0, 512))).toBe(true);
    expect(looksBinary(BOOSTER.subarray(4, 512))).toBe(true);
    expect(
      looksBinary(Buffer.concat([Buffer.from('CONFIG-offset:\0\0\0\0\0\0\0\0'), BOOSTER]).subarray(0, 512)),
    ).toBe(false);
    expect(
      looksBinary(
        Buffer.concat([Buffer.from('CONFIG-offset:\0\0\0\0\0\0\0\0'), BOOSTER.subarray(4)]).subarray(0, 512),
      ),
    ).toBe(true);
    expect(looksBinary(Buffer.alloc(512))).toBe(false);
    expect(looksBinary(Buffer.from('binf'))).toBe(false);
  });

  test('holds what the library saved', () => {
    const model = read(BOOSTER);
    expect(model).toMatchObject({
      objective: 'reg:gamma',
      booster: 'gbtree',
      features: 5,
      release: { major: 1, minor: 7 },
    });
    expect(model.trees).toHaveLength(10);
    expect(read(BOOSTER.subarray(4))).toMatchObject({ objective: 'reg:gamma' });
  });

  test('takes the base score of releases before 1.0 as a margin, save of several classes', () => {
    expect(read(changed(4 + 20, 0))).toMatchObject({ baseIsMargin: true, release: { text: null } });
    expect(read(BOOSTER)).toMatchObject({ baseIsMargin: false });
  });

  test('cut short anywhere is refused with the byte', () => {
    const end = BOOSTER.length;
    for (let length = 0; length < end - 8; length += 1 + (length >> 6)) {
      let refused: unknown = null;
      try {
        read(BOOSTER.subarray(0, length));
      } catch (error) {
        refused = error;
      }
      expect(isPlimsollError(refused), `cut at ${length}`).toBe(true);
    }
  });

  test.each([
    ['more trees than there is room for', FOREST, 2 ** 31 - 1, 'num_trees'],
    ['a negative number of trees', FOREST, -1, 'num_trees'],
    ['more nodes than there is room for', TREE + 4, 2 ** 31 - 1, 'num_nodes'],
    ['a tree without nodes', TREE + 4, 0, 'num_nodes'],
  ])('refuses %s before anything is allocated', (_, at, value, field) => {
    expect(() => read(changed(at, value))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', details: expect.objectContaining({ field }) }),
    );
  });

  test('refuses names that are longer than the file', () => {
    expect(() => read(changed(4 + 136, 1_000_000))).toThrow(
      expect.objectContaining({ code: 'READ_TRUNCATED' }),
    );
    expect(() => read(changed(4 + 136 + 4, 2 ** 30))).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT' }),
    );
  });
});
