import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { elementAt } from '../../core/element-at.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import { DataPlane } from '../../serving/data-plane.ts';
import { SnapshotFollower } from '../../serving/snapshot-follower.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import {
  ManualClock,
  planeOf,
  prepare,
  rolloutRow,
  ScriptedFleet,
  trafficOf,
  WORLD_START,
} from '../rollouts/testing/world.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function publishing(path = ':memory:') {
  const store = await openStore(`sqlite:${path}`);
  opened.push(store);
  await prepare(store);
  const clock = new ManualClock();
  const fleet = new ScriptedFleet(clock, trafficOf(0));
  const start = () => planeOf(store, fleet, clock).publisher;
  return { store, clock, fleet, start, publisher: start() };
}

const CHANGE = { at: WORLD_START, by: 'ann', reason: 'test' };

const addEndpoint = ({ tables }: Store, name: string, version: number) =>
  tables.endpoints.insert(
    {
      name,
      model: 'churn',
      generation: 1,
      route: singleVersionRoute(name, 'churn', version, 1),
      stable: version,
      previous: null,
      rollout: null,
      createdAt: WORLD_START,
    },
    CHANGE,
  );

describe('a snapshot', () => {
  it('names what routes, rules, shadows, rollbacks and rollouts may need, each once', async () => {
    const { store, fleet, publisher } = await publishing();
    await store.tables.versions.insert({
      ...(await store.tables.versions.get('churn', 1))!,
      digest: '4'.repeat(64),
    });
    const route = {
      ...singleVersionRoute('churn', 'churn', 1, 2),
      rules: [{ header: 'x-beta', values: ['1'], version: 3 }],
      shadow: { version: 4, percent: 50 },
    };
    await store.tables.endpoints.flip('churn', 1, { route, previous: 3 }, CHANGE);
    await store.tables.rollouts.insert(rolloutRow());
    await publisher.publish();
    const { versions, routes } = fleet.snapshots.at(-1)!;
    expect(versions.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
    expect(versions.find(({ version }) => version === 3)).toEqual({
      model: 'churn',
      version: 3,
      bundle: `/bundles/${'3'.repeat(64)}`,
    });
    expect(routes).toEqual([route]);
  });

  it('has a greater number than all before it, over restarts and clocks that were set back', async () => {
    const { clock, fleet, start } = await publishing();
    for (let life = 0; life < 4; life++) {
      const publisher = start();
      await publisher.publish();
      await publisher.publish();
      clock.jump(-86_400_000);
    }
    const numbers = fleet.snapshots.map(({ sequence }) => sequence);
    expect(numbers).toHaveLength(8);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.every(Number.isSafeInteger)).toBe(true);
  });

  it('is made again where somebody else has changed a route, and only there', async () => {
    const { store, fleet, publisher } = await publishing();
    await publisher.refresh();
    await publisher.refresh();
    expect(fleet.snapshots).toHaveLength(1);
    await store.tables.endpoints.flip(
      'churn',
      1,
      { route: singleVersionRoute('churn', 'churn', 3, 2), stable: 3 },
      CHANGE,
    );
    await publisher.refresh();
    expect(fleet.route.ranges).toMatchObject([{ version: 3 }]);
    expect(fleet.snapshots).toHaveLength(2);
  });

  it('that was overtaken by a change of routes while its versions were being loaded is made again at once', async () => {
    const { store, clock } = await publishing();
    const loads: string[] = [];
    const first = Promise.withResolvers<void>();
    const load = async (bundle: string, model: string, version: number): Promise<LoadedVersion> => {
      loads.push(bundle);
      if (version === 2) await first.promise;
      return { bundle, model, version, engine: { close: () => undefined } } as unknown as LoadedVersion;
    };
    const plane = new DataPlane();
    const follower = new SnapshotFollower({ plane, load, logger: SILENT });
    const fleet = new ScriptedFleet(clock, trafficOf(0));
    fleet.publish = (snapshot) => follower.follow(snapshot);
    const { publisher } = planeOf(store, fleet, clock);
    await publisher.publish();
    await addEndpoint(store, 'new', 2);
    const published = publisher.publish();
    await expect.poll(() => loads.length).toBe(2);
    await publisher.followRoutes();
    expect(plane.routes.map(({ endpoint }) => endpoint)).toEqual(['churn']);
    first.resolve();
    await published;
    expect(plane.routes.map(({ endpoint }) => endpoint).toSorted()).toEqual(['churn', 'new']);
    expect(loads).toHaveLength(2);
  });

  it('that was read earlier never comes after one that was read later', async () => {
    const { store, fleet, publisher } = await publishing();
    await publisher.publish();
    const changes = Array.from({ length: 10 }, async (_, i) => {
      const route = { ...singleVersionRoute('churn', 'churn', 1, i + 2), seed: i };
      await store.tables.endpoints.flip('churn', i + 1, { route }, CHANGE);
      await publisher.publishRoutes();
    });
    await Promise.all(changes);
    const generations = fleet.snapshots.map(({ routes }) => routes[0]!.generation);
    expect(generations).toEqual(generations.toSorted((a, b) => a - b));
    expect(generations.at(-1)).toBe(11);
  });
});

describe('a version that cannot be loaded', () => {
  it('takes nothing with it but what needs it', async () => {
    const { store, fleet, publisher } = await publishing();
    await addEndpoint(store, 'fraud', 3);
    await addEndpoint(store, 'spam', 2);
    fleet.broken.add(3);
    await publisher.publish();
    expect(fleet.routes.map(({ endpoint }) => endpoint)).toEqual(['churn', 'spam']);
    expect(publisher.failure('churn', 3)).toMatchObject({ code: 'VERSION_NOT_FOUND' });
    expect(publisher.failure('churn', 2)).toBeNull();
    fleet.broken.clear();
    await publisher.ensure('churn', 3);
    expect(fleet.routes.map(({ endpoint }) => endpoint)).toEqual(['churn', 'fraud', 'spam']);
    expect(publisher.failure('churn', 3)).toBeNull();
  });

  it('leaves everybody to stable, unmeasured, where a route would lead to it', async () => {
    const { store, fleet, publisher } = await publishing();
    const resting = singleVersionRoute('churn', 'churn', 1, 2);
    const ranges = [
      { ...resting.ranges[0]!, to: 500, version: 2 },
      { ...resting.ranges[0]!, from: 500 },
    ];
    const rules = [{ header: 'x-beta', values: ['1'], version: 2 }];
    await store.tables.endpoints.flip('churn', 1, { route: { ...resting, ranges, rules } }, CHANGE);
    fleet.broken.add(2);
    await publisher.publish();
    expect(fleet.route).toEqual({ ...resting, rules: [] });
    expect(await rejectionCodeOf(publisher.ensure('churn', 2))).toBe('VERSION_NOT_FOUND');
  });

  it('is tried again by itself after a minute', async () => {
    const { store, clock, fleet, publisher } = await publishing();
    await addEndpoint(store, 'fraud', 3);
    fleet.broken.add(3);
    await publisher.publish();
    fleet.broken.clear();
    await publisher.refresh();
    expect(fleet.routes).toHaveLength(1);
    clock.pass(60_000);
    await publisher.refresh();
    expect(fleet.routes).toHaveLength(2);
  });
});

it('routes are published while a version is still being loaded', async () => {
  const { store, fleet, publisher } = await publishing();
  await publisher.publish();
  await addEndpoint(store, 'fraud', 3);
  const begun = Promise.withResolvers<void>();
  const loading = Promise.withResolvers<void>();
  fleet.gate = () => {
    begun.resolve();
    return loading.promise;
  };
  const slow = publisher.publish();
  await begun.promise;
  fleet.gate = () => Promise.resolve();
  await store.tables.endpoints.flip(
    'churn',
    1,
    { route: { ...singleVersionRoute('churn', 'churn', 1, 2), seed: 5 } },
    CHANGE,
  );
  await publisher.publishRoutes();
  expect(fleet.routes.map(({ endpoint, seed }) => [endpoint, seed])).toEqual([['churn', 5]]);
  loading.resolve();
  await slow;
  await publisher.refresh();
  expect(fleet.routes.map(({ endpoint, seed }) => [endpoint, seed])).toEqual([
    ['churn', 5],
    ['fraud', 0],
  ]);
});

it('an endpoint that was read before its row was damaged goes on as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-publisher-'));
  const path = join(folder, 'plimsoll.db');
  const { store, fleet, publisher } = await publishing(path);
  await addEndpoint(store, 'other', 2);
  await publisher.publish();
  const database = new DatabaseSync(path);
  database.exec(`update endpoints set route = '[]' where name = 'churn'`);
  database.close();
  await publisher.publish();
  const { routes } = elementAt(fleet.snapshots, fleet.snapshots.length - 1);
  expect(routes.map(({ endpoint }) => endpoint).toSorted()).toEqual(['churn', 'other']);
  rmSync(folder, { recursive: true });
});
