/** The serving processes as the control plane sees them: they follow snapshots and send parts of windows. */

import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { ModelCounts } from './traffic-meter.ts';

export interface ServingFleet {
  /**
   * Hands a snapshot to every worker; resolves once all that live follow it. A version that cannot be loaded rejects with
   * its coded error, and no worker follows the snapshot then.
   */
  publish(snapshot: PlaneSnapshot): Promise<void>;
  /** How many workers have this version loaded. */
  ready(model: string, version: number): number;
  /** Called for every piece of a part, in the order in which each worker sent them. */
  onPart(listener: (part: WindowPart) => void): void;
  /** Called when a worker has come or gone; `worker` and `epoch` as in its parts. */
  onChange(listener: (change: FleetChange) => void): void;
  /** What all workers together have counted so far, as last told; absent where nobody counts. */
  counts?(): readonly ModelCounts[];
  /** The same by version, with durations, and what the processes use; null until that was told. */
  load?(): FleetLoad | null;
  /** Requests of an endpoint of late, as the processes have kept them: the slowest, those that failed and a sample of others. */
  recent?(endpoint: string): Promise<readonly RecentRequest[]>;
}

export interface FleetChange {
  readonly worker: string;
  readonly epoch: number;
  readonly kind: 'joined' | 'left';
}

/** Nobody serves: what a command has that opens the store by itself. */
export const NO_FLEET: ServingFleet = {
  publish: () => Promise.resolve(),
  ready: () => 1,
  onPart: () => undefined,
  onChange: () => undefined,
};
