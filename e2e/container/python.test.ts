import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchInterpreters } from '../../src/python/interpreters.ts';
import { freePort } from '../../tools/free-port.ts';
import { example, folder, plimsoll, runWith, type Served, served } from '../cli.ts';
import '../python/shared-environments.ts';
import { type Followed, followDockerfile, inRoot } from './build.ts';
import { startedOn } from './started.ts';

/** A build context of a version that Python runs, followed as far as that goes without Docker, and what comes of it started. */

const LIMIT = 240_000;
const SCRIPT = `
import numpy as np
NAMES = ["setosa", "versicolor", "virginica"]

def preprocess(rows):
    return (np.asarray(rows, dtype=float) / 10).tolist()

def postprocess(outputs):
    print("two libraries, one answer")
    labels = [NAMES[int(label)] if not isinstance(label, str) else label for label in outputs["predict"]]
    return {"flower": labels, "sure": [max(row) for row in outputs["predict_proba"]]}
`;
const ROWS = [
  [51, 35, 14, 2],
  [62, 28, 48, 18],
  [59, 30, 42, 15],
];
const GOLDEN = { input: { instances: [ROWS[0]] }, expected: { flower: ['setosa'], sure: [1] } };

const data = folder();
const context = join(folder(), 'context');
let followed: Followed;
let local: Served;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const work = folder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(work, name), text);
    return join(work, name);
  };
  const pushed = plimsoll(
    ...['push', example('iris.joblib'), '--name', 'flowers', '--trust', '--data', data],
    ...['--script', file('around.py', SCRIPT), '--golden', file('golden.json', JSON.stringify(GOLDEN))],
    ...['--requirements', file('requirements.txt', 'numpy==2.2.6\n'), '--python', '3.11'],
  );
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  const written = plimsoll('package', 'dockerfile', 'flowers@1', '--output', context, '--data', data);
  expect(written.status, written.stdout + written.stderr).toBe(0);
  const python = (await searchInterpreters(process.env)).find(({ version }) => version.startsWith('3.11.'))!;
  followed = followDockerfile(context, { name: 'python3.11', path: python.path });
  local = await served(['--data', data, '--workers', '1']);
}, LIMIT);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await local?.stop();
  for (const dir of [data, dirname(context), followed.folder]) rmSync(dir, { recursive: true, force: true });
}, 30_000);

/** Starts what the image would start, with its variables and nothing of this shell's; answers when it is ready or has ended. */
async function started(change: Readonly<Record<string, string>> = {}) {
  const { root, env, command } = followed;
  const port = await freePort();
  const own = Object.entries({ ...env, ...change }).map(([name, value]) => [name, inRoot(root, value)]);
  const home = mkdtempSync(join(tmpdir(), 'plimsoll-home-'));
  const [program, ...args] = command.map((word) => inRoot(root, word));
  const child = spawn(program!, args, {
    env: {
      ...{ PATH: join(root, 'usr/local/bin'), ...Object.fromEntries(own), HOME: home, TMPDIR: home },
      ...{ PLIMSOLL_INSECURE: 'true', PLIMSOLL_PORT: String(port), PLIMSOLL_PYTHON_WORKERS: '1' },
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  return { ...(await startedOn(port, child)), home };
}

const predict = async (url: string): Promise<unknown> => {
  const answer = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: ROWS }),
  });
  expect(answer.status).toBe(200);
  const { requestId: _, ...said } = (await answer.json()) as Record<string, unknown>;
  return said;
};

test('the context is whole, and says what it cannot vouch for', () => {
  expect(runWith('sh', ['-c', 'cd "$1" && sha256sum --check --quiet SHA256SUMS', 'sh', context]).stdout).toBe(
    '',
  );
  const text = readFileSync(join(context, 'Dockerfile'), 'utf8');
  expect(text).toContain('ARG PYTHON_IMAGE=python:3.11-slim-bookworm\n');
  expect(text).toContain('--require-hashes --no-deps --only-binary=:all:');
  expect(readFileSync(join(context, 'README.md'), 'utf8')).toContain('**Pin the image.**');
  const packaged = readdirSync(join(context, 'python'), { recursive: true, encoding: 'utf8' });
  expect(packaged).toContain('plimsoll/worker/__main__.py');
  expect(packaged.filter((name) => name.includes('__pycache__'))).toEqual([]);
});

test('what it installs is the locked environment, no more and no less', () => {
  const environments = join(followed.root, 'opt/plimsoll/environments');
  const [digest, ...others] = readdirSync(environments);
  expect(others).toEqual([]);
  const marker = JSON.parse(readFileSync(join(environments, digest!, 'environment.json'), 'utf8'));
  expect(marker).toEqual({ digest, python: '3.11', packages: { numpy: '2.2.6' } });
  const installed = readdirSync(join(environments, digest!, 'site-packages'));
  expect(installed.filter((name) => name.endsWith('.dist-info'))).toEqual(['numpy-2.2.6.dist-info']);
  expect(followed.ran).toHaveLength(2);
  const bytecode = join(followed.root, 'opt/plimsoll/python/plimsoll/worker/__pycache__');
  expect(readdirSync(bytecode)).toContain('serve.cpython-311.pyc');
});

test('its image answers as the local server does, says which layers hold, and writes nothing of its own', {
  timeout: LIMIT,
}, async () => {
  const { url, child, code, said, ended, home } = await started();
  expect(code, said()).toBeNull();
  const [there, here] = [await predict(url), await predict(`${local.said.url}/models/flowers`)];
  expect(there).toEqual(here);
  expect(JSON.stringify(there)).toContain('virginica');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const lines = said()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const layers = lines.find(({ msg }) => msg === 'Python runs in a sandbox');
  expect(layers).toMatchObject({ model: 'flowers', version: 1 });
  expect(layers!['sandbox']).toContain('limits (');
  expect(lines).toContainEqual(
    expect.objectContaining({ model: 'flowers@1', stream: 'stdout', msg: 'two libraries, one answer' }),
  );
  expect(readdirSync(join(followed.root, 'opt/plimsoll/models'))).toEqual(['flowers']);
  expect(existsSync(join(home, '.cache/uv'))).toBe(false);
});

test('an environment that the image does not bring is never made', { timeout: LIMIT }, async () => {
  const { code, said } = await started({ PLIMSOLL_ENVIRONMENTS: '/opt/plimsoll/models' });
  expect(code).toBe(1);
  expect(said()).toContain('ENVIRONMENT_FAILED');
  expect(said()).toContain('models holds none for it');
  expect(readdirSync(join(followed.root, 'opt/plimsoll/models'))).toEqual(['flowers']);
});
