/**
 * Tests of the Python package and of the worker: `npm run test:python [-- PATHS AND OPTIONS OF PYTEST]`. Types by mypy,
 * tests with real libraries under one lock, and those without any on the oldest Pythons that are supported.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { findInterpreters, minorOf } from '../src/python/interpreters.ts';
import { preparePython, pythonEnvironment } from './python-environment.ts';

const PACKAGE = join(import.meta.dirname, '../python');
const LOCK = join(PACKAGE, 'tests/requirements.txt');
const BARE_LOCK = join(PACKAGE, 'tests/bare/requirements.txt');
const MODULES = 'catboost, lightgbm, mypy, pandas, pyarrow, pytest, sklearn, xgboost';
const OF_WORKER = 'tests/worker/bare';
/**
 * The package itself needs 3.9; the worker also runs in environments of 3.8. What the kernel refuses is the same under
 * every Python, so that it is tried under one; whether the layers come up is seen under the oldest, too.
 */
const BARE: Readonly<Record<string, readonly string[]>> = {
  '3.8': [
    `${OF_WORKER}/test_protocol.py`,
    `${OF_WORKER}/test_scripts.py`,
    `${OF_WORKER}/test_sandbox.py::test_every_layer_holds_here_and_says_by_what`,
  ],
  '3.9': ['tests/bare'],
  '3.11': [OF_WORKER],
};

const given = process.argv.slice(2);

interface Part {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

function start(python: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(python, args, {
    cwd: PACKAGE,
    env: pythonEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Runs pytest and takes its counts from the report; one failure where it ended before there was any. */
async function pytest(name: string, python: string, args: readonly string[]): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pytest-'));
  try {
    const report = join(folder, 'report.xml');
    const { code, output } = await start(python, ['-m', 'pytest', '-rs', `--junitxml=${report}`, ...args]);
    const xml = existsSync(report) ? readFileSync(report, 'utf8') : '';
    const count = (what: string): number =>
      Number(new RegExp(`<testsuite [^>]*\\b${what}="(\\d+)"`).exec(xml)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    const passed = count('tests') - count('failures') - count('errors') - count('skipped');
    return { name, passed, failed: Math.max(failed, code === 0 ? 0 : 1), output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Says how a part went as soon as it has ended, with its whole output where that is of use. */
async function told(part: Promise<Part>): Promise<Part> {
  const begun = performance.now();
  const { name, passed, failed, output } = await part;
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  if (failed > 0 || given.length > 0) console.log(`\n${output.trimEnd()}\n`);
  else for (const line of output.split('\n')) if (line.startsWith('SKIPPED')) console.log(line);
  const verdict = failed === 0 ? 'ok    ' : 'FAILED';
  console.log(`${verdict} ${name}: ${passed} of ${passed + failed} (${seconds} s)`);
  return part;
}

async function mypy(python: string): Promise<Part> {
  const { code, output } = await start(python, [
    '-m',
    'mypy',
    '--cache-dir',
    join(tmpdir(), 'plimsoll-mypy'),
  ]);
  return { name: 'types', passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
}

async function withLibraries(args: readonly string[]): Promise<Part[]> {
  const python = preparePython('python-tests', LOCK, MODULES);
  if (args.length > 0) return [await told(pytest('given', python, args))];
  // Most of the time goes into starting fresh processes, one after the other.
  const saving = ['tests/test_save.py', 'tests/test_load.py'];
  const left = [...saving, 'tests/bare', OF_WORKER].map((path) => `--ignore=${path}`);
  return Promise.all([
    told(mypy(python)),
    told(pytest('saving', python, saving)),
    told(pytest('libraries', python, ['tests', ...left])),
  ]);
}

async function bare(): Promise<Part[]> {
  const parts: Part[] = [];
  const found = await findInterpreters();
  for (const [version, wanted] of Object.entries(BARE)) {
    const paths = wanted.filter((path) => existsSync(join(PACKAGE, path.split('::')[0]!)));
    const interpreter = found.find((each) => minorOf(each.version) === version);
    if (interpreter === undefined) console.log(`not run on Python ${version}: it is not installed here`);
    else if (paths.length > 0) {
      const python = preparePython(`python-bare-${version}`, BARE_LOCK, 'pytest', interpreter.path);
      parts.push(await told(pytest(`Python ${version}`, python, paths)));
    }
  }
  return parts;
}

const parts = (await Promise.all([withLibraries(given), given.length > 0 ? [] : bare()])).flat();
const sum = (key: 'passed' | 'failed'): number => parts.reduce((total, part) => total + part[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
if (sum('passed') === 0 || sum('failed') > 0) process.exitCode = 1;
