/**
 * The gate: every convention of this project that a machine can check. `npm run ok` runs all of them side by side;
 * `npm run ok:NAME` runs one, `npm run ok:NAME:fix` mends what can be mended. `node tools/ok.ts [NAME…] [--skip NAME]`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules/.bin');

/** Name of the check and the command that runs it; package.json has a script for each. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  types: [join(BIN, 'tsc'), '-p', '.'],
  'console-types': [join(BIN, 'tsc'), '-p', 'console'],
  lint: [join(BIN, 'biome'), 'check', '--error-on-warnings', '--max-diagnostics=40', '.'],
  layers: [process.execPath, 'tools/checks/layers.ts'],
  purity: [process.execPath, 'tools/checks/purity.ts'],
  names: [process.execPath, 'tools/checks/names.ts'],
  commits: [process.execPath, 'tools/checks/commits.ts'],
  unused: [join(BIN, 'knip')],
  bundle: [process.execPath, 'tools/weight/main.ts', 'bundle'],
  errors: [process.execPath, 'tools/checks/errors.ts'],
  fixtures: [process.execPath, 'tools/checks/fixtures.ts'],
  generated: [process.execPath, 'tools/checks/generated.ts'],
  'docs-index': [process.execPath, 'tools/checks/docs-index.ts'],
  documents: [process.execPath, 'tools/checks/documents.ts'],
};

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

function run(name: string, [command, ...args]: readonly string[]): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(command!, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ name, passed: code === 0, seconds: (performance.now() - started) / 1000, output });
    });
  });
}

const { values, positionals } = parseArgs({ options: { skip: { type: 'string' } }, allowPositionals: true });
const chosen = Object.entries(CHECKS).filter(
  ([name]) => name !== values.skip && (positionals.length === 0 || positionals.includes(name)),
);
const outcomes = await Promise.all(chosen.map(([name, command]) => run(name, command)));
for (const { name, passed, seconds, output } of outcomes) {
  if (!passed) console.error(`\n${output.trimEnd()}\n`);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
}
const failed = outcomes.filter(({ passed }) => !passed).length;
console.log(`${outcomes.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
