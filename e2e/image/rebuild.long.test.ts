import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { example, folder, ROOT } from '../cli.ts';
import { packaged } from './package.ts';

/** The image made from nothing: another checkout, another user, no layer that was made before. */

const home = folder();
afterAll(() => rmSync(home, { recursive: true, force: true }));
const CHURN = example('churn.joblib');
const GRAPH = join(ROOT, 'fixtures/onnx/function.onnx');
const CACHE = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');

/** Where packages can be linked to, which on another file system they cannot. */
const checkouts = join(ROOT, '.cache', `rebuild-${process.pid}`);
afterAll(() => rmSync(checkouts, { recursive: true, force: true }), 120_000);

/** A checkout of what is here now. */
function checkout(): string {
  const made = join(checkouts, 'one');
  const known = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    'src',
    'tools',
    'bin',
    '*.json',
  ];
  for (const file of execFileSync('git', known, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean))
    cpSync(join(ROOT, file), join(made, file));
  return withPackages(made);
}

/** The same files elsewhere: others may be at work here. */
function another(first: string): string {
  const made = join(checkouts, 'deeper/down/two');
  for (const name of readdirSync(first))
    if (name !== 'node_modules') cpSync(join(first, name), join(made, name), { recursive: true });
  return withPackages(made);
}

function withPackages(made: string): string {
  execFileSync('cp', ['-al', join(ROOT, 'node_modules'), made]);
  return made;
}

const launcher = (folder: string): string => join(folder, 'bin/plimsoll.js');

/** A cache of archives alone: all layers are made again. */
function archivesAlone(): string {
  const cache = join(home, 'cache');
  cpSync(join(CACHE, 'plimsoll/images/archives'), join(cache, 'plimsoll/images/archives'), {
    recursive: true,
  });
  return cache;
}

test('another checkout, another user and layers made anew give the same digest', { timeout: 900_000 }, () => {
  const here = checkout();
  const first = packaged([GRAPH, '--with', 'batch', '--output', join(home, 'first')], {
    bin: launcher(here),
  });
  const env = { XDG_CACHE_HOME: archivesAlone(), HOME: home };
  const out = join(home, 'out');
  mkdirSync(out);
  const uid = process.getuid?.() === 0 ? 12_345 : undefined;
  if (uid !== undefined) execFileSync('chown', ['-R', String(uid), out, join(home, 'cache')]);
  chmodSync(home, 0o755);
  const again = packaged([GRAPH, '--with', 'batch', '--output', join(out, 'again')], {
    bin: launcher(another(here)),
    env,
    ...(uid === undefined ? {} : { uid }),
  });
  expect(again.layers).toEqual(first.layers);
  expect(again.digest).toBe(first.digest);
  expect(again.layers.map(({ part }) => part)).toEqual(['base', 'onnxruntime', 'batch', 'app', 'model']);
  console.log(`made anew: ${again.digest}`);
});

test('without a network, a folder of archives is enough', { timeout: 600_000 }, () => {
  const archives = join(home, 'archives');
  execFileSync('sh', [
    '-c',
    'mkdir "$2"; for file in "$1"/*; do cp "$file" "$2/$(basename "$file" | cut -c18-)"; done',
    'sh',
    join(CACHE, 'plimsoll/images/archives'),
    archives,
  ]);
  const env = {
    XDG_CACHE_HOME: join(home, 'empty-cache'),
    PLIMSOLL_DEBIAN_MIRROR: 'http://127.0.0.1:9',
    PLIMSOLL_NPM_REGISTRY: 'http://127.0.0.1:9',
  };
  const offline = packaged([CHURN, '--base-archive', archives, '--output', join(home, 'offline')], { env });
  const online = packaged([CHURN, '--output', join(home, 'online')]);
  expect(offline.digest).toBe(online.digest);
  expect(readFileSync(join(home, 'offline/index.json'))).toEqual(
    readFileSync(join(home, 'online/index.json')),
  );
});
