/**
 * The watch: takes in what serving leaves behind, and, where this process holds the lease, evaluates what all replicas have
 * taken in. Everything it knows is in the database: whoever comes next goes on where it was.
 */

import { messageOf } from '../../core/error-text.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { MemoryRow, MonitoringStore, TickRow } from '../../store/monitoring/monitoring.ts';
import { eachRow } from '../../store/pages.ts';
import type { DamagedRow } from '../../store/row-schema.ts';
import type { Fence } from '../../store/store.ts';
import type { AlertCondition, AlertRow } from '../alerts/alert.ts';
import { evaluateAlerts } from '../alerts/evaluate-alerts.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import { DEFAULT_MONITOR, parseMonitor } from '../policy/policy.ts';
import type { EndpointStatus } from '../prometheus/monitoring-metrics.ts';
import type { AccuracyEvaluator } from './accuracy-evaluator.ts';
import { EndpointWatch } from './endpoint-watch.ts';
import { MEMORY_KINDS, type WatchMemory, watchName } from './memory.ts';
import { type MonitorTick, unpackTick } from './monitor-tick.ts';
import type { ProfileStore } from './profile-store.ts';
import type { WatchEnvironment, WatchedEndpoint } from './watch-environment.ts';

export interface MonitorWatchOptions {
  readonly store: MonitoringStore;
  readonly surroundings: WatchEnvironment;
  readonly profiles: ProfileStore;
  readonly accuracy: AccuracyEvaluator;
  /** Who claims to evaluate. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who evaluates is not replaced for so long, in milliseconds, after it has been heard of. */
const LEASE_MS = 30_000;
/** How often detectors are kept where nothing was found, in milliseconds: they are large, and come again from ticks. */
const SAVE_INTERVAL_MS = 15_000;
const TICKS = 1000;
/** The first look of a process waits so long, in milliseconds, for what it is to say of accuracy. */
const FIRST_MILLIS = 20_000;
/** What changed within so many milliseconds may have to be told before long. */
const FRESH_MS = 60_000;

export class MonitorWatch {
  readonly #options: MonitorWatchOptions;
  #fence: Fence | null = null;
  #endpoints = new Map<string, EndpointWatch>();
  /** The last tick that was added, and the one that is kept. */
  #tick = 0;
  #kept = 0;
  #keptAt = Number.NEGATIVE_INFINITY;
  #evaluatedAt: number | null = null;
  #standings: readonly EndpointStatus[] = [];
  /** Whether the last look has seen what is not to wait long for the next one. */
  #isRestless = true;

  constructor(options: MonitorWatchOptions) {
    this.#options = options;
  }

  /** When all that is watched was last looked at by this process; null: another one does it, or nobody has yet. */
  get evaluatedAt(): number | null {
    return this.#evaluatedAt;
  }

  /** How all stood at the last look, as metrics say it; null: another process looks. */
  get statuses(): readonly EndpointStatus[] | null {
    return this.#fence === null ? null : this.#standings;
  }

  /**
   * Whether a minute may pass until the next look: no rollout is to be steered, no alert is about to change or has just done so,
   * nothing failed and nothing is under way.
   */
  get isAtRest(): boolean {
    return this.#fence !== null && !this.#isRestless && !this.#options.accuracy.isAtWork;
  }

  /** Number of the last tick that is kept: what lies before may be put together. */
  get kept(): number {
    return this.#kept;
  }

  /** Looks at everything once; does nothing where another process does. */
  async look(): Promise<void> {
    this.#isRestless = true;
    const fence = await this.#lead();
    if (fence === null) return;
    const { surroundings, clock } = this.#options;
    const [endpoints, load] = await Promise.all([surroundings.endpoints(), surroundings.load()]);
    await this.#update(endpoints);
    const isNew = await this.#addTicks();
    const { accuracy } = this.#options;
    void accuracy.begin(
      [...this.#endpoints.values()].map(({ endpoint, policy }) => ({ endpoint, policy })),
      fence,
    );
    if (this.#evaluatedAt === null) await accuracy.settled(FIRST_MILLIS);
    let isRestless = endpoints.some(({ rollout }) => rollout !== null);
    const standings: EndpointStatus[] = [];
    for (const watch of this.#endpoints.values()) {
      const { standing, isCalm } = await this.#lookAt(watch, load);
      if (standing !== null) standings.push(standing);
      isRestless ||= !isCalm;
    }
    this.#standings = standings;
    this.#evaluatedAt = clock.now();
    if (isNew || clock.monotonic() - this.#keptAt > SAVE_INTERVAL_MS) await this.keep();
    this.#isRestless = isRestless;
  }

  /** One that cannot be looked at keeps no other from it: its rules are unknown, and it stands as at its last look, if any. */
  async #lookAt(
    watch: EndpointWatch,
    load: FleetLoad | null,
  ): Promise<{ readonly standing: EndpointStatus | null; readonly isCalm: boolean }> {
    const { clock, logger, accuracy } = this.#options;
    const { name, stable } = watch.endpoint;
    const began = clock.monotonic();
    try {
      const rows = await this.#evaluate(watch, [...(await watch.look(load)), ...accuracy.conditions(name)]);
      await this.#steer(watch);
      const runMillis = clock.monotonic() - began;
      const looked = { lastSuccessAt: clock.now(), runMillis, firing: firingOf(rows) };
      const standing = await watch.status(looked, accuracy.quality(name, stable));
      return { standing, isCalm: isCalm(rows, clock.now()) };
    } catch (error) {
      logger.error({ endpoint: name, error: messageOf(error) }, 'an endpoint cannot be looked at');
      await this.#evaluate(watch, []).catch((again: Error) =>
        logger.error({ endpoint: name, error: again.message }, 'its alerts cannot be looked at either'),
      );
      const standing = this.#standings.find(({ endpoint }) => endpoint === name) ?? null;
      return { standing, isCalm: false };
    }
  }

  async #evaluate(watch: EndpointWatch, conditions: readonly AlertCondition[]): Promise<readonly AlertRow[]> {
    const { rows } = await evaluateAlerts(this.#options.store, {
      endpoint: watch.endpoint.name,
      conditions,
      policy: watch.policy,
      now: this.#options.clock.now(),
      deploys: watch.deploys,
      features: watch.features,
      isWatched: (row) => watch.isWatched(row),
    });
    return rows;
  }

  /** Keeps all that is not kept yet. */
  async keep(): Promise<void> {
    if (this.#fence === null) return;
    const { store, clock } = this.#options;
    const now = clock.now();
    const body: WatchMemory = { tick: this.#tick, evaluatedAt: this.#evaluatedAt ?? now };
    const own: MemoryRow = { kind: MEMORY_KINDS.watch, name: watchName, body, changedAt: now };
    const rows = [...this.#endpoints.values()].flatMap((watch) => watch.memories());
    if (!(await store.remember([...rows, own], this.#fence))) return this.#follow();
    this.#kept = this.#tick;
    this.#keptAt = clock.monotonic();
  }

  /** Keeps all, and lets another evaluate at once. */
  async close(): Promise<void> {
    await this.#options.accuracy.close();
    if (this.#fence === null) return;
    await this.keep();
    if (this.#fence !== null) await this.#options.store.release(this.#fence);
    this.#follow();
  }

  /** The fence of this process where it is the one that evaluates, else null; who begins to reads where the one before was. */
  async #lead(): Promise<Fence | null> {
    const { store, clock, holder } = this.#options;
    const fence = await store.claim('evaluate', holder, clock.now(), LEASE_MS);
    if (fence === null) {
      this.#follow();
      return null;
    }
    if (this.#fence?.token !== fence.token) {
      this.#follow();
      const memory = (await store.memory(MEMORY_KINDS.watch, watchName))?.body as WatchMemory | undefined;
      this.#tick = memory?.tick ?? 0;
      this.#kept = this.#tick;
      this.#fence = fence;
    }
    return this.#fence;
  }

  #follow(): void {
    this.#fence = null;
    this.#endpoints = new Map();
    this.#options.accuracy.forget();
    this.#evaluatedAt = null;
  }

  async #update(endpoints: readonly WatchedEndpoint[]): Promise<void> {
    const policies = await this.#policies();
    const { store, profiles, clock } = this.#options;
    for (const endpoint of endpoints) {
      const policy = policies.get(endpoint.name) ?? DEFAULT_MONITOR;
      let watch = this.#endpoints.get(endpoint.name);
      if (watch === undefined) {
        watch = new EndpointWatch({ store, profiles, now: () => clock.now() }, endpoint, policy);
        await watch.load();
        this.#endpoints.set(endpoint.name, watch);
      }
      watch.update(endpoint, policy);
    }
  }

  async #policies(): Promise<ReadonlyMap<string, MonitorPolicy>> {
    const { store, logger } = this.#options;
    const policies = new Map<string, MonitorPolicy>();
    const unreadable = (endpoint: unknown, error: unknown): void =>
      logger.warn({ endpoint, error: messageOf(error) }, 'what is set cannot be read: watching by defaults');
    const onDamaged = ({ kept, error }: DamagedRow): void => unreadable(kept['endpoint'], error);
    for await (const { endpoint, policy } of eachRow((page) => store.monitors(page), onDamaged)) {
      try {
        policies.set(endpoint, parseMonitor(endpoint, policy));
      } catch (error) {
        unreadable(endpoint, error);
      }
    }
    return policies;
  }

  /** Adds all that came since; answers whether there was anything. */
  async #addTicks(): Promise<boolean> {
    const first = this.#tick;
    for (;;) {
      const rows = await this.#options.store.ticksAfter(this.#tick, TICKS);
      for (const row of rows) {
        await this.#add(row);
        this.#tick = row.id;
      }
      if (rows.length < TICKS) return this.#tick > first;
    }
  }

  async #add({ id, endpoint, version, at, counts }: TickRow): Promise<void> {
    const watch = this.#endpoints.get(endpoint);
    if (watch === undefined) return;
    const tick = this.#unpacked(id, counts);
    if (tick !== null) await watch.add(version, at, tick);
  }

  /** One that cannot be read is passed over: to stop at it would be to watch nothing any more. */
  #unpacked(id: number, counts: Uint8Array): MonitorTick | null {
    try {
      return unpackTick(counts);
    } catch (error) {
      this.#options.logger.error({ tick: id, error: messageOf(error) }, 'a tick cannot be read');
      return null;
    }
  }

  /** What fails is tried again at the next look, as long as the rollout is one to be steered. */
  async #steer(watch: EndpointWatch): Promise<void> {
    const wanted = await watch.steer();
    if (wanted === null) return;
    const { rollout, steering, reason } = wanted;
    const { surroundings, logger } = this.#options;
    try {
      const told = await surroundings.steer(rollout, steering, reason);
      watch.steered(wanted);
      logger.warn({ rollout, steering, reason, told }, 'drift has steered a rollout');
      await this.keep();
    } catch (error) {
      const message = messageOf(error);
      logger.warn(
        { rollout, steering, reason, error: message },
        'a rollout could not be steered: trying again',
      );
    }
  }
}

/** Nothing is pending, and what changed last has been told. */
const isCalm = (rows: readonly AlertRow[], now: number): boolean =>
  rows.every(({ state, since }) => state === 'inactive' || (state !== 'pending' && now - since > FRESH_MS));

function firingOf(rows: readonly AlertRow[]): EndpointStatus['firing'] {
  const firing = rows.filter(({ state }) => state === 'firing');
  const groups = Map.groupBy(firing, ({ labels, severity }) => JSON.stringify([labels.alertname, severity]));
  return [...groups.values()].map((group) => {
    const [{ labels, severity }] = group as [AlertRow];
    return { alertname: labels.alertname, severity, count: group.length };
  });
}
