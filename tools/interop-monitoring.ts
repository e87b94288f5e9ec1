/**
 * Compares scores of drift, and detectors on streams, with the libraries that define them:
 * `npm run test:interop-monitoring [-- --seed N --cases N]`. On CI the seed is fixed; elsewhere a new one is drawn and
 * printed, so that a failure can be repeated.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Case, complaintsAbout } from './interop-monitoring/compare.ts';
import { preparePython, run } from './python-environment.ts';

const CI_SEED = '20262';
const FOLDER = join(import.meta.dirname, 'interop-monitoring');
const LOCK = join(FOLDER, 'requirements.txt');
const MODULES = 'evidently, nannyml, pandas, river, scipy, sklearn';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, cases: { type: 'string', default: '95' } },
});
const seed = values.seed ?? (process.env['CI'] ? CI_SEED : String(Date.now() % 1_000_000));

const output = mkdtempSync(join(tmpdir(), 'plimsoll-interop-monitoring-'));
try {
  console.log(
    `seed ${seed}: npm run test:interop-monitoring -- --seed ${seed} --cases ${values.cases} draws the same columns`,
  );
  const file = join(output, 'cases.jsonl');
  const script = join(FOLDER, 'compute.py');
  run(preparePython('interop-monitoring', LOCK, MODULES), [
    script,
    ...['--seed', seed, '--cases', values.cases, '--output', file],
  ]);
  let passed = 0;
  let failed = 0;
  for await (const line of createInterface(createReadStream(file))) {
    const found = JSON.parse(line) as Case;
    const complaints = complaintsAbout(found);
    if (complaints.length > 0) failed++;
    else passed++;
    for (const text of complaints.slice(0, 5)) console.error(`${found.name}: ${text}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (passed === 0 || failed > 0) process.exitCode = 1;
} finally {
  rmSync(output, { recursive: true });
}
