import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import type { PolicyReplayView, ReplayState } from '../../monitor/kept/view-schemas.ts';
import type { ReplayFollowing } from '../../monitor/port.ts';
import { RemoteMonitoring } from '../../monitor/remote.ts';
import { followReplay } from './replays.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const NOTHING = { fired: 0, episodes: [], notices: [], falseAlarms: 0 };
const REPLAYED: PolicyReplayView = {
  ...{ from: 0, to: 0, rows: 0, skipped: 0, isWhole: true, notes: [] },
  ...{ present: NOTHING, changed: NOTHING },
};

test('a replay is answered as a whole, as events, and to a remote alike; a policy that is none is refused', async () => {
  const remote = new RemoteMonitoring({ url: api.url });
  expect(await remote.replay('churn', { policy: { drift: { ignore: ['age'] } }, days: 3 })).toEqual(REPLAYED);
  const refused = await api.ask('POST', '/endpoints/churn/monitor/replays', {
    body: JSON.stringify({ policy: { drift: { ignored: [] } } }),
  });
  expect([refused.status, refused.json.error?.code]).toEqual([422, 'REQUEST_INVALID']);
  const response = await fetch(`${api.url}/api/v1/endpoints/churn/monitor/replays`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: '{"policy":{}}',
  });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('"done"')) break;
  }
  const states = text
    .split('\n\n')
    .filter(Boolean)
    .map((event) => JSON.parse(event.slice(6)) as ReplayState);
  expect(states[0]).toMatchObject({ state: 'running', share: 0, result: null });
  expect(states.at(-1)).toEqual({ state: 'done', share: 1, rows: 0, result: REPLAYED, error: null });
});

test('a feature that no reference has is told by its name', async () => {
  const { status, json } = await api.ask('GET', '/endpoints/churn/drift/history?feature=size&side=input');
  expect([status, json.error?.code]).toEqual([404, 'FEATURE_UNWATCHED']);
  expect((await api.ask('GET', '/endpoints/churn/drift/history?feature=age&side=left')).status).toBe(422);
});

test('a part of the features that drift can be asked for', async () => {
  const { status, json } = await api.ask('GET', '/endpoints/churn/drift?search=a&limit=50&cursor=50');
  expect([status, json]).toEqual([
    200,
    expect.objectContaining({ features: [], matching: 0, drifting: 0, next: null }),
  ]);
  expect((await api.ask('GET', '/endpoints/churn/drift?cursor=none')).status).toBe(422);
});

test('who leaves ends the replay, and what stood in its way is told with its code', async () => {
  const told: ReplayState[] = [];
  const given: ReplayFollowing[] = [];
  const never = new Promise<PolicyReplayView>(() => undefined);
  const leave = followReplay(
    (following) => {
      given.push(following);
      return never;
    },
    (state) => told.push(state),
  );
  given[0]!.onProgress({ share: 0.5, rows: 10 });
  leave();
  expect(given[0]!.signal.aborted).toBe(true);
  expect(told.map(({ state }) => state)).toEqual(['running']);
  const failing: ReplayState[] = [];
  const refused = Promise.reject(new PlimsollError('KEPT_TIMEOUT', { endpoint: 'churn', reason: 'why' }));
  const end = followReplay(
    () => refused,
    (state) => failing.push(state),
  );
  await expect.poll(() => failing.at(-1)?.error?.code).toBe('KEPT_TIMEOUT');
  end();
});
