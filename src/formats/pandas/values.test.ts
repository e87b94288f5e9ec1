import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outcome, program, read, unicode } from '../pickle/testing.ts';
import { isType, type PyDict, type PyValue } from '../pickle/value.ts';
import { arrowStrings } from './arrow.ts';
import { pandasValues } from './values.ts';

/** Pickles of real pandas releases with their values, written by tools/fixtures/pandas_values.py. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/pandas');

/** Missing values of object columns stay NaN, as pandas keeps them. */
function plain(value: PyValue): unknown {
  if (isType(value, 'int') || isType(value, 'float')) return Number.isNaN(value.value) ? null : value.value;
  return value;
}

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith('.pkl')))('%s', (file) => {
  const expected = JSON.parse(readFileSync(join(FOLDER, file.replace(/-p\d\.pkl$/, '.json')), 'utf8'));
  const { entries } = read(readFileSync(join(FOLDER, file))).root as PyDict;

  it.each(entries as [string, PyValue][])('gives the values of %s', (name, value) => {
    expect(pandasValues(value)?.map(plain)).toEqual(expected[name]);
  });
});

describe('damaged Arrow buffers', () => {
  const arrow = (length: number, offsets: readonly number[], text: string): PyValue => {
    const bytes = Buffer.from(new Int32Array(offsets).buffer);
    const buffer = (data: Uint8Array): Uint8Array =>
      program('cpyarrow.lib\npy_buffer\nC', data.length, data, 0x85, 'R');
    const type = program('cpyarrow.lib\ntype_for_alias\n', unicode('string'), 0x85, 'R');
    const parts = [type, 'K', length, 'K', 0, 'K', 0, '](N', buffer(bytes), buffer(Buffer.from(text)), 'e]N'];
    return read(program('cpyarrow.lib\n_restore_array\n(', ...parts, 't', 0x85, 'R.')).root;
  };

  it('are refused where offsets leave the text', () => {
    expect(arrowStrings(arrow(2, [0, 1, 3], 'abc'))).toEqual(['a', 'bc']);
    for (const offsets of [
      [0, 1, 4],
      [0, 2, 1],
      [-1, 1, 2],
      [0, 1],
    ]) {
      expect(() => arrowStrings(arrow(2, offsets, 'abc'))).toThrow(
        expect.objectContaining({ code: 'READ_CORRUPT' }),
      );
    }
  });

  it('are nothing to worry about where the value is something else', () => {
    expect(arrowStrings('text')).toBe(null);
    expect(pandasValues(null)).toBe(null);
    expect(outcome(program('N.')).code).toBe('read');
  });
});
