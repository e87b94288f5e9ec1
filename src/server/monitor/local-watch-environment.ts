/** What the control plane answers to the monitoring process. */
import type { ServingFleet } from '../../control/fleet/fleet.ts';
import type { ControlApi } from '../../control/port.ts';
import type { Clock } from '../../core/ports.ts';
import type {
  SteeringAction,
  WatchEnvironment,
  WatchedEndpoint,
} from '../../monitor/watch/watch-environment.ts';
import type { Route } from '../../rollout/route.ts';
import { eachRow } from '../../store/pages.ts';
import { soundOrNull } from '../../store/row-schema.ts';
import type { EndpointRow, RolloutRow, Store } from '../../store/store.ts';

export interface LocalWatchOptions {
  readonly store: Pick<Store, 'kind' | 'tables'>;
  readonly control: Pick<ControlApi, 'command'>;
  readonly fleet: Pick<ServingFleet, 'load'>;
  readonly clock: Clock;
  readonly bundleOf: (digest: string) => string;
}

/** Where several servers write, one row may become visible after a later one: so long, in milliseconds, it is waited. */
const SETTLING = 5000;

export class LocalWatchEnvironment implements WatchEnvironment {
  readonly #options: LocalWatchOptions;

  constructor(options: LocalWatchOptions) {
    this.#options = options;
  }

  async endpoints(): Promise<readonly WatchedEndpoint[]> {
    const { endpoints } = this.#options.store.tables;
    const watched: WatchedEndpoint[] = [];
    // Which rows are damaged is said where they are published.
    const onDamaged = (): void => undefined;
    for await (const row of eachRow((page) => endpoints.list(page), onDamaged))
      watched.push(await this.#endpoint(row));
    return watched;
  }

  feedback(after: number, limit: number): ReturnType<WatchEnvironment['feedback']> {
    const { store, clock } = this.#options;
    const until = store.kind === 'sqlite' ? Infinity : clock.now() - SETTLING;
    return store.tables.feedback.after(after, until, limit);
  }

  load(): ReturnType<WatchEnvironment['load']> {
    return Promise.resolve(this.#options.fleet.load?.() ?? null);
  }

  async steer(id: string, steering: SteeringAction, reason: string): Promise<string> {
    const { state } = await this.#options.control.command(id, steering, { by: 'monitor', reason });
    return `rollout ${id} is ${state}`;
  }

  async #endpoint(row: EndpointRow): Promise<WatchedEndpoint> {
    const { versions } = this.#options.store.tables;
    const found = await Promise.all(
      versionsOf(row.route, row.stable).map((version) => soundOrNull(versions.get(row.model, version))),
    );
    return {
      name: row.name,
      model: row.model,
      stable: row.stable,
      versions: found
        .filter((version) => version !== null)
        .map(({ version, digest, createdAt }) => ({
          version,
          bundle: this.#options.bundleOf(digest),
          createdAt,
        })),
      rollout: row.rollout === null ? null : await this.#rollout(row.rollout),
    };
  }

  async #rollout(id: string): Promise<WatchedEndpoint['rollout']> {
    const row: RolloutRow | null = await soundOrNull(this.#options.store.tables.rollouts.get(id));
    if (row === null) return null;
    const { candidate, startedAt, state } = row;
    return { id, candidate, startedAt, isRunning: state === 'running' };
  }
}

/** Stable first, each once. */
const versionsOf = ({ ranges, rules, shadow }: Route, stable: number): readonly number[] => [
  ...new Set([
    stable,
    ...ranges.map(({ version }) => version),
    ...rules.map(({ version }) => version),
    ...(shadow === null ? [] : [shadow.version]),
  ]),
];
