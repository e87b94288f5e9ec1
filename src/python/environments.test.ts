import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { PackageLock, PythonEnvironment } from './environment.ts';
import { openEnvironment, sweepEnvironments } from './environments.ts';
import { makeLock } from './lock.ts';
import { lockOf, readLock } from './lock-text.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-environments-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const options = { dataDir, allowBuild: false };
const environments = join(dataDir, 'environments');

/** Small wheels without needs of their own. */
const lockSmall = (line: string): Promise<PackageLock> =>
  makeLock({ ...options, requirements: { path: 'r.txt', text: line }, guessed: [], python: '3.11' });

const run = ({ interpreter, packages }: PythonEnvironment, code: string): string =>
  execFileSync(
    interpreter.path,
    ['-I', '-S', '-c', `import sys; sys.path.append(${JSON.stringify(packages)})\n${code}`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  ).trim();

const openElsewhere = (lock: PackageLock, folder = dataDir) =>
  spawn(process.execPath, ['src/python/test-open.child.ts', folder, lock.text, lock.python], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

test('a model of an old scikit-learn gets the Python and the NumPy that go with it, and the newest gets the newest', async () => {
  const read = 'import sklearn.ensemble, numpy; print(sklearn.__version__, numpy.__version__)';
  const request = { ...options, requirements: null, python: null };
  const [old, recent] = await Promise.all(
    ['scikit-learn==0.24.2', 'scikit-learn==1.6.1'].map((line) => makeLock({ ...request, guessed: [line] })),
  );
  const oldOne = await openEnvironment(old!, options);
  const recentOne = await openEnvironment(recent!, options);
  expect(run(oldOne, read)).toMatch(/^0\.24\.2 1\.2[0-3]\./);
  expect(run(recentOne, read)).toMatch(/^1\.6\.1 2\./);
  expect(oldOne.interpreter.version).toMatch(/^3\.[89]\./);
}, 300_000);

test('an environment has its bytecode, opens at once the second time, and says what it does', async () => {
  const lock = await lockSmall('six==1.16.0');
  const said: string[] = [];
  const first = await openEnvironment(lock, { ...options, onProgress: (message) => said.push(message) });
  expect(said).toEqual(['installing 1 package']);
  expect(readdirSync(join(first.packages, '__pycache__'))).toEqual(['six.cpython-311.pyc']);
  expect(run(first, 'import six; print(six.__version__, six.__cached__)')).toContain(
    join(first.packages, '__pycache__'),
  );
  await openEnvironment(lock, { ...options, onProgress: (message) => said.push(message) });
  expect(said).toHaveLength(1);
}, 120_000);

test('a lock of nothing is an empty environment', async () => {
  const { packages } = await openEnvironment(lockOf([], '3.11'), options);
  expect(readdirSync(packages)).toEqual([]);
});

test('two processes that open the same lock at once both get it, and nothing is left over', async () => {
  const lock = await lockSmall('idna==3.7');
  const children = [openElsewhere(lock), openElsewhere(lock)];
  const ends = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(ends.map(([status]) => status)).toEqual([0, 0]);
  expect(run(await openEnvironment(lock, options), 'import idna; print(idna.__version__)')).toBe('3.7');
  expect(readdirSync(environments).filter((name) => name.startsWith('.'))).toEqual([]);
}, 120_000);

test('a process killed while it installs leaves nothing that counts; what it left is swept once it is old', async () => {
  const lock = await lockSmall('click==8.1.7');
  const child = openElsewhere(lock);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(join(environments, lock.digest))).toBe(false);
  const opened = await openEnvironment(lock, options);
  expect(run(opened, 'import click; print(click.__name__)')).toBe('click');
  const left = readdirSync(environments).filter((name) => name.startsWith('.'));
  expect(left).toHaveLength(1);
  const used = new Set(readdirSync(environments));
  await sweepEnvironments(dataDir, used);
  expect(existsSync(join(environments, left[0]!))).toBe(true);
  utimesSync(join(environments, left[0]!), 0, 0);
  expect(await sweepEnvironments(dataDir, used)).toEqual([]);
  expect(existsSync(join(environments, left[0]!))).toBe(false);
}, 120_000);

test('one that is damaged is made anew', async () => {
  const lock = await lockSmall('six==1.16.0');
  const { packages } = await openEnvironment(lock, options);
  rmSync(join(packages, '..', 'environment.json'));
  rmSync(join(packages, 'six.py'));
  expect(run(await openEnvironment(lock, options), 'import six; print(six.__version__)')).toBe('1.16.0');
  writeFileSync(join(packages, '..', 'environment.json'), '{"digest":');
  await openEnvironment(lock, options);
  expect(statSync(join(packages, '..', 'environment.json')).size).toBeGreaterThan(50);
}, 120_000);

test('what no version uses is swept, but not what was opened within the hour', async () => {
  const lock = await lockSmall('six==1.15.0');
  await openEnvironment(lock, options);
  const others = new Set(readdirSync(environments).filter((name) => name !== lock.digest));
  expect(await sweepEnvironments(dataDir, others)).toEqual([]);
  utimesSync(join(environments, lock.digest, 'environment.json'), 0, 0);
  expect(await sweepEnvironments(dataDir, new Set([...others, lock.digest]))).toEqual([]);
  expect(await sweepEnvironments(dataDir, others)).toEqual([lock.digest]);
  expect(existsSync(join(environments, lock.digest))).toBe(false);
  expect(await sweepEnvironments(join(dataDir, 'nowhere'), others)).toEqual([]);
}, 120_000);

test('data folders that share environments find those of each other, and sweep none of them', async () => {
  const shared = mkdtempSync(join(tmpdir(), 'plimsoll-shared-'));
  vi.stubEnv('PLIMSOLL_ENVIRONMENTS', shared);
  try {
    const lock = lockOf([], '3.11');
    const opened = await openEnvironment(lock, { ...options, dataDir: join(dataDir, 'one') });
    expect(opened.packages).toBe(join(shared, lock.digest, 'site-packages'));
    const onProgress = vi.fn();
    await openEnvironment(lock, { ...options, dataDir: join(dataDir, 'two'), onProgress });
    expect(onProgress).not.toHaveBeenCalled();
    const old = new Date(Date.now() - 24 * 3_600_000);
    utimesSync(join(shared, lock.digest, 'environment.json'), old, old);
    expect(await sweepEnvironments(join(dataDir, 'one'), new Set())).toEqual([]);
    expect(readdirSync(shared)).toEqual([lock.digest]);
  } finally {
    vi.unstubAllEnvs();
    rmSync(shared, { recursive: true });
  }
});

test('what the index gives under another hash is not installed', async () => {
  const lock = readLock(`six==1.16.0 --hash=sha256:${'0'.repeat(64)}`, '3.11');
  await expect(openEnvironment(lock, options)).rejects.toMatchObject({
    code: 'ENVIRONMENT_FAILED',
    message: expect.stringContaining('its hash differs'),
  });
  expect(existsSync(join(environments, lock.digest))).toBe(false);
}, 120_000);

test('a package without a wheel is not built unless that was allowed', async () => {
  const lock = readLock(`pyspark==3.3.0 --hash=sha256:${'0'.repeat(64)}`, '3.11');
  await expect(openEnvironment(lock, options)).rejects.toMatchObject({
    code: 'ENVIRONMENT_FAILED',
    message: expect.stringContaining('pyspark 3.3.0 has no wheel for Python 3.11'),
    hint: expect.stringContaining('--allow build'),
  });
}, 120_000);

test('a Python that is not here is named with those that are', async () => {
  await expect(openEnvironment(lockOf([], '3.7'), options)).rejects.toMatchObject({
    code: 'PYTHON_NOT_FOUND',
    message: expect.stringMatching(/Cannot find Python 3\.7: installed here are 3\.\d+\.\d+/),
  });
});

test('settings beside a model or in the folder of the project do not steer the installation', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'));
  writeFileSync(join(folder, 'uv.toml'), 'index-url = "http://127.0.0.1:9/simple"\n');
  writeFileSync(join(folder, 'uv'), '#!/bin/sh\ntouch started\nexit 1\n');
  chmodSync(join(folder, 'uv'), 0o755);
  const lock = await lockSmall('certifi==2024.2.2');
  const child = spawn(
    process.execPath,
    [join(process.cwd(), 'src/python/test-open.child.ts'), folder, lock.text, lock.python],
    { cwd: folder, env: { ...process.env, PATH: `.:${process.env['PATH']}` }, stdio: 'inherit' },
  );
  const [status] = await once(child, 'exit');
  expect(status).toBe(0);
  expect(existsSync(join(folder, 'started'))).toBe(false);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
