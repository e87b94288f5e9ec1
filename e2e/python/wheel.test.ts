import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { pythonVersion, wheelName } from '../../src/python/wheel.ts';
import { preparePython, run } from '../../tools/python-environment.ts';
import { folder, plimsoll, ROOT, type Served, served } from '../cli.ts';
import { ask, FOREST } from './models.ts';

/** The Python package as a server offers it: installed from there into an empty environment, and used from there. */

const place = folder();
const data = join(place, 'data');
const python = join(place, 'env/bin/python');
const INDEX = '/clients/python/';
let server: Served;

beforeAll(async () => {
  server = await served(['--empty', '--data', data]);
  run('uv', ['venv', '--quiet', '--python', '>=3.11', join(place, 'env')]);
}, 60_000);
afterAll(async () => {
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
}, 30_000);

const uv = (...args: readonly string[]): void =>
  run('uv', ['pip', args[0]!, '--quiet', '--no-cache', '--python', python, ...args.slice(1)]);

function say(...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], OMP_NUM_THREADS: '1' };
  const { status, stdout, stderr } = spawnSync(python, args, { cwd: place, encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

const VERSION = 'import plimsoll; print(plimsoll.__version__, plimsoll.__file__)';

test.each<[string, () => string[]]>([
  ['its address', () => ['--no-index', server.said.url + INDEX + wheelName()]],
  ['a page of links', () => ['--no-index', '--find-links', server.said.url + INDEX, 'plimsoll-ml']],
  ['an index', () => ['--default-index', server.said.url + INDEX, 'plimsoll-ml']],
])(
  'the package is installed from the server by %s, of the version of the server',
  {
    timeout: 60_000,
  },
  (_, from) => {
    uv('install', '--reinstall', ...from());
    uv('check');
    const [version, file] = say('-I', '-c', VERSION).split(' ');
    expect(version).toBe(pythonVersion(packageJson.version));
    expect(file).toContain(join(place, 'env'));
  },
);

const ASK = `
import json, sys
import plimsoll
with plimsoll.Client(sys.argv[1]) as client:
    print(json.dumps(list(client.predict(json.loads(sys.argv[2]), model="ages").predictions)))
`;

test('what it saves is pushed and served by that server, and it asks for predictions', {
  timeout: 180_000,
}, async () => {
  // Beside it the libraries of the interoperability suite, which are made once.
  const libraries = preparePython(
    'interop',
    join(ROOT, 'tools/interop/requirements.txt'),
    'sklearn, lz4, pandas',
  );
  const purelib = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const theirs = spawnSync(libraries, ['-c', purelib], { encoding: 'utf8' }).stdout;
  writeFileSync(join(say('-c', purelib), 'libraries.pth'), theirs);

  say('-c', FOREST, join(place, 'ages'));
  const pushed = plimsoll('push', join(place, 'ages'), '--name', 'ages', '--url', server.said.url, '--json');
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  const rows = [
    { age: 20, income: 20_000 },
    { age: 80, income: 20_000 },
  ];
  await expect
    .poll(async () => (await ask(server, 'ages', rows)).body.predictions, { timeout: 30_000 })
    .toEqual(['young', 'old']);
  expect(JSON.parse(say('-I', '-c', ASK, server.said.url, JSON.stringify(rows)))).toEqual(['young', 'old']);
});

test('the page shows the line for pip with the name by which the server was asked', async () => {
  const page = async (headers = {}): Promise<string> =>
    (await fetch(server.said.url + INDEX, { headers })).text();
  expect(await page()).toContain(`pip install ${server.said.url}${INDEX}${wheelName()}<`);
  expect(await page({ authorization: 'Basic eDp5' })).toContain(
    'pip install http://key:$PLIMSOLL_KEY@127.0.0.1',
  );
});

test('another version is not there, and the package is read only', async () => {
  const other = await fetch(`${server.said.url}${INDEX}plimsoll_ml-99.0.0-py3-none-any.whl`);
  expect([other.status, JSON.parse(await other.text()).error.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
  const posted = await fetch(server.said.url + INDEX, { method: 'POST' });
  expect(posted.status).toBe(405);
});
