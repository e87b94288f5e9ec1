import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { readPickle } from './read.ts';
import { type JsonCase, tell } from './testing/programs.ts';
import { isType, type PyList, type PyTuple, type PyValue } from './value.ts';

/** Pickles of real Pythons with what they hold, written by tools/fixtures/pickles.py. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/pickles');

const context = { limits: DEFAULT_LIMITS, now: () => 0 };

const pickles = readdirSync(FOLDER).filter((name) => name.endsWith('.pkl'));

describe.each(pickles)('%s', (file) => {
  const python = file.replace(/-p\d\.pkl$/, '');
  const expected = JSON.parse(readFileSync(join(FOLDER, `${python}.json`), 'utf8')).values as Record<
    string,
    JsonCase
  >;
  const { root, globals } = readPickle(readFileSync(join(FOLDER, file)), context);
  const cases = (root as PyList).items.map((item) => (item as PyTuple).items as readonly [string, PyValue]);

  it('holds nearly all of the cases of the script', () => {
    expect(cases.length).toBeGreaterThan(55);
  });

  it.each(cases)('reads %s as Python wrote it', (name, value) => {
    const found = tell(value);
    // NaN has many bit patterns.
    if (name === 'nan') expect(isType(value, 'float') && Number.isNaN(value.value)).toBe(true);
    else expect(found).toEqual(expected[name]);
  });

  it('keeps shared references shared', () => {
    const shared = cases.find(([name]) => name === 'shared')![1] as PyList;
    expect(shared.items[0]).toBe(shared.items[1]);
  });

  it('names every global with an offset inside the file', () => {
    expect(globals.map((global) => `${global.module}.${global.name}`)).toContain('fixture.Plain');
    expect(globals.every((global) => global.offset > 0)).toBe(true);
  });
});
