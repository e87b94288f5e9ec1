import { expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { canaryRanges, type Route, singleVersionRoute } from '../../rollout/route.ts';
import { RouterFollower } from './follow.ts';
import type { TrafficRouter, VersionWeights } from './port.ts';

const stable = singleVersionRoute('churn', 'churn', 1, 1);
const canary = (generation: number, percent: number): Route => ({
  ...stable,
  generation,
  ranges: canaryRanges(2, 1, 100 * percent),
});

/** A router that does as it is told, unless somebody else has the last word. */
function following(route: Route | null) {
  const told: Record<string, number>[] = [];
  let [weights, now, reads]: [VersionWeights, number, number] = [new Map([[1, 100]]), 0, 0];
  const state = { route, fails: null as PlimsollError | null, other: null as VersionWeights | null };
  const router: TrafficRouter = {
    id: 'kubernetes:shop/churn',
    read: async () => {
      reads++;
      if (state.fails) throw state.fails;
      return { weights, writers: state.other ? ['argo'] : [], revision: null };
    },
    write: async (wanted) => {
      told.push(Object.fromEntries(wanted));
      weights = state.other ?? wanted;
    },
  };
  const follower = new RouterFollower({
    ...{
      endpoint: 'churn',
      router,
      route: async () => state.route,
      clock: { now: () => now, monotonic: () => now },
    },
  });
  return { follower, state, told, reads: () => reads, pass: (millis: number) => (now += millis) };
}

test('each generation of the route is written once, and read back', async () => {
  const { follower, state, told } = following(canary(2, 5));
  await follower.look();
  await follower.look();
  state.route = canary(3, 25);
  await follower.look();
  state.route = { ...stable, generation: 4 };
  await follower.look();
  expect(told).toEqual([{ 1: 95, 2: 5 }, { 1: 75, 2: 25 }, { 1: 100 }]);
  const wanted = { 1: 100 };
  const view = { generation: 4, followed: 4, since: 0, wanted, found: wanted, error: null };
  expect(follower.view).toMatchObject(view);
});

test('a router that does so already is not written to, and asked again after half a minute only', async () => {
  const { follower, told, reads, pass } = following(stable);
  await follower.look();
  pass(29_999);
  await follower.look();
  expect([told, reads()]).toEqual([[], 1]);
  pass(1);
  await follower.look();
  expect(reads()).toBe(2);
});

test('weights that somebody else writes over are a conflict that names who, and are tried again later', async () => {
  const { follower, state, told, pass } = following(canary(2, 5));
  state.other = new Map([[1, 100]]);
  await follower.look();
  expect(follower.view).toMatchObject({
    followed: null,
    since: null,
    writers: ['argo'],
    error: { code: 'ROUTER_CONFLICT', message: expect.stringContaining('argo') },
  });
  await follower.look();
  expect(told).toHaveLength(1);
  state.other = null;
  pass(1000);
  await follower.look();
  expect(follower.view).toMatchObject({ followed: 2, since: 1000, error: null, found: { 1: 95, 2: 5 } });
  pass(30_000);
  await follower.look();
  expect(follower.view).toMatchObject({ followed: 2, since: 1000 });
});

test('a router that is away is asked less and less often, and news is tried at once', async () => {
  const { follower, state, reads, pass } = following(canary(2, 5));
  state.fails = new PlimsollError('ROUTER_UNREACHABLE', { router: 'r', reason: 'nobody listens there' });
  const asked: number[] = [];
  for (let second = 0; second < 200; second++) {
    const before = reads();
    await follower.look();
    if (reads() > before) asked.push(second);
    pass(1000);
  }
  expect(asked).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  expect(follower.view).toMatchObject({
    generation: 2,
    followed: null,
    error: { code: 'ROUTER_UNREACHABLE' },
  });
  state.fails = null;
  state.route = canary(3, 25);
  await follower.look();
  expect(follower.view).toMatchObject({ followed: 3, error: null });
});

test('without an endpoint nothing is asked', async () => {
  const { follower, reads } = following(null);
  await follower.look();
  expect([reads(), follower.view]).toEqual([0, null]);
});
