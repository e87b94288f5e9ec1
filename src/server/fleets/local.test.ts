import { expect, test } from 'vitest';
import type { FleetChange } from '../../control/fleet/fleet.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { DataPlane } from '../../serving/data-plane.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import { SnapshotFollower } from '../../serving/snapshot-follower.ts';
import { LocalFleet } from './local.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A process in which only version 1 of any model can be loaded. */
const fleetOf = (): LocalFleet => {
  const load = async (bundle: string, model: string, version: number) => {
    if (version !== 1) throw new PlimsollError('VERSION_NOT_LOADED', { model, version, reason: 'none' });
    return { model, version, bundle, engine: { close: () => undefined } } as never;
  };
  const follower = new SnapshotFollower({ plane: new DataPlane(), load, logger: SILENT });
  return new LocalFleet({ worker: 'r/1', epoch: 1 }, follower, new ServingMetrics());
};

const snapshot = (sequence: number, version: number) => ({
  sequence,
  versions: [{ model: 'm', version, bundle: '/none' }],
  routes: [],
});

test('a version is ready once a snapshot with it is followed; one that cannot be loaded is refused with its error', async () => {
  const fleet = fleetOf();
  expect(fleet.ready('m', 1)).toBe(0);
  await fleet.publish(snapshot(1, 1));
  expect([fleet.ready('m', 1), fleet.ready('m', 2), fleet.ready('other', 1)]).toEqual([1, 0, 0]);
  await expect(fleet.publish(snapshot(2, 2))).rejects.toMatchObject({ code: 'VERSION_NOT_LOADED' });
  expect(fleet.ready('m', 1)).toBe(1);
});

test('its one worker has joined before anybody asks, and every listener gets every piece', () => {
  const fleet = fleetOf();
  const changes: FleetChange[] = [];
  const seen: string[] = [];
  fleet.onChange((change) => changes.push(change));
  fleet.onPart(({ seq }) => seen.push(`a${seq}`));
  fleet.onPart(({ seq }) => seen.push(`b${seq}`));
  for (const seq of [0, 1]) fleet.piece({ seq } as WindowPart);
  expect(changes).toEqual([{ worker: 'r/1', epoch: 1, kind: 'joined' }]);
  expect(seen).toEqual(['a0', 'b0', 'a1', 'b1']);
});
