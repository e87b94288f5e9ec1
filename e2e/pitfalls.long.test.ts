import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Pitfall, PitfallId } from '../src/advise/pitfalls/pitfall.ts';
import { openMonitoring } from '../src/store/monitoring/open.ts';
import { example, plimsoll, served } from './cli.ts';
import {
  change,
  churnRows,
  copyOf,
  DAY,
  type Installation,
  nightly,
  plantTraffic,
  soundInstallation,
} from './pitfalls-installation.ts';
import './python/shared-environments.ts';

/**
 * Each pitfall is planted into a sound installation, where `doctor` says nothing; it is found there with its evidence, the command
 * that it names is run as it stands, and then nothing is said again where what was done can be undone.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let sound: Installation;
let here: Installation;
beforeAll(async () => {
  sound = await soundInstallation();
  expect(sound.doctor().pitfalls).toEqual([]);
});
beforeEach(() => {
  here = copyOf(sound);
});

/** The only pitfall that there is. */
function only(id: PitfallId, subject: string): Pitfall {
  const { pitfalls } = here.doctor();
  expect(pitfalls.map((one) => `${one.id} ${one.subject.name}`)).toEqual([`${id} ${subject}`]);
  return pitfalls[0]!;
}

const nothingIsSaid = (): void => expect(here.doctor().pitfalls).toEqual([]);
const today = new Date().toISOString().slice(0, 10);
const OPS = ['--set', 'receivers.ops.kind=webhook', '--set', 'receivers.ops.url=http://127.0.0.1:9/'];

test('a version without reference data', () => {
  here.run('push', example('iris.joblib'), '--name', 'iris');
  here.run('monitor', 'set', 'iris', ...OPS);
  const { evidence, fix } = only('no-reference', 'iris');
  expect(evidence).toEqual([
    'iris@1 was pushed without --reference',
    '0 rows of traffic within the last day',
  ]);
  const rows = Array.from(
    { length: 200 },
    (_, k) => `${4 + (k % 30) / 10},3.${k % 10},${1 + (k % 50) / 10},0.${k % 9}`,
  );
  const reference = here.file('iris.csv', rows.join('\n'));
  here.mend(fix, { 'iris.joblib': example('iris.joblib'), 'TRAINING_ROWS.csv': reference });
  nothingIsSaid();
});

test('answers that no label ever came for', () => {
  change(here.data, 'plimsoll.db', 'delete from feedback');
  const { evidence, fix } = only('no-labels', 'churn');
  expect(evidence).toEqual([
    'no label and no business value is kept for this endpoint',
    expect.stringMatching(/^13,440 requests since \d{4}-\d\d-\d\d$/),
  ]);
  here.mend(fix, { 'LABELS.csv': join(here.home, 'labels.csv') });
  nothingIsSaid();
});

test('labels that stopped coming', () => {
  const at = Date.now() - 14 * DAY - 60_000;
  change(here.data, 'plimsoll.db', 'update feedback set at = ?, received_at = ?', at, at);
  const { what, evidence, fix } = only('no-labels', 'churn');
  expect(what).toBe('Labels for its answers stopped coming');
  expect(evidence[0]).toMatch(
    /^the last label or value came 14 d( 1 min)? ago, at \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
  here.mend(fix, { 'LABELS.csv': join(here.home, 'labels.csv') });
  nothingIsSaid();
});

test('a monitor that tells nobody', () => {
  here.run('monitor', 'set', 'churn', '--policy', here.file('monitor.yaml', '{}'));
  const { evidence, fix } = only('no-receiver', 'churn');
  expect(evidence).toEqual(['its monitor has no receiver']);
  here.mend(fix, { URL: 'http://127.0.0.1:9/' });
  nothingIsSaid();
});

/** A web hook that takes everything, and says its port. */
const HOOK = `require('node:http').createServer((_, answer) => answer.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;

test('a receiver that takes no notice, until one goes through', async () => {
  await plantDeadNotice(here.data, Date.now() - DAY);
  // Commands are waited for: it answers from a process of its own.
  const hook = spawn(process.execPath, ['-e', HOOK]);
  const [port] = await once(hook.stdout, 'data');
  const { stop } = await served(['--data', here.data]);
  try {
    const { evidence, fix } = only('no-receiver', 'churn');
    expect(evidence).toEqual([
      expect.stringMatching(/^ops took none of 1 notice, the last of .* UTC: answered 404$/),
    ]);
    here.mend(fix, { URL: `http://127.0.0.1:${String(port).trim()}/` });
    nothingIsSaid();
  } finally {
    await stop();
    hook.kill();
  }
});

test('a version that everybody got at once', () => {
  here.run('rollout', 'start', 'churn', '--to', '1', '--strategy', 'immediate', '--by', 'ana');
  const { evidence, fix, what } = only('immediate-rollout', 'churn');
  expect(what).toBe('Everybody got churn@1 at once');
  expect(evidence).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC: version 1 replaced 2 immediately, by ana \(ro_/),
  ]);
  here.mend(fix);
  nothingIsSaid();
});

test('a rollout that a person has paused and forgotten', () => {
  here.run('rollout', 'start', 'churn', '--to', '1', '--strategy', 'canary');
  here.run('rollout', 'pause', 'churn', '--by', 'ana');
  nothingIsSaid();
  const ago = 4 * DAY;
  change(here.data, 'plimsoll.db', 'update rollout_events set at = at - ?', ago);
  change(here.data, 'plimsoll.db', 'update rollouts set started_at = started_at - ?', ago);
  const { evidence, fix } = only('stuck-rollout', 'churn');
  expect(evidence[0]).toMatch(/^ro_\w+ \(canary\) holds since .* UTC, 0 % of units on version 1: /);
  expect(fix).toBe(`plimsoll --data ${here.data} rollout resume churn`);
  here.mend(fix);
  nothingIsSaid();
});

/** An object of a class of its own, as protocol 0 of pickle writes it. */
const RULES = 'cshop_rules\nDiscount\n(tR.';
const CODE =
  'class Discount:\n    def predict(self, rows):\n        return [float(row[0]) * 0.5 for row in rows]\n';
const GOLDEN = JSON.stringify({
  input: [
    [10, 1],
    [4, 2],
  ],
  expected: { predict: [5, 2] },
});

/** Files of a model that Python runs, and the words that push it. */
function rules(requirements: string): readonly string[] {
  const reference = here.file(
    'rules.csv',
    Array.from({ length: 200 }, (_, k) => `${k % 17},${k % 5}`).join('\n'),
  );
  return [
    ...['push', here.file('rules.pkl', RULES), '--name', 'rules', '--runtime', 'python', '--trust'],
    ...['--golden', here.file('golden.json', GOLDEN), '--reference', reference],
    ...['--requirements', here.file('requirements.txt', requirements)],
  ];
}

test('a pickled file whose packages nobody has pinned', () => {
  here.run(...rules('six>=1.10\n'), '--code', here.file('src/shop_rules.py', CODE));
  here.run('monitor', 'set', 'rules', ...OPS);
  const { evidence, fix } = only('unpinned-pickle', 'rules@1');
  expect(evidence).toEqual([
    expect.stringMatching(/^six>=1\.10 became 1\.\d+\.\d+$/),
    expect.stringMatching(
      new RegExp(`^1 package for Python 3\\.\\d+\\.\\d+ resolved on ${today}, lock [0-9a-f]{12}$`),
    ),
  ]);
  here.mend(`${fix} --golden GOLDEN --reference REFERENCE`, {
    ...{ 'rules.pkl': join(here.home, 'rules.pkl'), GOLDEN: join(here.home, 'golden.json') },
    REFERENCE: join(here.home, 'rules.csv'),
  });
  here.run('rollout', 'promote', 'rules');
  nothingIsSaid();
});

test('a file whose own code did not come with it', () => {
  const elsewhere = here.file('elsewhere/shop_rules.py', CODE);
  const { status } = plimsoll(...rules(''), '--data', here.data);
  expect(status).toBe(3);
  const { evidence, fix } = only('code-missing', 'rules@1');
  expect(evidence).toEqual([
    expect.stringMatching(/^rules@1 was refused at .* UTC$/),
    'the pickled class shop_rules.Discount imports shop_rules, which is neither a package of its lock nor among its code',
  ]);
  const golden = `${fix} --golden GOLDEN --reference REFERENCE --requirements PINS`;
  here.mend(golden, {
    ...{ 'rules.pkl': join(here.home, 'rules.pkl'), 'PATH/shop_rules.py': elsewhere },
    ...{ GOLDEN: join(here.home, 'golden.json'), REFERENCE: join(here.home, 'rules.csv') },
    PINS: join(here.home, 'requirements.txt'),
  });
  here.run('monitor', 'set', 'rules', ...OPS);
  nothingIsSaid();
});

test('a version that was never loaded in a clean process', () => {
  const without = `update versions set checks = (select json_group_array(json(value)) from json_each(checks)
    where json_extract(value, '$.name') <> 'warm-up') where version = 2`;
  change(here.data, 'plimsoll.db', without);
  const { evidence, fix } = only('never-proved-clean', 'churn@2');
  expect(evidence).toEqual([
    expect.stringMatching(
      /^registered at .* UTC; checks that passed: checksum, format, self-test, signature, memory$/,
    ),
    'its checks hold neither warm-up nor clean room',
  ]);
  const golden = join(import.meta.dirname, '../examples/golden/next/churn.json');
  here.mend(fix, { 'churn.joblib': example('next/churn.joblib'), 'GOLDEN.json': golden });
  nothingIsSaid();
});

test('a version whose answers were held against nothing', () => {
  const onnx = join(here.home, 'iris.onnx');
  plimsoll('compile', example('iris.joblib'), '-o', onnx);
  const reference = here.file(
    'iris.csv',
    Array.from({ length: 200 }, (_, k) => `${k % 7},3,${k % 5},1`).join('\n'),
  );
  here.run('push', onnx, '--name', 'iris', '--reference', reference);
  here.run('monitor', 'set', 'iris', ...OPS);
  const { evidence, fix } = only('never-proved-clean', 'iris@1');
  expect(evidence[0]).toMatch(/^proof: single-engine \(runs on onnx\), registered at /);
  const input = [[5.1, 3.5, 1.4, 0.2]];
  const { outputs } = JSON.parse(
    plimsoll('predict', onnx, '--input', here.file('rows.json', JSON.stringify(input)), '--json').stdout,
  );
  const golden = here.file('iris-golden.json', JSON.stringify({ input, expected: outputs }));
  here.mend(fix, { 'iris.onnx': onnx, 'GOLDEN.json': golden });
  nothingIsSaid();
});

test('an endpoint that is asked in one nightly burst', async () => {
  change(here.data, 'plimsoll.db', 'delete from traffic');
  await plantTraffic(here.data, 'churn', nightly(3000));
  const { evidence, fix } = only('burst-endpoint', 'churn');
  expect(evidence).toHaveLength(7);
  expect(evidence[0]).toMatch(
    /^\d{4}-\d\d-\d\d: 3,000 of 3,000 requests \(100 %\) between 02:00 and 04:00 UTC$/,
  );
  const rows = here.file('customers.csv', churnRows(500));
  here.mend(fix, { 'ROWS.csv': rows, 'SCORES.csv': join(here.home, 'nightly.csv'), ID: 'id' });
  expect(here.run('batch', 'status', 'churn-nightly')).toContain('done');
  // The nights that were stay what they were; once nobody asks any more, nothing is said.
  change(here.data, 'plimsoll.db', 'delete from traffic');
  nothingIsSaid();
});

test('a batch job that runs for three rows each minute', () => {
  const rows = here.file('three.csv', churnRows(3));
  const scores = join(here.home, 'three-scores.csv');
  const where = ['--model', 'churn@2', '--input', rows, '--output', scores, '--key', 'id'];
  here.run('batch', 'run', '--job', 'minutely', ...where);
  here.run('batch', 'schedule', 'minutely', '--cron', '* * * * *');
  for (let k = 1; k < 12; k++) plantRun(here.data, 'minutely', k);
  const { evidence, fix, what } = only('tiny-batches', 'minutely');
  expect(what).toBe('It is started every 1 min for 3 rows');
  expect(evidence).toEqual([
    expect.stringMatching(/^runs 1 to 12: 3 rows, .* a run \(medians of 12\)$/),
    expect.stringMatching(/^the model needs .* a row: (9\d\.\d+|100) % of a run is everything else$/),
  ]);
  here.mend(fix);
  nothingIsSaid();
});

/** The first run of a job again, so many minutes later. */
function plantRun(data: string, job: string, k: number): void {
  const database = 'jobs.sqlite';
  const columns =
    'job, cause, spec, state, attempt, not_before, holder, fence, lease_until, fingerprint, receipt, error, progress, facts, plan';
  change(
    data,
    database,
    `insert into runs (id, number, due, created_at, started_at, ended_at, ${columns})
     select id || ?, number + ?, due || ?, created_at + ?, started_at + ?, ended_at + ?, ${columns}
     from runs where job = ? and number = 1`,
    ...[`-${k}`, k, `-${k}`, k * 60_000, k * 60_000, k * 60_000, job],
  );
}

/** A notice that the receiver of the endpoint has refused for good. */
async function plantDeadNotice(data: string, createdAt: number): Promise<void> {
  const store = await openMonitoring(`sqlite:${join(data, 'monitoring.sqlite')}`);
  try {
    await store.setDelivery({
      ...{ id: 'planted', receiver: 'ops', groupKey: '{}:{endpoint="churn", model="churn"}' },
      body: { endpoint: 'churn', receiver: 'ops', alerts: [] },
      ...{
        state: 'dead',
        attempts: 3,
        notBefore: createdAt,
        error: 'answered 404',
        createdAt,
        receipt: null,
      },
    });
  } finally {
    await store.close();
  }
}
