import { expect, test } from 'vitest';
import { guessFormat } from './format-guess.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
/** The head of a zip file: a local file header of 30 bytes, then the name. */
const zip = (name: string): Uint8Array => bytes(`PK\x03\x04${'\0'.repeat(26)}${name}`);

test.each([
  ['torch', zip('model/data.pkl')],
  ['keras', zip('metadata.json')],
  ['tensorflow', bytes('\x89HDF\r\n\x1a\n\0')],
  ['catboost', bytes('CBM1\x10')],
  ['lightgbm', bytes('tree\nversion=v4\n')],
  ['xgboost', bytes('{"learner":{"attributes":{}}}')],
  ['xgboost', bytes('{L\0\0\0\0\0\0\0\x07learner{')],
  ['tensorflow', bytes('\x1c\0\0\0TFL3')],
])('a file of %s is recognised by its first bytes', (distribution, head) => {
  expect(guessFormat(head)?.distribution).toBe(distribution);
});

test('what is no model says so, and words are nothing', () => {
  expect(guessFormat(bytes('PAR1'))).toMatchObject({ distribution: null });
  expect(guessFormat(bytes('these are words, not a model'))).toBeNull();
  expect(guessFormat(new Uint8Array(0))).toBeNull();
});
