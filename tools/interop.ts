/**
 * Trains afresh with the newest scikit-learn and compares: `npm run test:interop [-- --seed N --cases N]`.
 * On CI the seed is fixed; elsewhere a new one is drawn and printed, so that a failure can be repeated.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluateFixture } from '../e2e/exactness/evaluate.ts';
import { type FixtureFile, listFixtures } from '../e2e/exactness/fixture.ts';

const CI_SEED = '20261';
const FOLDER = join(import.meta.dirname, 'interop');
const LOCK = join(FOLDER, 'requirements.txt');

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    cases: { type: 'string', default: '120' },
    keep: { type: 'boolean', default: false },
  },
});
const seed = values.seed ?? (process.env['CI'] ? CI_SEED : String(Date.now() % 1_000_000));

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
}

/** The Python of an environment that holds exactly what the lock file says; made once, kept by the lock's digest. */
function preparePython(): string {
  const digest = createHash('sha256').update(readFileSync(LOCK)).digest('hex').slice(0, 16);
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const environment = join(cache, 'plimsoll', `interop-${digest}`);
  const python = join(environment, 'bin/python');
  const mark = join(environment, 'pyvenv.lock-digest');
  if (existsSync(mark)) return python;
  console.log('Making a Python environment from tools/interop/requirements.txt (once) …');
  rmSync(environment, { recursive: true, force: true });
  run('uv', ['venv', '--quiet', '--python', '>=3.11', environment]);
  run('uv', ['pip', 'sync', '--quiet', '--require-hashes', '--python', python, LOCK]);
  run(python, ['-c', `import sklearn, lz4, pandas; open(${JSON.stringify(mark)}, 'w').write('${digest}')`]);
  return python;
}

/** What is wrong with a case, one sentence each. */
async function complaintsAbout(file: FixtureFile): Promise<string[]> {
  try {
    const { blocked, engines } = await evaluateFixture(file);
    if (engines === null) return [blocked ?? 'not a model'];
    return Object.entries(engines).flatMap(([id, { missing, tally, answered }]) =>
      [...(missing ? [missing.message] : []), ...(tally?.failures ?? []), ...answered].map(
        (text) => `${id}: ${text}`,
      ),
    );
  } catch (error) {
    return [(error as Error).message];
  }
}

const output = mkdtempSync(join(tmpdir(), 'plimsoll-interop-'));
try {
  console.log(
    `seed ${seed}: npm run test:interop -- --seed ${seed} --cases ${values.cases} draws the same models`,
  );
  run(preparePython(), [
    join(FOLDER, 'train.py'),
    '--seed',
    seed,
    '--cases',
    values.cases,
    '--output',
    output,
  ]);
  const files = listFixtures(output);
  let failed = 0;
  for (const file of files) {
    const complaints = await complaintsAbout(file);
    if (complaints.length > 0) failed++;
    for (const text of complaints.slice(0, 5)) console.error(`${file.release}/${file.name}: ${text}`);
  }
  console.log(`${files.length - failed} passed, ${failed} failed`);
  if (files.length === 0 || failed > 0) process.exitCode = 1;
  if (failed > 0 && values.keep) console.log(`Kept in ${output}`);
} finally {
  if (!(process.exitCode && values.keep)) rmSync(output, { recursive: true });
}
