import { expect, test } from 'vitest';
import type { FleetChange } from '../../control/fleet/fleet.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { FromControl, LiveWorker } from '../workers/messages.ts';
import { WorkersFleet } from './workers.ts';

const live = (worker: string, epoch: number, ...loaded: LiveWorker['loaded']): LiveWorker => ({
  worker,
  epoch,
  loaded,
});

function fleetOf(...workers: readonly LiveWorker[]) {
  const told: FromControl[] = [];
  const fleet = new WorkersFleet(workers, (message) => told.push(message));
  const changes: string[] = [];
  fleet.onChange(({ worker, epoch, kind }: FleetChange) => changes.push(`${worker}.${epoch} ${kind}`));
  return { fleet, told, changes };
}

const snapshot = { sequence: 1, versions: [], routes: [] };

test('a publication is over when the parent says so, with the error of a version that cannot be loaded', async () => {
  const { fleet, told } = fleetOf();
  const first = fleet.publish(snapshot);
  const second = fleet.publish(snapshot);
  expect(told).toEqual([
    { kind: 'publish', id: 1, snapshot },
    { kind: 'publish', id: 2, snapshot },
  ]);
  fleet.hear({
    kind: 'published',
    id: 2,
    error: { code: 'GRAPH_NOT_LOADED', details: { reason: 'x', runtime: 'y' } },
  });
  await expect(second).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED' });
  fleet.hear({ kind: 'published', id: 1, error: null });
  fleet.hear({ kind: 'published', id: 7, error: null });
  await first;
});

test('workers join and leave by worker and epoch, and those there at the beginning join at once', () => {
  const { fleet, changes } = fleetOf(live('a/1', 1), live('a/2', 1));
  expect(changes.splice(0)).toEqual(['a/1.1 joined', 'a/2.1 joined']);
  fleet.hear({ kind: 'fleet', fleet: [live('a/1', 2), live('a/2', 1, 'm@1')] });
  expect(changes.splice(0)).toEqual(['a/1.1 left', 'a/1.2 joined']);
  fleet.hear({ kind: 'fleet', fleet: [] });
  expect(changes).toEqual(['a/1.2 left', 'a/2.1 left']);
});

test('a version is ready in as many workers as have it loaded', () => {
  const { fleet } = fleetOf(live('a/1', 1, 'm@1'), live('a/2', 1, 'm@1', 'm@2'));
  expect([fleet.ready('m', 1), fleet.ready('m', 2), fleet.ready('m', 3)]).toEqual([2, 1, 0]);
});

test('pieces arrive in the order in which they were sent', () => {
  const { fleet } = fleetOf();
  const seen: number[] = [];
  fleet.onPart(({ seq }) => seen.push(seq));
  for (const seq of [0, 1, 2]) fleet.hear({ kind: 'piece', piece: { seq } as WindowPart });
  expect(seen).toEqual([0, 1, 2]);
});

test('what was counted is what the parent said last', () => {
  const { fleet } = fleetOf();
  expect([fleet.counts(), fleet.load()]).toEqual([[], null]);
  const countsOf = (requests: number) => ({ model: 'm', requests, failed: 1, units: 3, nameless: 0 });
  const load = { versions: [], queueDepth: 1, saturation: 0.5, loopBusy: 0.1, memory: 9 };
  for (const requests of [5, 9]) fleet.hear({ kind: 'counts', counts: [countsOf(requests)], load });
  expect(fleet.load()).toBe(load);
  expect(fleet.counts()).toEqual([countsOf(9)]);
});

test('what each asked of late goes to who asked for it', async () => {
  const { fleet, told } = fleetOf();
  const [first, second] = [fleet.recent('churn'), fleet.recent('iris')];
  expect(told).toEqual([
    { kind: 'recent', id: 1, endpoint: 'churn' },
    { kind: 'recent', id: 2, endpoint: 'iris' },
  ]);
  fleet.hear({ kind: 'recent', id: 2, requests: [] });
  const one = { requestId: 'r' } as RecentRequest;
  fleet.hear({ kind: 'recent', id: 1, requests: [one] });
  expect([await first, await second]).toEqual([[one], []]);
});
