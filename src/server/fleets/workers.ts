import type { FleetChange, ServingFleet } from '../../control/fleet/fleet.ts';
import type { ModelCounts } from '../../control/fleet/traffic-meter.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { type FromControl, type LiveWorker, type ToControl, versionName } from '../workers/messages.ts';

/** The workers of this replica, as the control process sees them through their common parent. */
export class WorkersFleet implements ServingFleet {
  readonly #tell: (message: FromControl) => void;
  readonly #published = new Map<number, PromiseWithResolvers<void>>();
  readonly #partListeners: ((part: WindowPart) => void)[] = [];
  readonly #changeListeners: ((change: FleetChange) => void)[] = [];
  #live: readonly LiveWorker[];
  #counts: readonly ModelCounts[] = [];
  #load: FleetLoad | null = null;
  readonly #asked = new Map<number, (requests: readonly RecentRequest[]) => void>();
  #publications = 0;
  #questions = 0;

  constructor(live: readonly LiveWorker[], tell: (message: FromControl) => void) {
    this.#live = live;
    this.#tell = tell;
  }

  publish(snapshot: PlaneSnapshot): Promise<void> {
    const id = ++this.#publications;
    const answer = Promise.withResolvers<void>();
    this.#published.set(id, answer);
    this.#tell({ kind: 'publish', id, snapshot });
    return answer.promise;
  }

  ready(model: string, version: number): number {
    const name = versionName({ model, version });
    return this.#live.filter(({ loaded }) => loaded.includes(name)).length;
  }

  onPart(listener: (part: WindowPart) => void): void {
    this.#partListeners.push(listener);
  }

  /** Those that are there already join at once. */
  onChange(listener: (change: FleetChange) => void): void {
    this.#changeListeners.push(listener);
    for (const one of this.#live) listener(joined(one));
  }

  counts(): readonly ModelCounts[] {
    return this.#counts;
  }

  load(): FleetLoad | null {
    return this.#load;
  }

  recent(endpoint: string): Promise<readonly RecentRequest[]> {
    const id = ++this.#questions;
    const answer = Promise.withResolvers<readonly RecentRequest[]>();
    this.#asked.set(id, answer.resolve);
    this.#tell({ kind: 'recent', id, endpoint });
    return answer.promise;
  }

  /** What the parent says. */
  hear(message: ToControl): void {
    if (message.kind === 'fleet') this.#replace(message.fleet);
    if (message.kind === 'counts') {
      this.#counts = message.counts;
      this.#load = message.load;
    }
    if (message.kind === 'recent') {
      this.#asked.get(message.id)?.(message.requests);
      this.#asked.delete(message.id);
    }
    if (message.kind === 'piece') for (const listener of this.#partListeners) listener(message.piece);
    if (message.kind === 'published') {
      const answer = this.#published.get(message.id);
      this.#published.delete(message.id);
      if (message.error) answer?.reject(PlimsollError.from(message.error));
      else answer?.resolve();
    }
  }

  #replace(live: readonly LiveWorker[]): void {
    const before = this.#live;
    this.#live = live;
    const isIn = (all: readonly LiveWorker[], one: LiveWorker): boolean =>
      all.some(({ worker, epoch }) => worker === one.worker && epoch === one.epoch);
    const changes = [
      ...before.filter((one) => !isIn(live, one)).map(left),
      ...live.filter((one) => !isIn(before, one)).map(joined),
    ];
    for (const change of changes) for (const listener of this.#changeListeners) listener(change);
  }
}

const joined = ({ worker, epoch }: LiveWorker): FleetChange => ({ worker, epoch, kind: 'joined' });
const left = ({ worker, epoch }: LiveWorker): FleetChange => ({ worker, epoch, kind: 'left' });
