// What the tests need that is not there yet: packages of the lock file, programs of the system. Plain JavaScript without
// dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { install } from '../install.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Suites that cannot be run here, with the reason. */
export const skipped = [];

export const say = (text) => process.stdout.write(`${text}\n`);
const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const attempt = (command, ...args) =>
  spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] }).status === 0;

export async function installPackages() {
  try {
    await install(ROOT, 'all');
  } catch (error) {
    say(`${error.message}\nCannot install what the tests need: see the lines above, then start again.`);
    process.exit(1);
  }
}

/** Tests start the program by the hundred: of a bundle each start takes a third of what it takes of sources. */
export function buildBundle() {
  if (attempt('node', 'tools/build.ts')) return;
  say('The program cannot be built: see the lines above.');
  process.exit(1);
}

/** Installs a Debian package where this user may; false where not. */
function installDebian(name) {
  if (process.getuid?.() !== 0 || !works('apt-get', '--version')) return false;
  say(`Installing Debian's ${name} (once) …`);
  return (
    attempt('apt-get', 'update', '-qq') &&
    attempt('apt-get', 'install', '-y', '-qq', '--no-install-recommends', name)
  );
}

/** A browser for the tests of pages. */
function prepareBrowser() {
  if (existsSync(process.env.PLIMSOLL_CHROMIUM ?? '/usr/bin/chromium') || installDebian('chromium')) return;
  skipped.push('pages in a browser: no chromium, and no right to install it (set PLIMSOLL_CHROMIUM)');
}

/** A PostgreSQL server for the contract of the store; its binaries are enough, no cluster is used. */
function preparePostgres() {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  const binaries = [process.env.PLIMSOLL_POSTGRES, ...versions.map((name) => join(folder, name, 'bin'))];
  if (binaries.some((path) => path !== undefined && existsSync(join(path, 'initdb')))) return;
  if (installDebian('postgresql')) return;
  skipped.push(
    'the store in PostgreSQL: no server, and no right to install one (set PLIMSOLL_POSTGRES to the folder of initdb)',
  );
}

/** Message servers that start jobs, for the tests of triggers. */
function prepareQueues() {
  for (const name of ['redis-server', 'nats-server']) {
    const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin'];
    if (folders.some((folder) => existsSync(join(folder, name))) || installDebian(name)) continue;
    skipped.push(`triggers over ${name}: it is not there, and no right to install it`);
  }
}

/** The servers that scrape metrics and deliver alerts, for the tests of monitoring. */
function prepareAlerting() {
  for (const [name, program] of [
    ['prometheus', 'prometheus'],
    ['prometheus-alertmanager', 'prometheus-alertmanager'],
  ]) {
    if (existsSync(join('/usr/bin', program)) || installDebian(name)) continue;
    skipped.push(`monitoring with ${name}: it is not there, and no right to install it`);
  }
}

/** A registry, and what copies, unpacks and runs images, for the tests of what is packaged. */
function prepareContainers() {
  const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin'];
  for (const name of ['docker-registry', 'skopeo', 'umoci', 'runc']) {
    if (folders.some((folder) => existsSync(join(folder, name))) || installDebian(name)) continue;
    skipped.push(`images with ${name}: it is not there, and no right to install it`);
  }
}

/** The node tests of ONNX: a model of each operator, with what it answers. */
function prepareNodeTests() {
  const folder = process.env.PLIMSOLL_ONNX_TESTDATA ?? '/usr/share/libonnx-testdata/data';
  if (existsSync(folder) || installDebian('libonnx-testdata')) return;
  skipped.push(
    'the node tests of ONNX: no libonnx-testdata, and no right to install it (set PLIMSOLL_ONNX_TESTDATA to its folder data)',
  );
}

/** uv makes the Python environments of the suites that compare with, or are written in, Python. */
function prepareUv() {
  if (works('uv', '--version')) return true;
  say('Installing uv (once) …');
  const pip = ['-m', 'pip', 'install', '--quiet', '--user'];
  if (!works('python3', '-m', 'pip', '--version')) installDebian('python3-pip');
  // Debian marks its own Python as managed by apt; uv is a single program that disturbs nothing there.
  if (attempt('python3', ...pip, 'uv') || attempt('python3', ...pip, '--break-system-packages', 'uv'))
    return true;
  skipped.push(
    'tools/interop.ts and what else needs Python: no uv, and pip could not install it (https://docs.astral.sh/uv)',
  );
  return false;
}

/** Programs of the system that some suites start; `hasPython` says whether those of Python can be run. */
export function preparePrograms() {
  prepareBrowser();
  preparePostgres();
  prepareQueues();
  prepareAlerting();
  prepareContainers();
  prepareNodeTests();
  return { hasPython: prepareUv() };
}
