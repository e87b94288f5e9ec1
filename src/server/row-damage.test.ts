import { cpSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { NO_FLEET } from '../control/fleet/fleet.ts';
import { LocalKeys } from '../control/keys/local.ts';
import { elementAt } from '../core/element-at.ts';
import { openStore } from '../store/open.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import type { RegistrationProgress } from './registration.ts';
import { dataFolder, startPlane } from './testing/control-planes.ts';

// Files are proved in processes of their own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const EXAMPLES = join(import.meta.dirname, '../../examples');
const ROLLOUTS = join(import.meta.dirname, '../../fixtures/rollouts');
const FILES = [
  { name: 'flowers', path: join(EXAMPLES, 'iris.joblib'), found: false },
  { name: 'churn', path: join(ROLLOUTS, 'stable.joblib'), found: false },
];
const CANDIDATE = [{ name: 'churn', path: join(ROLLOUTS, 'good.joblib'), found: false }];

/** A data folder that serves two models, one of them in a rollout. */
let whole = '';
beforeAll(async () => {
  whole = dataFolder();
  await (await startPlane(whole, { files: FILES })).close();
  await (await startPlane(whole, { files: CANDIDATE })).close();
});
const folders: string[] = [];
afterAll(async () => {
  const { rm } = await import('node:fs/promises');
  for (const folder of [whole, ...folders]) await rm(folder, { recursive: true, force: true });
});

/** A copy of it in which `sql` has damaged a row. */
function damagedBy(sql: string): string {
  const data = dataFolder();
  folders.push(data);
  cpSync(whole, data, { recursive: true });
  const database = new DatabaseSync(join(data, 'plimsoll.db'));
  expect(database.prepare(sql).run().changes).toBe(1);
  database.close();
  return data;
}

/** Starts over a data folder, and tells what is published, printed and logged. */
async function startOver(data: string, files = [...FILES, ...CANDIDATE]) {
  const published: string[][] = [];
  const routed: string[][] = [];
  const notes: string[] = [];
  const errors: unknown[] = [];
  const plane = await startPlane(data, {
    files,
    fleet: {
      ...NO_FLEET,
      publish: async ({ versions, routes }) => {
        published.push(versions.map(({ model, version }) => `${model}@${version}`).toSorted());
        routed.push(routes.map(({ endpoint }) => endpoint).toSorted());
      },
    },
    onProgress: (progress: RegistrationProgress) => progress.kind === 'note' && notes.push(progress.text),
    logger: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => errors.push(fields),
    },
  });
  const said = JSON.stringify(
    errors.map((fields) => ({ ...Object(fields), err: String(Object(fields).err) })),
  );
  return {
    plane,
    notes,
    said,
    versions: elementAt(published, published.length - 1),
    routes: elementAt(routed, routed.length - 1),
  };
}

const FIX = 'put that row right in the database';

test.each([
  ['checks', `'{"name":"load"}'`],
  ['checks', `'[{"name":1}]'`],
  ['labels', `'not JSON'`],
  ['created_at', '9223372036854775807'],
  ['created_at', '9007199254740991'],
  ['digest', `'nonsense'`],
  ['state', `'odd'`],
])('a version whose %s are %s is left out, and said; every other model is served', async (column, value) => {
  const data = damagedBy(`update versions set ${column} = ${value} where model = 'flowers'`);
  const { plane, notes, said, versions, routes } = await startOver(data);
  expect(plane.models.map(({ endpoint }) => endpoint)).toEqual(['churn']);
  expect(versions).toEqual(['churn@1', 'churn@2']);
  expect(routes).toEqual(['churn']);
  expect(notes.join('\n')).toMatch(/Left out .*STORE_ROW_INVALID: .*"flowers", version 1 /);
  for (const part of ['STORE_ROW_INVALID', 'flowers', FIX]) expect(said).toContain(part);
});

test('a version that is damaged while another answers takes only itself away', async () => {
  const data = damagedBy(`update versions set checks = '{}' where model = 'churn' and version = 2`);
  const { plane, versions, routes } = await startOver(data);
  expect(plane.models.map(({ endpoint }) => endpoint).toSorted()).toEqual(['churn', 'flowers']);
  expect(versions).toEqual(['churn@1', 'flowers@1']);
  expect(routes).toEqual(['churn', 'flowers']);
});

test('where nothing else is there to serve, the start ends with the row and the way on', async () => {
  const data = dataFolder();
  folders.push(data);
  await (await startPlane(data, { files: FILES.slice(0, 1) })).close();
  const database = new DatabaseSync(join(data, 'plimsoll.db'));
  database.exec(`update versions set checks = '{}'`);
  database.close();
  await expect(startOver(data, FILES.slice(0, 1))).rejects.toMatchObject({ code: 'STORE_ROW_INVALID' });
});

test('a version whose bundle is gone is left out, and said; every other model is served', async () => {
  const data = damagedBy(`update versions set digest = '${'0'.repeat(64)}' where model = 'flowers'`);
  const { plane, notes } = await startOver(data, []);
  expect(plane.models.map(({ endpoint }) => endpoint)).toEqual(['churn']);
  expect(notes.join()).toContain('Left out the endpoint "flowers": BUNDLE_GONE');
});

test.each([
  ['endpoints', `route = '[]' where name = 'churn'`, ['flowers']],
  ['endpoints', `created_at = 9223372036854775807 where name = 'churn'`, ['flowers']],
  ['rollouts', `policy = 'not JSON'`, ['churn', 'flowers']],
  ['rollouts', `strategy = 'sudden'`, ['churn', 'flowers']],
  ['rollout_events', `body = '{' where seq = 0`, ['churn', 'flowers']],
])('a damaged row of %s (%s) leaves the rest served: %s', async (table, change, served) => {
  const { plane, said, routes } = await startOver(damagedBy(`update ${table} set ${change}`));
  expect(plane.models.map(({ endpoint }) => endpoint).toSorted()).toEqual(served);
  expect(routes).toEqual(served);
  expect(said).toContain(`the table ${table} of the store`);
});

test('a damaged key lets nobody in; the other keys do', async () => {
  const data = dataFolder();
  folders.push(data);
  cpSync(whole, data, { recursive: true });
  const path = join(data, 'plimsoll.db');
  const open = () => openStore(`sqlite:${path}`);
  const before = await open();
  const asked = { scope: 'predict', endpoints: [], lifeMillis: null } as const;
  const keys = new LocalKeys({ store: before, clock: SYSTEM_CLOCK });
  for (const name of ['broken', 'sound']) await keys.create({ ...asked, name }, { by: 'ann' });
  await before.close();
  const database = new DatabaseSync(path);
  database.exec(`update api_keys set endpoints = '{}' where name = 'broken'`);
  database.close();
  const { said } = await startOver(data);
  expect(said).toContain('the table api_keys of the store');
  const after = await open();
  const known = await new LocalKeys({ store: after, clock: SYSTEM_CLOCK }).known();
  expect(known.map(({ name }) => name)).toEqual(['sound']);
  await after.close();
});

test('a list of versions shows one whose row is damaged as refused, with the row and the way on', async () => {
  const data = damagedBy(`update versions set labels = '[' where model = 'churn' and version = 2`);
  await startOver(data, []);
  const versions = await ask(data, '/api/v1/models/churn/versions');
  expect(versions.items).toMatchObject([
    { version: 2, state: 'refused', checks: [{ name: 'store', ok: false }] },
    { version: 1, state: 'ready' },
  ]);
  expect(JSON.stringify(versions)).toContain(FIX);
  expect((await ask(data, '/api/v1/models')).items).toHaveLength(2);
  expect((await ask(data, '/api/v1/endpoints')).items).toHaveLength(2);
});

/** What the control API answers on the socket of a data folder. */
const ask = (data: string, path: string): Promise<{ readonly items: readonly unknown[] }> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: join(data, 'control.sock'), path, headers: { host: 'localhost' } });
    asked.on('response', (answer) => json(answer).then((value) => resolve(value as never), reject));
    asked.on('error', reject).end();
  });
