// What `npm test` runs: installs what is missing, then checks everything. Plain JavaScript without dependencies,
// because it runs on a fresh clone, before anything is installed, and on whatever Node the machine has.
//   npm test                 everything
//   npm test -- src/formats  the gate and the tests below a folder
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import './compile-cache.mjs';
import { install } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const only = process.argv.slice(2);
/** Suites that could not be run, with the reason. */
const skipped = [];
/** Tests that failed, by file and name: said once more at the end, where one who reads a long log looks. */
const failures = [];

// Scripts find the Node and the tools of node_modules first, then what pip installs for a user.
process.env.PATH = [join(root, 'node_modules/.bin'), process.env.PATH, join(homedir(), '.local/bin')].join(
  delimiter,
);

const say = (text) => process.stdout.write(`${text}\n`);
const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const attempt = (command, ...args) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;

async function installPackages() {
  try {
    await install(root, 'all');
  } catch (error) {
    say(`${error.message}\nCannot install what the tests need: see the lines above, then start again.`);
    process.exit(1);
  }
}

/** Tests start the program by the hundred: of a bundle each start takes a third of what it takes of sources. */
function buildBundle() {
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

/** uv makes the Python environments of the suites that compare with, or are written in, Python. */
function prepareUv() {
  if (works('uv', '--version')) return;
  say('Installing uv (once) …');
  const pip = ['-m', 'pip', 'install', '--quiet', '--user'];
  if (!works('python3', '-m', 'pip', '--version')) installDebian('python3-pip');
  // Debian marks its own Python as managed by apt; uv is a single program that disturbs nothing there.
  if (attempt('python3', ...pip, 'uv') || attempt('python3', ...pip, '--break-system-packages', 'uv')) return;
  skipped.push(
    'tools/interop.ts and what else needs Python: no uv, and pip could not install it (https://docs.astral.sh/uv)',
  );
}

/** Runs a command to its end; `quiet` holds its output back until then. */
function run(name, command, args, { quiet = false } = {}) {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (quiet) say(`\n── ${name}\n${output.trimEnd()}`);
      resolve({ name, code, output, seconds: Math.round((Date.now() - started) / 1000) });
    });
  });
}

/** Counts of a program that says `N passed, N failed` last; one failure where it died before that. */
function counted({ name, code, output, seconds }) {
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [null, 0, 0];
  return {
    name,
    seconds,
    passed: Number(counts[1]),
    failed: Math.max(Number(counts[2]), code === 0 ? 0 : 1),
  };
}

const firstLine = (text) => (text ?? '').split('\n', 1)[0].slice(0, 200);

/** Runs vitest suites and reads their counts from its report. */
async function runVitest(name, args) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = [
      '--reporter=default',
      '--slowTestThreshold=5000',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ];
    const { code, seconds } = await run(name, 'vitest', ['run', ...reporters, ...args]);
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    const { numPassedTests: passed = 0, numFailedTests = 0, testResults = [] } = report;
    // A file that cannot be loaded has no tests of its own: it counts as one failure.
    const unloaded = testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    );
    const failed = numFailedTests + unloaded.length;
    for (const result of testResults) {
      const path = result.name.replace(root, '');
      if (unloaded.includes(result)) failures.push(`${path}: ${firstLine(result.message)}`);
      for (const test of result.assertionResults.filter(({ status }) => status === 'failed')) {
        failures.push(`${path} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
      }
      const pending = result.assertionResults.filter(
        (test) => test.status === 'pending' || test.status === 'skipped',
      );
      if (pending.length > 0) skipped.push(`${pending.length} tests of ${path}`);
    }
    return { name, seconds, passed, failed: Math.max(failed, code === 0 ? 0 : 1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const counts = async (runs) => (await Promise.all(runs)).map(counted);

async function everything(beside) {
  const first = await counts(beside);
  const rest = await Promise.all([
    runVitest('monitoring', ['--project=waiting', '--maxWorkers=1']),
    runVitest('tests', ['--project=pure', '--project=others']),
  ]);
  return [...first, ...rest];
}

async function main() {
  await installPackages();
  buildBundle();
  if (only.length === 0) {
    prepareBrowser();
    preparePostgres();
    prepareQueues();
    prepareAlerting();
    prepareContainers();
    prepareUv();
  }
  // The suites of vitest measure time now and then: they have the machine to themselves.
  const beside = [run('ok', 'node', ['tools/ok.ts'], { quiet: true })];
  if (only.length === 0 && !skipped.some((reason) => reason.startsWith('tools/interop.ts'))) {
    beside.push(run('interop', 'node', ['tools/interop.ts'], { quiet: true }));
    beside.push(run('interop-monitoring', 'node', ['tools/interop-monitoring.ts'], { quiet: true }));
    beside.push(run('python', 'node', ['tools/python-tests.ts'], { quiet: true }));
  }
  const results =
    only.length === 0
      ? await everything(beside)
      : [...(await counts(beside)), await runVitest('tests', only)];

  say('');
  for (const reason of skipped) say(`skipped  ${reason}`);
  for (const failure of failures) say(`failed   ${failure}`);
  for (const { name, seconds, passed, failed } of results) {
    say(`${failed === 0 ? 'ok    ' : 'FAILED'}   ${name}: ${passed} of ${passed + failed} in ${seconds} s`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  say(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}

await main();
