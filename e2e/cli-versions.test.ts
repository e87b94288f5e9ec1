import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BIN, example, folder, plimsoll, ROOT, runWith, type Served, served } from './cli.ts';

const churn = example('churn.joblib');
const next = example('next/churn.joblib');

/** Runs a command that must succeed, and answers its document. */
function done(...args: readonly string[]) {
  const { status, stdout, stderr } = plimsoll(...args, '--json');
  expect([args.join(' '), status, stderr]).toEqual([args.join(' '), 0, '']);
  return JSON.parse(stdout);
}
const refused = (...args: readonly string[]) => {
  const { status, stdout } = plimsoll(...args, '--json');
  return [status, JSON.parse(stdout).error.code];
};

describe('commands on data that nobody serves', () => {
  const data = folder();

  test('a file is proved, numbered and live; the same bytes again are the version that they are', () => {
    const golden = ['--golden', example('golden/churn.json')];
    const first = done('push', churn, '--name', 'churn', ...golden, '--label', 'team=growth', '--data', data);
    expect(first).toMatchObject({ model: 'churn', version: 1, state: 'ready', labels: { team: 'growth' } });
    expect(first.checks.map(({ name }: { name: string }) => name)).toContain('golden');
    expect(done('push', churn, '--name', 'churn', '--data', data)).toMatchObject({ version: 1 });
    expect(done('endpoints', '--data', data).items).toMatchObject([
      { name: 'churn', stable: 1, rollout: null },
    ]);
  });

  test('a file that is no model is refused, with its reason kept', () => {
    const { status, stdout } = plimsoll(
      'push',
      join(ROOT, 'LICENSE'),
      '--name',
      'churn',
      '--data',
      data,
      '--json',
    );
    expect([status, JSON.parse(stdout)]).toMatchObject([3, { version: 2, state: 'refused' }]);
    expect(plimsoll('models', 'churn', '--data', data).stdout).toContain('FORMAT_UNKNOWN');
  });

  test('a rollout is started with the push, explained, paused by a person, and flipped back', () => {
    const pushed = done('push', next, '--name', 'churn', '--rollout', 'canary', '--data', data);
    expect(pushed).toMatchObject({ version: 3, rollout: { state: 'running', candidate: 3, stage: 0 } });
    const { id } = pushed.rollout;
    expect(done('rollout', 'explain', 'churn', 'user-42', '--data', data)).toMatchObject({ version: 1 });
    expect(done('rollout', 'pause', 'churn', '--data', data)).toMatchObject({ id, state: 'holding' });
    expect(plimsoll('status', 'churn', '--data', data).stdout).toMatch(/▶ shadow 100 %[\s\S]*Verdict/);
    expect(done('rollback', 'churn', '--data', data)).toMatchObject({ stable: 1, rollout: null });
    expect(done('rollout', 'status', id, '--data', data)).toMatchObject({ state: 'aborted' });
  });

  test('two versions stand side by side, with what both answer to the same rows', () => {
    const found = done('models', 'churn', '--from', '1', '--to', '3', '--data', data);
    expect(found).toMatchObject({ from: 1, to: 3, answers: { of: 'golden' } });
    expect(found.steps.map(({ change }: { change: string }) => change)).toContain('changed');
    expect(plimsoll('models', 'churn', '--from', '1', '--to', '3', '--data', data).stdout).toContain(
      'churn@3 beside churn@1',
    );
    expect(refused('models', 'churn', '--from', '1', '--data', data)).toEqual([2, 'USAGE']);
  });

  test('what does not fit is refused with its code', () => {
    const policy = join(folder(), 'policy.yaml');
    writeFileSync(policy, 'stages: [{weight: 200}]');
    const start = ['rollout', 'start', 'churn', '--to', '3', '--data', data];
    expect(refused(...start, '--policy', policy)).toEqual([2, 'POLICY_INVALID']);
    expect(refused('rollout', 'start', 'churn', '--to', '9', '--data', data)).toEqual([2, 'VERSION_UNKNOWN']);
    expect(refused('rollout', 'start', 'churn', '--to', 'two', '--data', data)).toEqual([2, 'USAGE']);
    expect(refused('status', 'nobody', '--data', data)).toEqual([2, 'ENDPOINT_NOT_FOUND']);
    expect(refused('rollout', 'status', 'ro_none', '--data', data)).toEqual([2, 'ROLLOUT_NOT_FOUND']);
    expect(refused('status', 'churn', '--watch', '--data', data)).toEqual([2, 'USAGE']);
    expect(refused('push', churn, '--name', 'churn', '--label', 'x', '--data', data)).toEqual([2, 'USAGE']);
  });

  test('apply shows what would change, changes it once, and then has nothing to do', () => {
    const file = join(folder(), 'plimsoll.yaml');
    writeFileSync(
      file,
      'port: 8080\nendpoints:\n  churn:\n    rules: [{header: x-beta, values: ["1"], version: 3}]\naliases:\n  churn: {champion: 1}\n',
    );
    const apply = (...more: string[]) => done('apply', '-f', file, '--data', data, ...more);
    expect(apply().changes.map(({ kind }: { kind: string }) => kind)).toEqual(['alias', 'route']);
    expect(done('endpoints', '--data', data).items[0].route.rules).toEqual([]);
    expect(apply('--yes')).toMatchObject({ applied: true, blocked: [] });
    expect(apply('--yes').changes).toEqual([]);
    expect(done('endpoints', '--data', data).items[0].route.rules).toHaveLength(1);
  });

  test('an audit log that was altered in the database is found out, at the entry', () => {
    const whole = done('audit', '--verify', '--data', data);
    expect(whole).toMatchObject({ intact: true, brokenAt: null });
    expect(whole.entries).toBeGreaterThan(8);
    const database = new DatabaseSync(join(data, 'plimsoll.db'));
    database.exec("update audit set by = 'nobody' where seq = 4");
    database.close();
    const { status, stdout } = plimsoll('audit', '--verify', '--data', data, '--json');
    expect([status, JSON.parse(stdout)]).toMatchObject([1, { intact: false, brokenAt: 4 }]);
  });
});

describe('commands beside a server', () => {
  const data = folder();
  let server: Served;
  beforeAll(async () => {
    server = await served([churn, '--data', data]);
  });
  afterAll(() => server.stop());

  test('the commands speak to the server that owns the data, by itself or by its URL', () => {
    expect(done('push', next, '--name', 'churn', '--data', data)).toMatchObject({
      version: 2,
      state: 'ready',
    });
    const elsewhere = ['--url', server.said.url, '--data', folder()];
    const iris = done(
      'push',
      example('iris.joblib'),
      '--name',
      'iris',
      '--note',
      'sent over HTTP',
      ...elsewhere,
    );
    expect(iris).toMatchObject({ version: 1, state: 'ready', note: 'sent over HTTP' });
    const names = done('models', '--data', data).items.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['churn', 'iris']);
    expect(refused('push', next, '--name', 'churn', '--url', 'http://127.0.0.1:1')).toEqual([
      1,
      'CONTROL_UNREACHABLE',
    ]);
  });

  test('a version that is switched on at once answers, and a rollback takes it away', async () => {
    const versionOf = async () => {
      const { input } = JSON.parse(readFileSync(example('golden/churn.json'), 'utf8'));
      const answer = await fetch(`${server.said.url}/models/churn/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ rows: input.dataframe_split.data }),
      });
      return [answer.status, answer.headers.get('x-model-version')];
    };
    const how = ['--strategy', 'immediate', '--reason', 'a rehearsal', '--by', 'ana'];
    done('rollout', 'start', 'churn', '--to', '2', ...how, '--data', data);
    await expect.poll(versionOf).toEqual([200, '2']);
    expect(done('rollback', 'churn', '--data', data)).toMatchObject({ stable: 1 });
    expect(await versionOf()).toEqual([200, '1']);
    const { items } = done('audit', '--data', data);
    expect(items.map(({ by }: { by: string }) => by)).toContain('ana');
  });

  test('labels and values come in from a file', () => {
    const file = join(folder(), 'feedback.csv');
    writeFileSync(file, 'unit,metric,value\nuser-1,revenue,12.5\nuser-2,revenue,0\n');
    expect(done('feedback', 'import', file, '--endpoint', 'churn', '--data', data)).toEqual({ accepted: 2 });
    writeFileSync(file, 'unit,metric,value\nuser-1,revenue,lots\n');
    expect(refused('feedback', 'import', file, '--endpoint', 'churn', '--data', data)[0]).not.toBe(0);
  });

  test('status --watch draws until it is told to stop, and ends well', () => {
    const script = `"${process.execPath}" "${BIN}" status churn --watch --data "${data}" & pid=$!; sleep 3; kill -INT $pid; wait $pid`;
    const { status, stdout } = runWith('bash', ['-c', script]);
    expect(stdout).toContain('churn  version 1 is stable');
    expect(status).toBe(0);
  });
});
