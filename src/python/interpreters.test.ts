import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { chooseInterpreter, findInterpreters, searchInterpreters } from './interpreters.ts';
import { pipSettings } from './pip-settings.ts';
import { searchUv } from './uv.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-interpreters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (name: string, text: string): string => {
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, 'python3');
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
};

test('each Python is found once, the newest first, by the path of its real program', async () => {
  const found = await findInterpreters();
  const paths = found.map(({ path }) => path);
  expect(found.length).toBeGreaterThan(0);
  expect(new Set(paths).size).toBe(paths.length);
  const key = ({ version }: { version: string }) =>
    version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
  expect(found.map(key)).toEqual([...found].map(key).sort((left, right) => right - left));
  for (const { version, path } of found) {
    const said = execFileSync(path, [
      '-I',
      '-S',
      '-c',
      'import sys; print(sys.version.split()[0], sys.prefix == sys.base_prefix)',
    ]);
    expect(said.toString().trim()).toBe(`${version} True`);
  }
  expect(await findInterpreters()).toBe(found);
});

test('links, shims and virtual environments count as what they lead to', async () => {
  const [newest] = await findInterpreters();
  mkdirSync(join(folder, 'link'));
  symlinkSync(newest!.path, join(folder, 'link/python3'));
  script('shim', `#!/bin/sh\nexec ${newest!.path} "$@"\n`);
  execFileSync(newest!.path, ['-m', 'venv', '--without-pip', '--copies', join(folder, 'venv')]);
  const path = ['link', 'shim', 'venv/bin'].map((name) => join(folder, name)).join(':');
  const found = await searchInterpreters({ PATH: path, HOME: '/nowhere', PYENV_ROOT: '/nowhere' });
  expect(found.filter((one) => one.path.startsWith(folder))).toEqual([]);
  expect(found.filter((one) => one.path === newest!.path)).toHaveLength(1);
});

test('the shims of pyenv are not started: its versions are found without them', async () => {
  const started = join(folder, 'shim-started');
  script('pyenv/shims', `#!/bin/sh\necho >> ${started}\nexit 1\n`);
  const [newest] = await findInterpreters();
  mkdirSync(join(folder, 'pyenv/versions/3.x/bin'), { recursive: true });
  symlinkSync(newest!.path, join(folder, 'pyenv/versions/3.x/bin/python3'));
  const root = join(folder, 'pyenv');
  const found = await searchInterpreters({ PATH: `${root}/shims/`, HOME: '/nowhere', PYENV_ROOT: root });
  expect(found.map(({ path }) => path)).toContain(newest!.path);
  expect(existsSync(started)).toBe(false);
});

test('what hangs, lies, fails or is no Python is passed over, and a folder of PATH without a root is not looked into', async () => {
  const paths = [
    script('fails', '#!/bin/sh\nexit 3\n'),
    script('talks', '#!/bin/sh\necho hello\n'),
    script('lies', '#!/bin/sh\necho \'{"version":"3.99.0","implementation":"cpython"}\'\n'),
    script(
      'old',
      `#!/bin/sh\necho '{"version":"3.6.0","release":true,"implementation":"cpython","base":"/x","executable":"/x","wide":true,"threaded":false}'\n`,
    ),
    script('floods', '#!/bin/sh\nyes\n'),
    script('hangs', '#!/bin/sh\nsleep 60\n'),
  ].map((path) => join(path, '..'));
  const started = performance.now();
  const found = await searchInterpreters({
    PATH: ['.', ...paths].join(':'),
    HOME: '/nowhere',
    PYENV_ROOT: '/nowhere',
  });
  expect(found).toEqual(await searchInterpreters({ PATH: '', HOME: '/nowhere', PYENV_ROOT: '/nowhere' }));
  expect(performance.now() - started).toBeLessThan(20_000);
}, 40_000);

test('the one that PLIMSOLL_PYTHON names comes first', async () => {
  const all = await findInterpreters();
  const oldest = all[all.length - 1]!;
  const found = await searchInterpreters({ ...process.env, PLIMSOLL_PYTHON: oldest.path });
  expect(found[0]).toEqual(oldest);
  expect(found).toHaveLength(all.length);
});

test('a version is chosen as far as it is given; another patch release stands in', () => {
  const found = ['3.13.0', '3.11.7', '3.11.2', '3.1.0'].map((version) => ({ version, path: `/${version}` }));
  const choose = (wanted: string | null): string => chooseInterpreter(wanted, found).version;
  expect([
    choose(null),
    choose('3'),
    choose('3.11'),
    choose('3.11.2'),
    choose('3.11.9'),
    choose('3.1'),
  ]).toEqual(['3.13.0', '3.13.0', '3.11.7', '3.11.2', '3.11.7', '3.1.0']);
});

test.each(['3.12', '2.7', '3.7', '', 'python3', '3.11.7.1', '3..1', '../3.11', '3.12.1'])(
  'Python %j is not here: the versions found and the way on are named',
  (wanted) => {
    let thrown: unknown;
    try {
      chooseInterpreter(wanted, [{ version: '3.11.7', path: '/p' }]);
    } catch (error) {
      thrown = error;
    }
    expect(isPlimsollError(thrown) && [thrown.code, thrown.message, thrown.hint]).toEqual([
      'PYTHON_NOT_FOUND',
      `Cannot find Python ${wanted}: installed here are 3.11.7`,
      expect.stringMatching(/uv python install|3\.8 or newer/),
    ]);
  },
);

test('uv is found, and a named one that is no uv, or too old, is said to be so', async () => {
  expect((await searchUv(process.env)).version).toMatch(/^\d+\.\d+\.\d+$/);
  const none = script('no-uv', '#!/bin/sh\necho hello\n');
  await expect(searchUv({ PLIMSOLL_UV: none })).rejects.toMatchObject({ code: 'PYTHON_TOOL_MISSING' });
  const old = script('old-uv', '#!/bin/sh\necho uv 0.1.2\n');
  await expect(searchUv({ PLIMSOLL_UV: old })).rejects.toThrow(
    'uv 0.1.2 is here, uv 0.4.20 or newer was wanted',
  );
});

test('a Python that has uv as a module is the last place where it is looked for', async () => {
  const without = { version: '3.12.0', path: script('without-uv', '#!/bin/sh\nexit 1\n') };
  const having = { version: '3.11.0', path: script('with-uv', '#!/bin/sh\necho uv 99.0.0\n') };
  const found = (...interpreters: (typeof having)[]) =>
    searchUv({ PATH: '', HOME: '/nowhere' }, async () => interpreters);
  expect((await found(without, having)).version).toBe('99.0.0');
  await expect(found(without)).rejects.toThrow('there is no uv here');
});

test("the index of this machine's pip is told to uv, unless uv was told one", () => {
  const home = join(folder, 'home');
  mkdirSync(join(home, '.config/pip'), { recursive: true });
  writeFileSync(
    join(home, '.config/pip/pip.conf'),
    '[install]\nindex-url = https://wrong\n[global]\nindex-url = https://a/simple\nextra-index-url =\n    https://b\n    https://c\n[x]\nfind-links=/no\n',
  );
  const given = { HOME: home, PIP_CONFIG_FILE: '/dev/null' };
  expect(pipSettings(given)).toMatchObject({
    UV_DEFAULT_INDEX: 'https://a/simple',
    UV_INDEX: 'https://b https://c',
  });
  expect(pipSettings({ ...given, PIP_INDEX_URL: 'https://d' })['UV_DEFAULT_INDEX']).toBe('https://d');
  expect(pipSettings({ ...given, PIP_FIND_LINKS: `/nowhere ${home} https://f` })['UV_FIND_LINKS']).toBe(
    `${home},https://f`,
  );
  expect(pipSettings({ ...given, UV_INDEX_URL: 'https://e' })).toEqual({});
});
