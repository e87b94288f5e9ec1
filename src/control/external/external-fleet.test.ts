import { expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { recordingOf } from '../../rollout/collect/testing/parts.ts';
import { canaryRanges, type Route, singleVersionRoute } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { NO_FLEET } from '../fleet/fleet.ts';
import { ManualClock, WORLD_START } from '../rollouts/testing/world.ts';
import type { CounterSample } from './counter-deltas.ts';
import { ExternalFleet } from './external-fleet.ts';

const recording = recordingOf({ origin: WORLD_START, window: 10_000, slow: [], shifted: [] });
const route = (endpoint: string): Route => ({
  ...singleVersionRoute(endpoint, endpoint, 1, 2),
  ranges: canaryRanges(2, 1, 500),
  recording: { ...recording, rollout: `ro_${endpoint}` },
});

/** A fleet with one source, whose counters are what the test says of a moment. */
function outside() {
  const clock = new ManualClock();
  const asked: number[] = [];
  const state = {
    since: WORLD_START as number | null,
    fails: false,
    ok: (at: number) => (at - WORLD_START) / 100,
    isSeen: (_series: string, _at: number) => true,
    more: [] as readonly string[],
  };
  let look = async (): Promise<void> => undefined;
  const fleet = new ExternalFleet({
    fleet: NO_FLEET,
    sources: new Map([
      [
        'churn',
        {
          id: 'prometheus:test',
          counters: async (_, at): Promise<readonly CounterSample[]> => {
            asked.push(at - WORLD_START);
            if (state.fails) throw new PlimsollError('EVIDENCE_UNREACHABLE', { source: 'p', reason: 'away' });
            return ['a', ...state.more]
              .filter((series) => state.isSeen(series, at - WORLD_START))
              .map((series) => ({ series, version: 2, kind: { outcome: 'ok' }, value: state.ok(at) }));
          },
          seriesUntil: async (_, at) =>
            new Set(
              ['a', ...state.more].filter((one) =>
                [0, 10_000, 20_000, 30_000].some(
                  (time) => time <= at - WORLD_START && state.isSeen(one, time),
                ),
              ),
            ),
        },
      ],
    ]),
    followedSince: () => state.since,
    ...{ worker: 'outside', epoch: 1, clock },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    every: (_, work) => {
      look = work;
      return async () => undefined;
    },
  });
  const parts: WindowPart[] = [];
  fleet.onPart((part) => parts.push(part));
  const pass = async (millis: number): Promise<void> => {
    clock.pass(millis);
    await look();
  };
  return {
    fleet,
    state,
    asked,
    pass,
    sent: () =>
      parts
        .splice(0)
        .map(({ rollout, window, nameless }) => [
          rollout,
          window,
          nameless.reduce((sum, { count }) => sum + count, 0),
        ]),
  };
}

test('what was counted from the beginning of a window to its end is its part, sent once, a moment after it', async () => {
  const { fleet, asked, pass, sent } = outside();
  await fleet.publish({ sequence: 1, versions: [], routes: [route('churn')] });
  await pass(20_900);
  expect(sent()).toEqual([]);
  await pass(100);
  await pass(250);
  expect([sent(), asked]).toEqual([[['ro_churn', 1, 100]], [10_000, 20_000]]);
  await pass(10_000);
  expect(sent()).toEqual([['ro_churn', 2, 100]]);
  expect(asked).toEqual([10_000, 20_000, 30_000]);
});

test('a window in which requests did not go as its route says has no part', async () => {
  const { fleet, state, pass, sent } = outside();
  await fleet.publish({ sequence: 1, versions: [], routes: [route('churn')] });
  state.since = null;
  await pass(11_000);
  state.since = WORLD_START + 18_000;
  await pass(10_000);
  await pass(10_000);
  expect(sent()).toEqual([]);
  await pass(10_000);
  expect(sent()).toEqual([['ro_churn', 3, 100]]);
});

test('where counters cannot be asked, or have begun again, the part is missing; the next one is there', async () => {
  const { fleet, state, pass, sent } = outside();
  await fleet.publish({ sequence: 1, versions: [], routes: [route('churn')] });
  state.fails = true;
  await pass(21_000);
  state.fails = false;
  state.ok = (at) => (at >= WORLD_START + 30_000 ? 0 : 100);
  await pass(10_000);
  expect(sent()).toEqual([]);
  state.ok = (at) => (at - WORLD_START) / 1000;
  await pass(10_000);
  expect(sent()).toEqual([['ro_churn', 3, 10]]);
});

test('a server that was out of sight for a window has counted on: what it has in all is not what it has since', async () => {
  const { fleet, state, pass, sent } = outside();
  state.more = ['b', 'c'];
  // `b` is not scraped at the end of the first window, `c` begins in the third.
  state.isSeen = (series, at) => (series === 'b' ? at !== 10_000 : series === 'c' ? at >= 30_000 : true);
  await fleet.publish({ sequence: 1, versions: [], routes: [route('churn')] });
  await pass(11_000);
  await pass(10_000);
  expect(sent()).toEqual([]);
  await pass(10_000);
  expect(sent()).toEqual([['ro_churn', 2, 100 + 100 + 300]]);
});

test('where nothing was in sight when a window began, nothing is known of it', async () => {
  const { fleet, state, pass, sent } = outside();
  state.isSeen = (_, at) => at >= 20_000;
  await fleet.publish({ sequence: 1, versions: [], routes: [route('churn')] });
  await pass(21_000);
  expect(sent()).toEqual([]);
  await pass(10_000);
  expect(sent()).toEqual([['ro_churn', 2, 100]]);
});

test('of endpoints that nobody counts outside, empty parts are sent: their windows need not wait', async () => {
  const { fleet, asked, pass, sent } = outside();
  await fleet.publish({ sequence: 1, versions: [], routes: [route('price')] });
  await pass(11_000);
  expect([sent(), asked]).toEqual([[['ro_price', 0, 0]], []]);
});

test('it is one more member of the fleet, and forgets recordings that are over', async () => {
  const { fleet, pass, sent } = outside();
  const joined: string[] = [];
  fleet.onChange(({ worker, kind }) => joined.push(`${worker} ${kind}`));
  expect(joined).toEqual(['outside joined']);
  await fleet.publish({ sequence: 1, versions: [], routes: [route('churn')] });
  await fleet.publish({ sequence: 2, versions: [], routes: [singleVersionRoute('churn', 'churn', 1, 3)] });
  await pass(30_000);
  expect(sent()).toEqual([]);
});
