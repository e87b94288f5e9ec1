import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { KEY_PATTERN } from '../../src/control/keys/key.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { ask, bearer, command, IRIS, irisServer } from './server.ts';

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

test('a key is made without a server, changed over its socket and from elsewhere, and serves in a container by its hash', async () => {
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
  const taken = plimsoll('keys', 'create', '--name', 'shop', '--scope', 'predict', '--data', data);
  expect([taken.status, taken.stderr]).toEqual([2, expect.stringContaining('plimsoll keys rotate shop')]);
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
  expect(readFileSync(hashes, 'utf8')).not.toContain('plk_');
  const other = await served([
    ...[example('iris.joblib'), '--workers', '1', '--host', '0.0.0.0', '--keys-file', hashes],
  ]);
  started.push(other);
  const elsewhere = other.said.url.replace('0.0.0.0', '127.0.0.1');
  const predict = async (key: string) =>
    (await ask(`${elsewhere}/predict`, { body: IRIS, headers: bearer(key) })).status;
  expect([await predict(shop.key), await predict(me), await predict('plk_x')]).toEqual([200, 200, 401]);
});

test('a file of keys that is not there, or holds none, does not open the door', () => {
  const serve = (...args: readonly string[]) => {
    const all = [
      'serve',
      example('iris.joblib'),
      '--port',
      '0',
      '--data',
      folder(),
      '--workers',
      '1',
      ...args,
    ];
    const { status, stderr } = plimsoll(...all);
    return [status, /^[A-Z_]{5,}/m.exec(stderr)?.[0]];
  };
  const broken = join(folder(), 'keys.json');
  writeFileSync(broken, '{"format":1,"keys":[{}]}');
  expect(serve('--host', '0.0.0.0', '--keys-file', join(folder(), 'none'))).toEqual([2, 'FILE_NOT_FOUND']);
  expect(serve('--host', '0.0.0.0', '--keys-file', broken)).toEqual([2, 'KEYS_MISSING']);
});
