import type { FleetChange, ServingFleet } from '../../control/fleet/fleet.ts';
import type { ModelCounts } from '../../control/fleet/traffic-meter.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { takeMetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { ProcessUsageMeter } from '../../serving/metrics/process-usage.ts';
import type { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import type { SnapshotFollower } from '../../serving/snapshot-follower.ts';
import { countsOf } from './counts.ts';
import { fleetLoadOf } from './load.ts';

/** The serving side of this very process: a fleet of one, which is there from the beginning. */
export class LocalFleet implements ServingFleet {
  readonly #worker: Pick<FleetChange, 'worker' | 'epoch'>;
  readonly #follower: SnapshotFollower;
  readonly #metrics: ServingMetrics;
  readonly #usage = new ProcessUsageMeter();
  readonly #listeners: ((part: WindowPart) => void)[] = [];

  constructor(
    worker: Pick<FleetChange, 'worker' | 'epoch'>,
    follower: SnapshotFollower,
    metrics: ServingMetrics,
  ) {
    this.#worker = worker;
    this.#follower = follower;
    this.#metrics = metrics;
  }

  publish(snapshot: PlaneSnapshot): Promise<void> {
    return this.#follower.follow(snapshot);
  }

  ready(model: string, version: number): number {
    const isIt = (one: { model: string; version: number }): boolean =>
      one.model === model && one.version === version;
    return this.#follower.loaded().some(isIt) ? 1 : 0;
  }

  onPart(listener: (part: WindowPart) => void): void {
    this.#listeners.push(listener);
  }

  onChange(listener: (change: FleetChange) => void): void {
    const { worker, epoch } = this.#worker;
    listener({ worker, epoch, kind: 'joined' });
  }

  counts(): readonly ModelCounts[] {
    return countsOf(takeMetricsSnapshot(this.#metrics, performance.timeOrigin));
  }

  load(): FleetLoad {
    this.#metrics.usage = this.#usage.look();
    return fleetLoadOf(takeMetricsSnapshot(this.#metrics, performance.timeOrigin));
  }

  async recent(endpoint: string): Promise<readonly RecentRequest[]> {
    return this.#metrics.recentRequests(endpoint);
  }

  /** Takes what this process has recorded. */
  piece(part: WindowPart): void {
    for (const listener of this.#listeners) listener(part);
  }
}
