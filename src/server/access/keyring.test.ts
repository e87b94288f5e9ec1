import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hashOfKey } from '../../control/keys/api-key.ts';
import { formatKnownKeys } from '../../control/keys/known-keys.ts';
import { ApiKeyRing } from './keyring.ts';
import { keysInEnv } from './open.ts';

let folder: string;
let file: string;
let warned: object[];
let ring: ApiKeyRing;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
  file = join(folder, 'keys.json');
  warned = [];
  const logger = {
    info: () => undefined,
    warn: (fields: object) => warned.push(fields),
    error: () => undefined,
  };
  ring = new ApiKeyRing({ files: [file], fixed: keysInEnv({ PLIMSOLL_TOKEN: 'token' }), logger });
});
afterEach(() => {
  ring.close();
  rmSync(folder, { recursive: true });
});

const textOf = (...keys: readonly string[]): string =>
  formatKnownKeys(
    keys.map((key) => ({
      name: key,
      scope: 'predict',
      endpoints: [],
      sha256: hashOfKey(key),
      expiresAt: null,
    })),
  );
function replace(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
const known = (...keys: readonly string[]) => keys.map((key) => ring.find(key)?.name ?? null);

test('keys of a file that is replaced are followed, and those of the environment stay', async () => {
  await ring.refresh();
  expect(known('token', 'a')).toEqual(['PLIMSOLL_TOKEN', null]);
  replace(textOf('a', 'b'));
  await ring.refresh();
  expect(known('token', 'a', 'b')).toEqual(['PLIMSOLL_TOKEN', 'a', 'b']);
  replace(textOf('b'));
  await ring.refresh();
  expect(known('token', 'a', 'b')).toEqual(['PLIMSOLL_TOKEN', null, 'b']);
});

test('a file that is damaged or gone changes nothing, and is complained about once', async () => {
  replace(textOf('a'));
  await ring.refresh();
  replace('{');
  await ring.refresh();
  await ring.refresh();
  expect([known('a'), warned]).toEqual([['a'], [{ file, reason: 'it is no JSON' }]]);
  rmSync(file);
  await ring.refresh();
  expect(known('a')).toEqual(['a']);
});

test('a file that cannot be read for a moment is read later, though it has not changed since', async () => {
  // A link that leads in a circle, where a process that is short of files would fail as well.
  const aim = join(folder, 'aim');
  symlinkSync(aim, aim);
  symlinkSync(aim, file);
  await ring.refresh();
  await ring.refresh();
  expect([known('a'), warned.length]).toEqual([[null], 1]);
  rmSync(aim);
  writeFileSync(aim, textOf('a'));
  await ring.refresh();
  expect(known('a')).toEqual(['a']);
  // A state is known before its text is: a failure to read that is no reason to wait for another.
  const reads = vi.spyOn(promises, 'readFile').mockRejectedValue(new Error('too many open files'));
  syncBuiltinESMExports();
  replace(textOf('b'));
  await ring.refresh();
  reads.mockRestore();
  syncBuiltinESMExports();
  expect(known('a', 'b')).toEqual(['a', null]);
  await ring.refresh();
  expect(known('a', 'b')).toEqual([null, 'b']);
});

test('a change is seen within a second while the file is followed', async () => {
  await ring.follow();
  replace(textOf('a'));
  await expect.poll(() => known('a'), { timeout: 1000 }).toEqual(['a']);
});

test('keys in the environment that are none stop the start', () => {
  expect(() => keysInEnv({ PLIMSOLL_KEYS: '{}' })).toThrow(/PLIMSOLL_KEYS: it has no "format": 1/);
  expect(keysInEnv({ PLIMSOLL_KEYS: textOf('a'), PLIMSOLL_TOKEN: '' })).toMatchObject([{ name: 'a' }]);
  for (const token of ['two words', 'schlüssel'])
    expect(() => keysInEnv({ PLIMSOLL_TOKEN: token })).toThrow(/PLIMSOLL_TOKEN: it has characters other/);
});

test('a token is what stands in its variable, without the end of line that files of secrets have', () => {
  expect(keysInEnv({ PLIMSOLL_TOKEN: 'secret\n' })).toMatchObject([{ sha256: hashOfKey('secret') }]);
  expect(keysInEnv({ PLIMSOLL_TOKEN: ' \n' })).toEqual([]);
});
