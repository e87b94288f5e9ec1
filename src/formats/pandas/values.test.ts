import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pyDict, pyList } from '../pickle/construct.ts';
import { outcome, pickleProgram, readTestPickle, unicode } from '../pickle/testing/programs.ts';
import { isType, type PyDict, type PyValue } from '../pickle/value.ts';
import { instance } from '../sklearn/testing/values.ts';
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
  const { entries } = readTestPickle(readFileSync(join(FOLDER, file))).root as PyDict;

  it.each(entries as [string, PyValue][])('gives the values of %s', (name, value) => {
    expect(pandasValues(value)?.map(plain)).toEqual(expected[name]);
  });
});

describe('damaged Arrow buffers', () => {
  const arrow = (
    length: number,
    offsets: readonly number[],
    text: string,
    validity: Uint8Array | null = null,
  ): PyValue => {
    const bytes = Buffer.from(new Int32Array(offsets).buffer);
    const buffer = (data: Uint8Array): Uint8Array =>
      pickleProgram('cpyarrow.lib\npy_buffer\nC', data.length, data, 0x85, 'R');
    const type = pickleProgram('cpyarrow.lib\ntype_for_alias\n', unicode('string'), 0x85, 'R');
    const bits = validity === null ? 'N' : buffer(validity);
    const parts = [
      type,
      'K',
      length,
      'K',
      0,
      'K',
      0,
      '](',
      bits,
      buffer(bytes),
      buffer(Buffer.from(text)),
      'e]N',
    ];
    return readTestPickle(pickleProgram('cpyarrow.lib\n_restore_array\n(', ...parts, 't', 0x85, 'R.')).root;
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

  it('are refused where offsets go back at a missing string, so that others could share the whole text', () => {
    const missing = (offsets: readonly number[]) => arrow(3, offsets, 'abc', Uint8Array.of(0b101));
    expect(arrowStrings(missing([0, 1, 1, 3]))).toEqual(['a', null, 'bc']);
    expect(() => arrowStrings(missing([0, 3, 0, 3]))).toThrow(
      expect.objectContaining({ code: 'READ_CORRUPT' }),
    );
  });

  it('are refused where one chunk is listed without end, or chunks hold themselves', () => {
    const chunk = arrow(60, new Array(61).fill(0), '');
    const list = pyList(new Array(40_000).fill(chunk));
    const array = instance('pyarrow.lib.chunked_array', {}, [list]);
    expect(() => arrowStrings(array)).toThrow(expect.objectContaining({ code: 'READ_CORRUPT' }));
    list.items.length = 0;
    list.items.push(array);
    expect(arrowStrings(array)).toBe(null);
  });

  it('of an index that holds itself have no values', () => {
    const content = pyDict();
    const index = instance('pandas.core.indexes.base._new_Index', {}, [instance('a.b').cls, content]);
    content.entries.push(['data', index]);
    expect(pandasValues(index)).toBe(null);
  });

  it('are nothing to worry about where the value is something else', () => {
    expect(arrowStrings('text')).toBe(null);
    expect(pandasValues(null)).toBe(null);
    expect(outcome(pickleProgram('N.')).code).toBe('read');
  });
});
