import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { runs } from '../../core/testing/runs.ts';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { sliceBatch } from '../../model/slice.ts';
import { boundaryRows } from '../../registry/boundary/rows.ts';
import { readText } from './testing/document.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/pmml');
const DOCUMENTS = readdirSync(FOLDER).filter((file) => file.endsWith('.pmml'));
const MUTATIONS = runs(300);
const ROWS = 20;

/** What replaces a value in quotes: numbers that are none, names of others, what does not end. */
const VALUES = [
  '',
  'NaN',
  'INF',
  '-1',
  '0',
  '1e308',
  '999999999999',
  'x',
  'a"',
  '&#0;',
  '&lol;',
  '\u0000',
  '__proto__',
];
const MARKUP = ['<', '>', '/>', '<Node>', '</Segment>', '<!DOCTYPE x>', '<![CDATA[', '<!--', '<True/>', '&'];

type Pick = (count: number) => number;

/** One change of a document: bytes, values, pieces moved, copied or cut away. */
function mutate(text: string, pick: Pick): string {
  const at = pick(text.length);
  const values = [...text.matchAll(/"[^"]*"/g)];
  switch (pick(6)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(pick(300)) + text.slice(at + 1);
    case 1:
      return text.slice(0, at);
    case 2:
      return text.slice(0, at) + (MARKUP[pick(MARKUP.length)] ?? '') + text.slice(at);
    case 3: {
      const to = Math.min(text.length, at + pick(400));
      return text.slice(0, at) + text.slice(at, to).repeat(2) + text.slice(to);
    }
    default: {
      const value = values[pick(values.length)];
      if (value === undefined) return text;
      const other =
        pick(2) === 0 ? VALUES[pick(VALUES.length)] : values[pick(values.length)]?.[0].slice(1, -1);
      return `${text.slice(0, value.index)}"${other}"${text.slice(value.index + value[0].length)}`;
    }
  }
}

/** Reads a document and, where it is understood, answers rows made from it: a refusal is as good as an answer. */
function use(text: string): void {
  try {
    const { content } = readText(text);
    if (content?.kind !== 'steps') return;
    const engine = createNativeEngine(content);
    const rows = boundaryRows(content.root, content.signature, { seed: 1, limit: ROWS });
    for (let row = 0; row < rows.rows; row++) answer(() => engine.infer(sliceBatch(rows, row, row + 1)));
  } catch (error) {
    if (!isPlimsollError(error) || error.code === 'INTERNAL') throw error;
  }
}

function answer(infer: () => unknown): void {
  try {
    infer();
  } catch (error) {
    if (!isPlimsollError(error) || error.code === 'INTERNAL') throw error;
  }
}

describe.each(DOCUMENTS)('%s, changed', (name) => {
  it(`${MUTATIONS} times, is read or refused, at once`, () => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    for (let seed = 0; seed < MUTATIONS; seed++) {
      const random = seededRandom(seed);
      const pick: Pick = (count) => randomIndex(random, Math.max(1, count));
      const changed = mutate(pick(3) === 0 ? mutate(text, pick) : text, pick);
      const started = performance.now();
      try {
        use(changed);
      } catch (error) {
        throw new Error(`seed ${seed} of ${name}`, { cause: error });
      }
      expect(performance.now() - started, `seed ${seed} of ${name}`).toBeLessThan(5000);
    }
  });
});
