/** Other users of the machine: what they may ask without a key, and what the owner's programs need not bring. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { ask, bearer, command, IRIS } from './server.ts';

vi.setConfig({ testTimeout: 120_000 });

const started: Served[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

/** A user that owns nothing here: `nobody` on most systems. */
const NEIGHBOUR = 65534;
const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

interface Said {
  readonly status: number;
  readonly code: string | null;
  readonly message: string | null;
}

/** Sends a request as another user. */
function asNeighbour(url: string, body?: unknown, token?: string): Said {
  const script = `
    const [url, body, token] = JSON.parse(process.argv[1]);
    const headers = { 'content-type': 'application/json', ...(token && { authorization: 'Bearer ' + token }) };
    const answer = await fetch(url, body === null ? { headers } : { method: 'POST', body: JSON.stringify(body), headers });
    const { error } = await answer.json();
    console.log(JSON.stringify({ status: answer.status, code: error?.code ?? null, message: error ? error.message + ' ' + error.hint : null }));`;
  const given = JSON.stringify([url, body ?? null, token ?? null]);
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, given], {
    ...{ uid: NEIGHBOUR, gid: NEIGHBOUR, cwd: '/', encoding: 'utf8' },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Said;
}

async function server(data: string, ...more: readonly string[]): Promise<string> {
  const one = await served([example('iris.joblib'), '--data', data, ...more]);
  started.push(one);
  return one.said.url;
}

// Two users are needed, and only root can become another one.
describe.runIf(isRoot)('another user of this machine', () => {
  test.each([
    ['one process', []],
    ['workers', ['--workers', '2']],
  ])('predicts, but neither reads nor changes anything else without the token: %s', async (_, more) => {
    const data = join(folder(), 'data');
    const url = await server(data, ...more);
    expect(asNeighbour(`${url}/models/iris/predict`, IRIS).status).toBe(200);
    const path = join(data, 'access/token');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const refused of [
      asNeighbour(`${url}/api/v1/models`),
      asNeighbour(`${url}/api/v1/endpoints/iris:rollback`, {}),
      asNeighbour(`${url}/api/v1/models`, undefined, 'wrong'),
    ]) {
      expect(refused).toMatchObject({ status: 401, code: 'TOKEN_WANTED' });
      expect(refused.message).toContain(path);
      expect(refused.message).toContain('authorization: Bearer');
    }
    const token = readFileSync(path, 'utf8').trim();
    expect(asNeighbour(`${url}/api/v1/models`, undefined, token).status).toBe(200);
  });

  test('has no file of the owner copied by a job', async () => {
    const data = join(folder(), 'data');
    const url = await server(data);
    const secret = join(folder(), 'payroll.csv');
    writeFileSync(secret, 'id,sepal_length,sepal_width,petal_length,petal_width\n1,5.1,3.5,1.4,0.2\n');
    const job = { model: 'iris', input: secret, output: '/tmp/copied.csv', key: 'id' };
    const script = `const a = await fetch('${url}/api/v1/jobs/steal', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(${JSON.stringify(job)}) }); console.log(a.status);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      ...{ uid: NEIGHBOUR, gid: NEIGHBOUR, cwd: '/', encoding: 'utf8' },
    });
    expect(stdout).toBe('401\n');
    expect(JSON.parse((await ask(`${url}/api/v1/jobs`)).text).items).toEqual([]);
  });

  test('may do with a key what that key allows', async () => {
    const data = join(folder(), 'data');
    const url = await server(data);
    const key = command<{ key: string }>(data, 'keys', 'create', '--name', 'v', '--scope', 'viewer').key;
    expect(asNeighbour(`${url}/api/v1/models`, undefined, key).status).toBe(200);
    expect(asNeighbour(`${url}/api/v1/endpoints/iris:rollback`, {}, key)).toMatchObject({
      ...{ status: 403, code: 'SCOPE_FORBIDDEN' },
    });
  });
});

test('the owner needs no token: with any client, and from another folder by the command line', async () => {
  const data = join(folder(), 'data');
  const url = await server(data);
  expect((await ask(`${url}/api/v1/models`)).status).toBe(200);
  expect((await ask(`${url}/api/v1/models`, { headers: bearer('anything') })).status).toBe(200);
  expect(plimsoll('models', '--url', url, '--data', folder(), '--json').status).toBe(0);
});

test('a token that others could have read is made anew, and stays the same otherwise', async () => {
  const data = join(folder(), 'data');
  mkdirSync(join(data, 'access'), { recursive: true });
  const path = join(data, 'access/token');
  writeFileSync(path, 'read-by-all\n');
  chmodSync(path, 0o644);
  await server(data);
  const made = readFileSync(path, 'utf8');
  expect(made).not.toContain('read-by-all');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await started.pop()!.stop();
  await server(data);
  expect(readFileSync(path, 'utf8')).toBe(made);
});
