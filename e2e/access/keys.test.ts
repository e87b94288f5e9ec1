import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { hashOfKey, KEY_PATTERN } from '../../src/control/keys/api-key.ts';
import { parseKnownKeys } from '../../src/control/keys/known-keys.ts';
import type { KnownKey } from '../../src/control/keys/port.ts';
import { folder, plimsoll, type Served } from '../cli.ts';
import { command, irisServer, refusalOf } from './server.ts';

vi.setConfig({ testTimeout: 120_000 });

const started: Served[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

interface Key {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly state: string;
}

test('a key is made without a server, changed over its socket and from elsewhere, and written down for containers as its hash', async () => {
  const data = join(folder(), 'data');
  const text = plimsoll('keys', 'create', '--name', 'me', '--scope', 'admin', '--data', data);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  const me = new RegExp(KEY_PATTERN).exec(text.stdout)![0];
  expect(text.stdout).toContain('It is not shown again');
  const server = await irisServer(data);
  started.push(server);
  const { url } = server.said;

  const shop = command<Key>(
    data,
    'keys',
    'create',
    '--name',
    'shop',
    '--scope',
    'predict',
    '--endpoint',
    'iris',
  );
  const file = join(folder(), 'key');
  writeFileSync(file, `${me}\n`);
  const far = ['--url', url, '--key-file', file];
  expect(command<Key>(folder(), 'keys', 'rotate', 'shop', ...far).key).not.toBe(shop.key);
  const { items } = command<{ items: Key[] }>(folder(), 'keys', 'list', ...far);
  expect(items.map(({ name, state }) => [name, state])).toEqual([
    ['me', 'active'],
    ['shop', 'active'],
    ['shop', 'active'],
  ]);
  expect(JSON.stringify(items)).not.toContain('plk_');
  command(data, 'keys', 'revoke', items.find(({ id }) => id !== shop.id && id !== items[0]!.id)!.id);

  const hashes = join(folder(), 'keys.json');
  writeFileSync(hashes, '', { mode: 0o644 });
  command(data, 'keys', 'export', '--output', hashes);
  expect(statSync(hashes).mode & 0o777).toBe(0o600);
  const written = readFileSync(hashes, 'utf8');
  expect(written).not.toContain('plk_');
  expect((parseKnownKeys(written) as readonly KnownKey[]).map(({ name, sha256 }) => [name, sha256])).toEqual([
    ['me', hashOfKey(me)],
    ['shop', hashOfKey(shop.key)],
  ]);
});

test('a file of keys that is not there, or holds none, does not open the door', async () => {
  const broken = join(folder(), 'keys.json');
  writeFileSync(broken, '{"format":1,"keys":[{}]}');
  const refused = (file: string) =>
    refusalOf(folder(), '--host', '0.0.0.0', '--workers', '1', '--keys-file', file);
  const [none, empty] = await Promise.all([refused(join(folder(), 'none')), refused(broken)]);
  expect(none).toContain('FILE_NOT_FOUND');
  expect(empty).toContain('KEYS_MISSING');
});
