import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PLAIN } from '../../src/config/contract.ts';
import { BUCKETS, unitBucket } from '../../src/rollout/canary-split.ts';
import { DEFAULT_UNIT, singleVersionRoute } from '../../src/rollout/route.ts';
import type { WindowPart } from '../../src/rollout/window-part.ts';
import { DataPlane } from '../../src/serving/data-plane.ts';
import { RolloutRecorder } from '../../src/serving/recorder/rollout-recorder.ts';
import { call, type Reply } from '../serving/client.ts';
import { fakeVersion } from '../serving/fake-models.ts';
import { canary } from '../serving/rolling-out.ts';
import { serve } from '../serving/serve.ts';
import { BOTH, own } from './own.ts';

/** Versions whose own code reads the body or writes the answer; that a real script does is `scripts.long.test.ts`. */

const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Reply> =>
  call(url, { method: 'POST', body, headers });

test.each(['/invocations', '/endpoints/own/invocations'])(
  'at %s a body of any type reaches the code as it is, and its answer the client',
  async (path) => {
    const { version, asked } = own(BOTH);
    const url = await serve({ versions: [version] });
    const answer = await post(`${url}${path}`, '{"a": NaN', {
      'content-type': 'application/x-npy',
      accept: 'image/png;q=0.5, */*;q=0.1',
    });
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'x/own', '{"a": NaN']);
    expect(answer.headers).toMatchObject({ 'x-model-name': 'own', 'x-model-version': '1' });
    expect(answer.headers['server-timing']).toContain('predict;dur=');
    expect(asked).toMatchObject([
      { given: { contentType: 'application/x-npy' }, accept: 'image/png;q=0.5, */*;q=0.1', attributes: null },
    ]);
    await post(`${url}${path}`, gzipSync('a'), { 'content-encoding': 'gzip', accept: '*/*' });
    expect(asked[1]).toMatchObject({
      accept: 'application/json',
      given: { contentType: 'application/json' },
    });
    expect(Buffer.from((asked[1]!.given as { bytes: Uint8Array }).bytes).toString()).toBe('a');
    const empty = await post(`${url}${path}`, '', { 'content-type': 'text/plain' });
    expect([empty.status, empty.text]).toEqual([200, '']);
  },
);

test('bytes that are no text go through unharmed, also where they are many', async () => {
  const url = await serve({ versions: [own(BOTH).version] });
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
  const response = await fetch(`${url}/invocations`, { method: 'POST', body: bytes });
  expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), bytes)).toBe(0);
});

test('what the code refuses is told in the words of the door', async () => {
  const url = await serve({ versions: [own(BOTH).version] });
  const refused = await post(`${url}/invocations`, 'x', { 'content-type': 'a/refused' });
  expect([refused.status, refused.text]).toEqual([415, expect.stringContaining('known are others')]);
  const told = await post(`${url}/endpoints/own/invocations`, 'x', { 'content-type': 'a/refused' });
  expect([told.status, told.json.OriginalStatusCode]).toEqual([424, 415]);
});

test('an end that the code leaves to others is as ever', async () => {
  const reads = await serve({ versions: [own({ input: true, output: false }).version] });
  const answer = await post(`${reads}/invocations`, 'x', { 'content-type': 'a/b', accept: 'text/csv' });
  expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
    200,
    'text/csv; charset=utf-8',
    '7\n8\n',
  ]);
  expect((await post(`${reads}/invocations`, 'x', { accept: 'image/png' })).status).toBe(406);

  const { version, asked } = own({ input: false, output: true });
  const writes = await serve({ versions: [version] });
  const csv = await post(`${writes}/invocations`, '1,2\n3,4\n', {
    'content-type': 'text/csv',
    accept: 'image/png',
    'x-amzn-sagemaker-custom-attributes': 'trace=1',
  });
  expect([csv.status, csv.text]).toEqual([200, '2 rows']);
  expect(asked).toMatchObject([{ given: { kind: 'matrix' }, accept: 'image/png', attributes: 'trace=1' }]);
  expect((await post(`${writes}/invocations`, 'x', { 'content-type': 'a/b' })).status).toBe(415);
  expect((await post(`${writes}/invocations`, '[[1]]')).status).toBe(400);
});

test('what a container of SageMaker answers to who accepts anything is what its platform says', async () => {
  const { version, asked } = own(BOTH);
  const contract = { ...PLAIN, kind: 'sagemaker' as const, defaultAccept: 'text/csv' };
  const url = await serve({ versions: [version, fakeVersion('quick')], contract });
  await post(`${url}/endpoints/own/invocations`, 'x', { accept: '*/*' });
  await post(`${url}/endpoints/own/invocations`, 'x', { accept: 'image/png' });
  expect(asked.map(({ accept }) => accept)).toEqual(['text/csv', 'image/png']);
  const answers = ['*/*', 'application/json'].map((accept) =>
    post(`${url}/endpoints/quick/invocations`, '[[1, 2]]', { accept }),
  );
  expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(['3\n', '{"predictions":[3]}']);
});

test('the other doors give rows as before', async () => {
  const { version, asked } = own(BOTH);
  const url = await serve({ versions: [version] });
  const typed = await call(`${url}/predict`, { body: { rows: [[1, 2]] } });
  const v1 = await call(`${url}/v1/models/own:predict`, { body: { instances: [[3, 4]] } });
  expect([typed.json.predictions, v1.json.predictions, asked]).toEqual([[3], [7], []]);
});

test('where only one of two versions has such code, each is asked in its own way', async () => {
  const versions = [fakeVersion('quick', 'own', 1), own(BOTH, 2).version];
  const plane = new DataPlane(versions);
  const rules = [{ header: 'x-version', values: ['2'], version: 2 }];
  plane.follow([{ ...singleVersionRoute('own', 'own', 1, 1), rules }], versions);
  const url = await serve({ plane });
  const csv = { 'content-type': 'text/csv', accept: 'text/csv' };
  expect((await post(`${url}/invocations`, '1,2\n', csv)).text).toBe('3\n');
  expect((await post(`${url}/invocations`, '1,2\n', { ...csv, 'x-version': '2' })).text).toBe('1,2\n');
  const other = { 'content-type': 'a/b' };
  expect((await post(`${url}/invocations`, 'x', other)).status).toBe(415);
  expect((await post(`${url}/invocations`, 'x', { ...other, 'x-version': '2' })).status).toBe(200);
});

test('a unit is found in a body of JSON, which stays as it is; each request is noted with its arm', async () => {
  const versions = [own(BOTH, 1, 'm').version, own(BOTH, 2, 'm').version];
  const route = canary(BUCKETS / 2, { unit: { ...DEFAULT_UNIT, field: 'user' } });
  const plane = new DataPlane();
  plane.follow([route], versions);
  const parts: WindowPart[] = [];
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const recorder = new RolloutRecorder({ worker: 'w', epoch: 1, send: (part) => parts.push(part), clock });
  const url = await serve({ plane, recorder });
  const ask = async (body: string): Promise<unknown> => {
    const { headers, text } = await post(`${url}/invocations`, body);
    expect(text).toBe(body);
    return headers['x-model-version'];
  };
  const users = Array.from({ length: 20 }, (_, user) => `{"user": "${user}", "more": 1}`);
  const answered = await Promise.all(users.map(ask));
  expect(answered).toEqual(
    users.map((_, user) => (unitBucket(String(user), route.seed) < BUCKETS / 2 ? '2' : '1')),
  );
  expect(['1', '2']).toContain(await ask('no JSON'));
  recorder.flush();
  const nameless = parts.flatMap((part) => part.nameless).reduce((sum, { count }) => sum + count, 0);
  const units = parts.flatMap((part) => [...part.units.arm].map((arm) => (arm === 0 ? '2' : '1')));
  expect([nameless, units.sort()]).toEqual([1, [...answered].sort()]);
});
