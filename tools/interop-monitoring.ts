/**
 * Compares scores of drift, and detectors on streams, with the libraries that define them:
 * `npm run test:interop-monitoring [-- --seed N --cases N]`. On CI the seed is fixed; elsewhere a new one is drawn and
 * printed, so that a failure can be repeated.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Case, complaintsAbout, excludedFrom } from './interop-monitoring/compare.ts';
import { prepareVega } from './interop-monitoring/vega.ts';
import { preparePython, startPython } from './python-environment.ts';

const CI_SEED = '20262';
const FOLDER = join(import.meta.dirname, 'interop-monitoring');
const LOCK = join(FOLDER, 'requirements.txt');
/** Processes that compute at once. */
const PARTS = 2;
const MODULES = 'evidently, nannyml, pandas, river, scipy, sklearn';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, cases: { type: 'string', default: '80' } },
});
const seed = values.seed ?? (process.env['CI'] ? CI_SEED : String(Date.now() % 1_000_000));

/** Cases of a part of all, as the libraries compute them. */
async function* casesOf(python: string, part: number): AsyncIterable<Case> {
  const script = join(FOLDER, 'compute.py');
  const args = [script, '--seed', seed, '--cases', values.cases, '--part', `${part}/${PARTS}`];
  const child = startPython(python, args);
  for await (const line of createInterface(child.stdout)) yield JSON.parse(line) as Case;
  await child.ended;
}

const tally = { passed: 0, failed: 0, excluded: new Map<string, number>() };

async function comparePart(python: string, part: number): Promise<void> {
  for await (const found of casesOf(python, part)) {
    const complaints = complaintsAbout(found);
    if (complaints.length > 0) tally.failed++;
    else tally.passed++;
    for (const text of complaints.slice(0, 5)) console.error(`${found.name}: ${text}`);
    for (const why of excludedFrom(found)) tally.excluded.set(why, (tally.excluded.get(why) ?? 0) + 1);
  }
}

console.log(
  `seed ${seed}: npm run test:interop-monitoring -- --seed ${seed} --cases ${values.cases} draws the same columns`,
);
prepareVega();
const python = preparePython('interop-monitoring', LOCK, MODULES);
await Promise.all(Array.from({ length: PARTS }, (_, part) => comparePart(python, part)));
for (const [why, count] of tally.excluded) console.log(`not compared, ${count} times: ${why}`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
if (tally.passed === 0 || tally.failed > 0) process.exitCode = 1;
