/**
 * Follows the routes of the store, whoever changes them: at once where the store tells of a change, else at every look.
 * Routes to what is loaded never wait for a load that is under way.
 */
import type { Clock, Logger } from '../../core/ports.ts';
import type { Store } from '../../store/store.ts';
import { OutageLog } from '../rollouts/outage-log.ts';
import type { SnapshotPublisher } from './snapshot-publisher.ts';

export interface RouteFollowerPorts {
  readonly store: Pick<Store, 'onChange'>;
  readonly publisher: Pick<SnapshotPublisher, 'followRoutes' | 'refresh'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Milliseconds between two looks. */
const REFRESH_INTERVAL_MS = 500;

export class RouteFollower {
  readonly #ports: RouteFollowerPorts;
  /** What is under way, by its name: never two of the same. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #outages: Readonly<Record<'routes' | 'loads', OutageLog>>;
  #lookAt = -Infinity;
  #end: () => void = () => undefined;

  constructor(ports: RouteFollowerPorts) {
    this.#ports = ports;
    const { logger } = ports;
    this.#outages = {
      routes: new OutageLog({
        logger,
        begins: 'Routes cannot be published for the moment',
        ends: 'Routes are published again',
      }),
      loads: new OutageLog({
        logger,
        begins: 'Versions cannot be published for the moment',
        ends: 'Versions are published again',
      }),
    };
  }

  /** Whoever starts it has published a moment ago. */
  start(): void {
    this.#lookAt = this.#ports.clock.monotonic() + REFRESH_INTERVAL_MS;
    this.#end = this.#ports.store.onChange('endpoints', () => {
      this.#lookAt = -Infinity;
      this.look();
    });
  }

  /** Looks, if it is time to, beside whatever else is done. */
  look(): void {
    const { clock, publisher } = this.#ports;
    const now = clock.monotonic();
    if (now < this.#lookAt || this.#underWay.has('routes')) return;
    this.#lookAt = now + REFRESH_INTERVAL_MS;
    this.#once('routes', () => publisher.followRoutes());
    this.#once('loads', () => publisher.refresh());
  }

  /** Resolves once nothing is under way any more. */
  async stop(): Promise<void> {
    this.#end();
    await Promise.all(this.#underWay.values());
  }

  #once(name: 'routes' | 'loads', work: () => Promise<void>): void {
    if (this.#underWay.has(name)) return;
    const doing = work()
      .then(
        () => this.#outages[name].worked(),
        (error: unknown) => this.#outages[name].failed(error),
      )
      .finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, doing);
  }
}
