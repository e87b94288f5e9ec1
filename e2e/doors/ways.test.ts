import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CONVERTER } from '../../src/registry/bundle.ts';
import type { LoadedVersion } from '../../src/registry/version.ts';
import { unitBucket } from '../../src/rollout/canary-split.ts';
import { DEFAULT_UNIT } from '../../src/rollout/route.ts';
import { npyOfTensor } from '../../src/serving/rows/write-npy.ts';
import { type Call, call } from '../serving/client.ts';
import { fakeVersion } from '../serving/fake-models.ts';
import { canary, serving } from '../serving/rolling-out.ts';
import { metric, serve } from '../serving/serve.ts';

/** A request of two rows at each door, whose sums are 3 and 7. */
const v2 = (more: object = {}): object => ({
  ...more,
  inputs: [
    { name: 'age', shape: [2, 1], datatype: 'INT32', data: [1, 3] },
    { name: 'fare', shape: [2, 1], datatype: 'FP64', data: [2, 4] },
  ],
});
const instances = [
  [1, 2],
  [3, 4],
];
const CASES: readonly (readonly [string, (name: string) => string, Call, string])[] = [
  [
    '/invocations',
    (m) => `/endpoints/${m}/invocations`,
    {
      body: {
        dataframe_split: {
          columns: ['fare', 'age'],
          data: [
            [2, 1],
            [4, 3],
          ],
        },
      },
    },
    '{"predictions":[3,7]}',
  ],
  [
    'CSV',
    (m) => `/endpoints/${m}/invocations`,
    { body: 'age,fare\n1,2\n3,4\n', headers: { 'content-type': 'text/csv', accept: 'text/csv' } },
    '3\n7\n',
  ],
  [
    'JSON Lines',
    (m) => `/endpoints/${m}/invocations`,
    {
      body: '[1,2]\n[3,4]',
      headers: { 'content-type': 'application/jsonlines', accept: 'application/jsonlines' },
    },
    '3\n7\n',
  ],
  [
    'Vertex',
    (m) => `/v1/projects/p/locations/l/endpoints/${m}:predict`,
    { body: { instances } },
    '{"predictions":[3,7],"deployedModelId":"1","modelDisplayName":"M","modelVersionId":"1"}',
  ],
  ['V1 rows', (m) => `/v1/models/${m}:predict`, { body: { instances } }, '{"predictions":[3,7]}'],
  [
    'V1 columns',
    (m) => `/v1/models/${m}:predict`,
    { body: { inputs: { age: [1, 3], fare: [2, 4] } } },
    '{"outputs":[3,7]}',
  ],
  [
    'V2',
    (m) => `/v2/models/${m}/infer`,
    { body: v2({ id: 'mine', outputs: [{ name: 'predict' }] }) },
    '{"model_name":"M","model_version":"1","id":"mine","outputs":[{"name":"predict","datatype":"FP64","shape":[2],"data":[3,7]}]}',
  ],
  [
    'a .npy file',
    (m) => `/v1/models/${m}:predict`,
    {
      body: npyOfTensor({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }),
      headers: { 'content-type': 'application/x-npy' },
    },
    '{"predictions":[3,7]}',
  ],
];

const bundle = mkdtempSync(join(tmpdir(), 'plimsoll-doors-'));
afterAll(() => rmSync(bundle, { recursive: true }));

/** A version whose engine is elsewhere, as Python's is: threads read its rows and nothing more. */
function versionElsewhere(): LoadedVersion {
  const version = fakeVersion('quick', 'elsewhere');
  const manifest = {
    ...version.manifest,
    converter: CONVERTER,
    rowMicros: 200_000,
    python: {},
  } as unknown as LoadedVersion['manifest'];
  writeFileSync(join(bundle, 'plimsoll.json'), JSON.stringify(manifest));
  const { infer } = version.engine;
  return {
    ...version,
    bundle,
    manifest,
    engine: { ...version.engine, infer: async (batch) => infer(batch) },
  };
}

test.each(CASES)(
  '%s answers the same inline, from a thread, and where the engine is elsewhere',
  async (_, path, request, wanted) => {
    const url = await serve({ versions: [fakeVersion('quick'), fakeVersion('slow'), versionElsewhere()] });
    for (const model of ['quick', 'slow', 'elsewhere']) {
      const { status, text } = await call(`${url}${path(model)}`, request);
      expect([model, status, text]).toEqual([model, 200, wanted.replace('"M"', `"${model}"`)]);
    }
  },
);

/** More than 64 KiB, so that a thread reads it whatever the model costs. */
const PADDING = ' '.repeat(70_000);

test.each(CASES)(
  '%s answers the same to a body that is too large to be read inline',
  async (_, path, request, wanted) => {
    const { body } = request;
    const isWhole = typeof body === 'string' || body instanceof Uint8Array;
    const text = isWhole ? body : `${PADDING}${JSON.stringify(body)}`;
    const url = await serve({ versions: [fakeVersion('quick'), versionElsewhere()] });
    for (const model of ['quick', 'elsewhere']) {
      const reply = await call(`${url}${path(model)}`, { ...request, body: text });
      expect([reply.status, reply.text]).toEqual([200, wanted.replace('"M"', `"${model}"`)]);
    }
  },
);

test('refusals are the same from a thread', async () => {
  const url = await serve({ versions: [fakeVersion('quick'), fakeVersion('slow', 'quick', 2)] });
  const ask = async (version: number) => {
    const body = { inputs: [{ name: 'age', shape: [1], datatype: 'FP64', data: [1] }] };
    const { status, json } = await call(`${url}/v2/models/quick/versions/${version}/infer`, { body });
    return [status, json];
  };
  expect(await ask(2)).toEqual(await ask(1));
});

test('requests of every door are copied to a candidate in the shadow, and compared', async () => {
  const { url, noted } = await serving(canary(0, { shadow: { version: 2, percent: 100 } }));
  for (const [, path, request] of CASES) expect((await call(`${url}${path('m')}`, request)).status).toBe(200);
  const copies = /^plimsoll_shadow_total\{model_name="m",outcome="mirrored"\} (\d+)/m;
  await expect.poll(() => metric(url, copies), { timeout: 20_000 }).toBe(CASES.length);
  const pairs = Object.entries(noted()).filter(([key]) => key.startsWith('pair'));
  // Both answered 3 to the first row of each: nothing failed, nothing is above the limit of 5.
  expect(pairs).toEqual([['pair 0', CASES.length]]);
});

test('the unit in a body of any door decides the version', async () => {
  const { url } = await serving(canary(5000, { unit: { ...DEFAULT_UNIT, field: 'user' } }));
  const bodies: readonly [string, object][] = [
    ['/endpoints/m/invocations', { instances }],
    ['/v1/models/m:predict', { instances }],
    ['/v1/projects/p/locations/l/endpoints/m:predict', { instances }],
    ['/v2/models/m/infer', v2()],
  ];
  for (const user of ['unit-1', 'unit-2', 'unit-3', 'unit-4', 'unit-5']) {
    for (const [path, body] of bodies) {
      const { status, headers } = await call(`${url}${path}`, { body: { user, ...body } });
      const wanted = unitBucket(user, 99) < 5000 ? '2' : '1';
      expect([path, status, headers['x-model-version']]).toEqual([path, 200, wanted]);
    }
  }
});
