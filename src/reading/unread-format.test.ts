import { expect, test } from 'vitest';
import { guessFormat } from './unread-format.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
/** The head of a zip file: a local file header of 30 bytes, then the name. */
const zip = (name: string): Uint8Array => bytes(`PK\x03\x04${'\0'.repeat(26)}${name}`);

test.each([
  ['torch', zip('model/data.pkl')],
  ['tensorflow', bytes('\x1c\0\0\0TFL3')],
])('a file of %s is recognised by its first bytes', (distribution, head) => {
  expect(guessFormat(head)?.distribution).toBe(distribution);
});

test.each([
  ['an empty file', bytes(''), /copy it again/],
  [
    'a pointer of Git LFS',
    bytes('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n'),
    /git lfs pull/,
  ],
  ['a web page', bytes('\n<!DOCTYPE html>\n<html>'), /download the file itself/],
  ['arrays of NumPy', zip('a.npy'), /save the fitted model/],
  ['an array of NumPy', bytes('\x93NUMPY\x01\0'), /save the fitted model/],
  ['a zip file', zip('model.pkl'), /unpack it/],
  ['a tar file', bytes(`model.pkl${'\0'.repeat(248)}ustar`), /unpack it/],
  ['an object of R', bytes('X\n\0\0\0\x03\0'), /PMML/],
  ['a table in Parquet', bytes('PAR1'), /file of the model/],
  ['a dump of XGBoost', bytes('booster[0]:\n0:[f0<1]'), /booster\.save_model\("model\.ubj"\)/],
  ['a dump of XGBoost', bytes('[\n  { "nodeid": 0'), /booster\.save_model/],
  ['a dump of LightGBM', bytes('{"name": "tree", "version": "v4"'), /booster\.save_model\("model\.txt"\)/],
  ['JSON', bytes('{"a": 1}'), /file of the model/],
  ['a text', bytes('these are words, not a model\n'), /file of the model/],
])('%s is no model, and the way on is its own', (what, head, way) => {
  expect(guessFormat(head)).toMatchObject({ distribution: null, what: expect.stringContaining(what) });
  expect(guessFormat(head)?.way).toMatch(way);
});

test('bytes of no kind are nothing', () => {
  expect(guessFormat(bytes('\x0c\xb7\xdc\x1a'))).toBeNull();
});
