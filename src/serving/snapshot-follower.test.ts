import { expect, test } from 'vitest';
import type { LoadedVersion } from '../registry/version.ts';
import { canaryRanges, type NamedBundle, type PlaneSnapshot, singleVersionRoute } from '../rollout/route.ts';
import { DataPlane } from './data-plane.ts';
import { SnapshotFollower } from './snapshot-follower.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const bundle = (version: number): NamedBundle => ({ bundle: `b${version}`, model: 'm', version });

/** A snapshot that rests on the first of its versions, or leads to the second as well. */
const snapshot = (sequence: number, ...versions: number[]): PlaneSnapshot => {
  const [stable, candidate = stable] = versions as [number, number?];
  const route = {
    ...singleVersionRoute('m', 'm', stable, sequence),
    ranges: canaryRanges(candidate, stable, 500),
  };
  return { sequence, versions: versions.map(bundle), routes: [route] };
};

/** A follower whose loads settle when the test says so. */
function following(settlesAtOnce = true) {
  const plane = new DataPlane();
  const [loads, closed]: [string[], number[]] = [[], []];
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const load = async (from: string, model: string, version: number): Promise<LoadedVersion> => {
    loads.push(from);
    if (!settlesAtOnce) {
      const gate = Promise.withResolvers<void>();
      waiting.set(from, gate);
      await gate.promise;
    }
    const engine = { close: () => closed.push(version) };
    return { bundle: from, model, version, engine } as unknown as LoadedVersion;
  };
  const follower = new SnapshotFollower({ plane, load, logger });
  const settle = async (from: string, error?: Error): Promise<void> => {
    await expect.poll(() => waiting.has(from), { interval: 1 }).toBe(true);
    if (error) waiting.get(from)!.reject(error);
    else waiting.get(from)!.resolve();
    waiting.delete(from);
  };
  return { plane, follower, loads, closed, settle, generation: () => plane.endpoint('m').route.generation };
}

test('missing versions are loaded once, then everything is replaced; what is needed no more is closed', async () => {
  const { plane, follower, loads, closed } = following();
  await follower.follow(snapshot(1, 1));
  const [one] = plane.versions;
  await follower.follow(snapshot(2, 1, 2));
  expect(plane.versions[0]).toBe(one);
  expect(loads).toEqual(['b1', 'b2']);
  expect(follower.loaded()).toEqual([
    { model: 'm', version: 1 },
    { model: 'm', version: 2 },
  ]);
  await follower.follow(snapshot(3, 2));
  expect(plane.endpoint('m').main.version).toBe(2);
  await expect.poll(() => closed).toEqual([1]);
});

test('a version is closed only when nothing uses it', async () => {
  const { plane, follower, closed } = following();
  await follower.follow(snapshot(1, 1));
  const usage = plane.usageOf(plane.versions[0]!);
  usage.begin();
  await follower.follow(snapshot(2, 2));
  await new Promise(setImmediate);
  expect(closed).toEqual([]);
  usage.end();
  await expect.poll(() => closed).toEqual([1]);
});

test('an older snapshot is ignored, and the same one is followed once', async () => {
  const { follower, generation, loads } = following();
  await follower.follow(snapshot(5, 1));
  await follower.follow(snapshot(4, 2));
  await follower.follow(snapshot(5, 3));
  expect(generation()).toBe(5);
  expect(loads).toEqual(['b1']);
});

test('a flip among loaded versions happens in the same turn, also while another snapshot is loading', async () => {
  const { follower, generation, settle, closed } = following(false);
  const first = follower.follow(snapshot(1, 1, 2));
  await settle('b1');
  await settle('b2');
  await first;
  const late = follower.follow(snapshot(2, 1, 3));
  void follower.follow(snapshot(3, 1, 2));
  expect(generation()).toBe(3);
  await settle('b3');
  await late;
  expect(generation()).toBe(3);
  await expect.poll(() => closed).toEqual([3]);
});

test('of snapshots that load at the same time the newest wins, whichever is ready first', async () => {
  const { follower, generation, settle, loads } = following(false);
  const all = [
    follower.follow(snapshot(1, 1)),
    follower.follow(snapshot(3, 3)),
    follower.follow(snapshot(2, 1)),
  ];
  await settle('b1');
  await all[0];
  expect(generation()).toBeGreaterThanOrEqual(1);
  await settle('b3');
  await Promise.all(all);
  expect(generation()).toBe(3);
  expect(loads).toEqual(['b1', 'b3']);
});

test('what one snapshot drops while another that needs it is loading is there when that one is followed', async () => {
  const { follower, generation, settle, closed } = following(false);
  const first = follower.follow(snapshot(1, 1, 2));
  await settle('b1');
  await settle('b2');
  await first;
  const next = follower.follow(snapshot(3, 2, 3));
  await follower.follow(snapshot(2, 1));
  expect(generation()).toBe(2);
  await settle('b3');
  await next;
  expect(generation()).toBe(3);
  await expect.poll(() => closed).toEqual([1]);
});

test('what a snapshot has loaded that was overtaken is kept where the later one says so, and goes with the next', async () => {
  const { follower, loads, closed, settle } = following(false);
  const first = follower.follow(snapshot(1, 1));
  await settle('b1');
  await first;
  const overtaken = follower.follow(snapshot(2, 1, 2));
  await follower.follow({ ...snapshot(3, 1), keep: [bundle(2)] });
  await settle('b2');
  await overtaken;
  await follower.follow(snapshot(4, 1, 2));
  expect([loads, closed]).toEqual([['b1', 'b2'], []]);
  await follower.follow(snapshot(5, 1));
  await expect.poll(() => closed).toEqual([2]);
});

test('a version that cannot be loaded rejects with its code, and the old snapshot stays', async () => {
  const { follower, generation, settle } = following(false);
  const first = follower.follow(snapshot(1, 1));
  await settle('b1');
  await first;
  const failing = follower.follow(snapshot(2, 1, 2));
  await settle('b2', new Error('no such folder'));
  await expect(failing).rejects.toMatchObject({
    code: 'VERSION_NOT_LOADED',
    details: { model: 'm', version: 2, reason: 'no such folder' },
  });
  expect(generation()).toBe(1);
  expect(follower.loaded()).toEqual([{ model: 'm', version: 1 }]);
  // It is tried again when it is asked for again.
  const again = follower.follow(snapshot(2, 1, 2));
  await settle('b2');
  await again;
  expect(generation()).toBe(2);
});

test('a route to a version that the snapshot does not name rejects, and closes what it had loaded', async () => {
  const { follower, closed, generation } = following();
  await follower.follow(snapshot(1, 1));
  const wrong = { ...snapshot(2, 1, 2), versions: [bundle(1), bundle(3)] };
  await expect(follower.follow(wrong)).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  expect(generation()).toBe(1);
  await expect.poll(() => closed).toEqual([3]);
});
