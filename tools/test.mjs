// What `npm test` runs: installs what is missing, then checks everything. Plain JavaScript without dependencies,
// because it runs on a fresh clone, before anything is installed, and on whatever Node the machine has.
//   npm test                 everything
//   npm run check            what one runs after each change: the gate and the unit tests
//   npm test -- --changed    what the changes since main can reach; --changed=REF since another commit
//   npm test -- src/formats  the gate and the tests below a folder
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import './compile-cache.mjs';
import { buildBundle, installPackages, preparePrograms, ROOT, say, skipped } from './test/prepare.mjs';

/** Files that are named at the end. */
const SLOWEST = 12;
/** Suites beside those of vitest, in the order in which they run: programs that say `N passed, N failed` last. */
const OUTER = {
  ok: ['tools/ok.ts', '--skip', 'documents'],
  interop: ['tools/interop.ts'],
  'interop-monitoring': ['tools/interop-monitoring.ts'],
  python: ['tools/python-tests.ts'],
  // Last, when the machine has less to do: what pages say of a server takes its time.
  documents: ['tools/ok.ts', 'documents'],
};
/** Suites that need nothing of Python. */
const GATE = ['ok', 'documents'];

/** Tests that failed, by file and name: said once more at the end, where one who reads a long log looks. */
const failures = [];
/** Seconds by test file, the slowest first. */
const files = [];

// Scripts find the Node and the tools of node_modules first, then what pip installs for a user.
process.env.PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH, join(homedir(), '.local/bin')].join(
  delimiter,
);

/** Runs a command to its end; `quiet` holds its output back until then. */
function run(name, command, args, { quiet = false, env = process.env } = {}) {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env,
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

/** Runs a suite beside vitest and takes its counts; one failure where it died before it said them. */
async function runOuter(name) {
  const { code, output, seconds } = await run(name, 'node', OUTER[name], { quiet: true });
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [null, 0, 0];
  const failed = Math.max(Number(counts[2]), code === 0 ? 0 : 1);
  return { name, seconds, passed: Number(counts[1]), failed };
}

/** Runs vitest and reads what its reporter sums up. */
async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  const file = join(folder, 'summary.json');
  const reporters = ['--reporter=default', '--slowTestThreshold=5000', '--reporter=./tools/test/reporter.ts'];
  try {
    const env = { ...process.env, PLIMSOLL_TEST_SUMMARY: file };
    const { code, seconds } = await run('tests', 'vitest', ['run', ...reporters, ...args], { env });
    if (!existsSync(file)) {
      failures.push(`vitest ended with ${code} and no summary: see its lines above`);
      return { name: 'tests', seconds, passed: 0, failed: 1 };
    }
    const summary = JSON.parse(readFileSync(file, 'utf8'));
    failures.push(...summary.failures);
    skipped.push(...summary.skipped);
    files.push(...summary.files);
    const failed = Math.max(summary.failed, code === 0 ? 0 : 1);
    return { name: 'tests', seconds, passed: summary.passed, failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The outer suites beside vitest, whose workers already take all cores: one at a time for two of them. */
async function runAll(outer, vitest) {
  const queue = [...outer];
  const results = [];
  const lane = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift())
      results.push(await runOuter(name));
  };
  const lanes = Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, lane);
  const [tests] = await Promise.all([vitest === null ? [] : runVitest(vitest), ...lanes]);
  return [...results, tests].flat();
}

/** What the changes since `ref` can reach: outer suites, and test files. */
function reachOf(ref) {
  const stdio = ['ignore', 'pipe', 2];
  const { stdout, status } = spawnSync('node', ['tools/test/reach.ts', ref], { cwd: ROOT, stdio });
  if (status !== 0) process.exit(1);
  const { suites, tests } = JSON.parse(stdout);
  say(`What changed since ${ref} can reach ${[`${tests.length} test files`, ...suites].join(', ')}.`);
  return { suites: [...GATE, ...suites], tests };
}

/** Names of outer suites and arguments for vitest; null for no tests. */
function chosen(args) {
  if (args[0] === '--check') return { outer: ['ok'], vitest: ['--project=unit'] };
  const changed = /^--changed(?:=(.+))?$/.exec(args[0] ?? '');
  if (args.length > 0 && changed === null) return { outer: GATE, vitest: args };
  const { hasPython } = preparePrograms();
  const able = Object.keys(OUTER).filter((name) => hasPython || GATE.includes(name));
  if (changed === null) return { outer: able, vitest: [] };
  const { suites, tests } = reachOf(changed[1] ?? 'main');
  return { outer: able.filter((name) => suites.includes(name)), vitest: tests.length > 0 ? tests : null };
}

async function main() {
  await installPackages();
  const { outer, vitest } = chosen(process.argv.slice(2));
  if (vitest !== null) buildBundle();
  const results = await runAll(outer, vitest);

  say('');
  for (const [name, seconds] of files.slice(0, SLOWEST)) say(`slow     ${name}: ${seconds} s`);
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
