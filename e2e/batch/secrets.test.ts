/** A password goes where it has to, and nowhere else: not into what is stored, printed or written beside the rows. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  runPostgresStatement,
  startPostgres,
} from '../../src/store/testing/postgres.ts';
import { BIN, example, folder, runWith } from '../cli.ts';

const CANARY = 'c4n4ry';
const LIMIT = 120_000;
let data: string;
let input: string;

beforeEach(() => {
  data = folder();
  input = join(data, 'in.csv');
  writeFileSync(
    input,
    'id,sepal_length,sepal_width,petal_length,petal_width\n1,5.1,3.5,1.4,0.2\n2,6,3,5,2\n',
  );
  return () => rmSync(data, { recursive: true, force: true });
});

const batch = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runWith(process.execPath, [BIN, 'batch', ...args, '--data', data], { ...process.env, ...env });
const run = (output: string, env: NodeJS.ProcessEnv = {}) => {
  const model = example('iris.joblib');
  return batch(
    ['run', '--model', model, '--input', input, '--output', output, '--key', 'id', '--job', 'j', '--json'],
    env,
  );
};

/** Files below the data folder in which the canary stands. */
const found = (): readonly string[] =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').includes(CANARY))
    .map((path) => relative(data, path));

describe.skipIf(postgresBinaries() === null)('the password of a sink', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  test('is in its own file alone once rows were written with it', { timeout: LIMIT }, async () => {
    const database = await server.database();
    const ran = run(`${database.replace('postgres@', `postgres:${CANARY}@`)}?table=scores`);
    expect([ran.stderr, ran.status]).toEqual([expect.not.stringContaining(CANARY), 0]);
    expect(await runPostgresStatement(database, 'select id from scores order by id')).toHaveLength(2);
    expect(found()).toEqual(['keys/jobs/j.json']);
    expect(statSync(join(data, 'keys/jobs/j.json')).mode & 0o777).toBe(0o600);
    const said = [
      ['receipt', 'j', '--json'],
      ['receipt', 'j', '--signed'],
      ['status', 'j', '--json'],
    ].map((args) => batch(args));
    for (const { stdout, stderr } of [ran, ...said]) expect(stdout + stderr).not.toContain(CANARY);
    const kept = await runPostgresStatement(
      database,
      'select account from plimsoll_batch.chunks union all select target from plimsoll_batch.runs',
    );
    expect(JSON.stringify(kept)).not.toContain(CANARY);
  });

  test('is nowhere at all where it is a variable of the environment', { timeout: LIMIT }, async () => {
    const database = await server.database();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the environment.
    const output = `${database.replace('postgres@', 'postgres:${SHOP_PASSWORD}@')}?table=scores`;
    const ran = run(output, { SHOP_PASSWORD: CANARY });
    expect([ran.stderr, ran.status]).toEqual([expect.not.stringContaining(CANARY), 0]);
    expect(found()).toEqual([]);
    const missing = run(output.replace('scores', 'others').replace('SHOP', 'NO'));
    expect(missing.stdout + missing.stderr).toContain('NO_PASSWORD');
  });
});

test('the password of a sink that cannot be reached is not told', { timeout: LIMIT }, () => {
  const { stdout, stderr, status } = run(`postgres://ann:${CANARY}@127.0.0.1:1/db?table=t`);
  expect(stdout + stderr).toContain('SINK_UNAVAILABLE');
  expect(stdout + stderr).not.toContain(CANARY);
  expect(status).not.toBe(0);
  expect(found()).toEqual(['keys/jobs/j.json']);
});

test('a variable in a path is in no ledger, log, receipt or error, and a run goes on with it all the same', {
  timeout: LIMIT,
}, () => {
  const folderOf = join(data, CANARY);
  mkdirSync(folderOf);
  renameSync(input, join(folderOf, 'in.csv'));
  input = `${data}/\${TENANT}/in.csv`;
  const output = join(data, 'out.csv');
  const env = { TENANT: CANARY };
  const done = run(output, env);
  expect([done.stderr, done.status]).toEqual([expect.not.stringContaining(CANARY), 0]);
  expect(readFileSync(output, 'utf8').trim().split('\n')).toHaveLength(3);
  // The same again finds that it is done, by what is kept.
  expect(run(output, env).status).toBe(0);
  rmSync(join(folderOf, 'in.csv'));
  const model = example('iris.joblib');
  const flags = ['--model', model, '--input', input, '--output', output, '--key', 'id', '--job', 'gone'];
  const gone = batch(['run', ...flags, '--json'], env);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the environment.
  expect(gone.stdout).toContain('/${TENANT}/in.csv');
  const said = [
    ['receipt', 'j', '--json'],
    ['status', '--json'],
  ].map((args) => batch(args, env));
  for (const { stdout, stderr } of [done, gone, ...said]) expect(stdout + stderr).not.toContain(CANARY);
  expect(found().filter((path) => path.startsWith('jobs'))).toEqual([]);
});
