import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashKeyOf } from './hash-key.ts';
import { redactionKeyPath } from './paths.ts';

test('the key is made once, for nobody else to read, and is the same from then on', () => {
  const dir = mkdtempSync(join(tmpdir(), 'plimsoll-key-'));
  const key = hashKeyOf(dir);
  expect(key).toHaveLength(32);
  expect(hashKeyOf(dir)).toEqual(key);
  const path = redactionKeyPath(dir);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dir, 'monitoring'))).toEqual(['redaction.key']);
  writeFileSync(path, 'no key');
  expect(() => hashKeyOf(dir)).toThrow('holds no key of 32 bytes');
});
