/**
 * Trains afresh with the newest scikit-learn and compares: `npm run test:interop [-- --seed N --cases N]`.
 * On CI the seed is fixed; elsewhere a new one is drawn and printed, so that a failure can be repeated.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { complaintsAbout } from '../e2e/exactness/complaints.ts';
import { listFixtures } from '../e2e/exactness/fixture.ts';
import { preparePython, run } from './python-environment.ts';

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

const output = mkdtempSync(join(tmpdir(), 'plimsoll-interop-'));
try {
  console.log(
    `seed ${seed}: npm run test:interop -- --seed ${seed} --cases ${values.cases} draws the same models`,
  );
  run(preparePython('interop', LOCK, 'sklearn, lz4, pandas'), [
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
