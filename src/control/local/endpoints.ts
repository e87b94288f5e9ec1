import type { Actor } from '../../core/actor.ts';
import { elementWhere } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { explainUnit } from '../../rollout/canary-split.ts';
import type { Route } from '../../rollout/route.ts';
import { isStoreAway, orKnown } from '../../store/away.ts';
import { soundOrNull } from '../../store/row-schema.ts';
import type { EndpointRow, Page, PageRequest, Store } from '../../store/store.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { TrafficMeter } from '../fleet/traffic-meter.ts';
import { overrideApplies } from '../overrides/route-override.ts';
import type { ControlApi, EndpointView, RolloutView, TrafficHistoryView, TrafficRange } from '../port.ts';
import type { RolloutController } from '../rollouts/rollout-controller.ts';
import { endpointOrCached } from './cached-endpoint.ts';
import { findReadyVersion } from './find.ts';
import { generationConflict, rollBackAtRest, wasStable } from './rollback.ts';
import { rollbackOverride } from './rollback-override.ts';
import { endpointView } from './views.ts';

export interface LocalEndpointsOptions {
  readonly store: Store;
  readonly controller: Pick<RolloutController, 'restOn' | 'override' | 'overrideOf'>;
  readonly publisher: Pick<SnapshotPublisher, 'ensure' | 'publishRoutes' | 'loaded' | 'lastRead'>;
  readonly clock: Clock;
  /** Measures the traffic; without it none is known. */
  readonly meter?: Pick<TrafficMeter, 'of'> | undefined;
}

/** Endpoints and their routes. */
export class LocalEndpoints
  implements
    Pick<
      ControlApi,
      'endpoints' | 'endpoint' | 'routes' | 'trafficHistory' | 'changeRoute' | 'rollback' | 'explainUnit'
    >
{
  readonly #options: LocalEndpointsOptions;
  readonly #rolloutView: (id: string) => Promise<RolloutView>;

  constructor(options: LocalEndpointsOptions, rolloutView: (id: string) => Promise<RolloutView>) {
    this.#options = options;
    this.#rolloutView = rolloutView;
  }

  async endpoints(page: PageRequest): Promise<Page<EndpointView>> {
    const { store, publisher } = this.#options;
    const rows = await orKnown<Page<EndpointRow>>(
      () => store.tables.endpoints.list(page),
      () => (publisher.lastRead === null ? null : { items: publisher.lastRead.endpoints, next: null }),
    );
    // One whose rollout cannot be read is listed without it; asked for by itself, it says why.
    const rolloutOf = (id: string) => soundOrNull(this.#rolloutView(id));
    return { items: await Promise.all(rows.items.map((row) => this.#view(row, rolloutOf))), next: rows.next };
  }

  async endpoint(name: string): Promise<EndpointView> {
    return this.#view(await this.#row(name));
  }

  async routes(endpoint: string, page: PageRequest): ReturnType<ControlApi['routes']> {
    await this.#row(endpoint);
    return this.#options.store.tables.endpoints.history(endpoint, page);
  }

  async trafficHistory(name: string, asked: TrafficRange): Promise<TrafficHistoryView> {
    const { store, clock } = this.#options;
    const { model } = await this.#row(name);
    const { cellRangeOf, trafficHistoryOf } = await import('../fleet/traffic-history.ts');
    const range = cellRangeOf(asked, Math.floor(clock.now()));
    const { from, to, step, cell } = range;
    const versions = await trafficHistoryOf(range, (begin, end) =>
      store.tables.traffic.of({ model, step: cell, from: begin, to: end }),
    );
    return { endpoint: name, model, from, to, step, versions };
  }

  async changeRoute(
    endpoint: string,
    change: Partial<Pick<Route, 'rules' | 'unit'>>,
    generation: number,
    actor: Actor,
  ): Promise<EndpointView> {
    const { store, clock, publisher } = this.#options;
    const row = await this.#row(endpoint);
    await this.#loaded(row.model, change.rules?.map(({ version }) => version) ?? []);
    const route = { ...row.route, ...change, generation: generation + 1 };
    const reason = actor.reason ?? `changed ${Object.keys(change).join(' and ')}`;
    await store.transaction(async (tables) => {
      const at = clock.now();
      if (!(await tables.endpoints.flip(endpoint, generation, { route }, { at, by: actor.by, reason })))
        throw await generationConflict(tables, endpoint, generation);
      const entry = { at, by: actor.by, what: 'route.changed', subject: `endpoint/${endpoint}` };
      await tables.audit.append({ ...entry, body: { generation: generation + 1, reason, ...change } });
    });
    await publisher.publishRoutes();
    return this.endpoint(endpoint);
  }

  /** While the store is away, in memory, to what is known to be good and loaded. */
  async rollback(...given: Parameters<ControlApi['rollback']>): Promise<EndpointView> {
    try {
      return await this.#rollBack(...given);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      const [name, to, generation, actor] = given;
      const override = rollbackOverride(this.#options, { name, to, generation, actor });
      if (override === null) throw error;
      await this.#options.controller.override(override);
      return this.endpoint(name);
    }
  }

  async #rollBack(
    endpoint: string,
    to: number | null,
    generation: number | null,
    actor: Actor,
  ): Promise<EndpointView> {
    const row = await this.#row(endpoint);
    const { tables } = this.#options.store;
    if (generation !== null && generation !== row.generation)
      throw await generationConflict(tables, endpoint, generation);
    // While a rollout runs, stable is what there was before it.
    const version = to ?? (row.rollout === null ? row.previous : row.stable);
    if (version === null) throw refused(endpoint, 'no other version has answered yet');
    await this.#loaded(row.model, [version]);
    if (!(await wasStable(tables, row, version)))
      throw refused(endpoint, `it has never rested on version ${version}`);
    if (row.rollout !== null) await this.#options.controller.restOn(row.rollout, version, actor);
    await this.#restOn(endpoint, version, actor);
    return this.endpoint(endpoint);
  }

  /** Nothing where it rests there already; a rollout may have come to its own end just before it was to be ended. */
  async #restOn(endpoint: string, version: number, actor: Actor): Promise<void> {
    const row = await this.#row(endpoint);
    if (row.rollout !== null || row.stable === version) return;
    await rollBackAtRest(this.#options, row, version, actor);
    await this.#options.publisher.publishRoutes();
  }

  async explainUnit(endpoint: string, unit: string): ReturnType<ControlApi['explainUnit']> {
    const { route } = await this.#row(endpoint);
    const weight = route.ranges.find(({ role }) => role === 'candidate')?.to ?? 0;
    const { hash, bucket, switchesAt } = explainUnit(unit, { seed: route.seed, weight });
    const { version, role, arm } = elementWhere(
      route.ranges,
      ({ from, to }) => from <= bucket && bucket < to,
    );
    // Arms of an experiment do not grow into each other, and what comes after a rollout draws anew.
    const isExperiment = route.ranges.some((range) => range.role === 'arm');
    const isStaged = route.recording !== null && !isExperiment;
    const name = isExperiment && arm !== null ? route.recording?.arms[arm] : undefined;
    return { hash, bucket, arm: name ?? role, switchesAt: isStaged ? switchesAt : null, version };
  }

  /** Before anything leads there: nobody is routed to what cannot be loaded. */
  async #loaded(model: string, versions: readonly number[]): Promise<void> {
    const { store, publisher } = this.#options;
    for (const version of new Set(versions)) {
      await findReadyVersion(store.tables, model, version);
      await publisher.ensure(model, version);
    }
  }

  async #view(
    row: EndpointRow,
    rolloutOf: (id: string) => Promise<RolloutView | null> = this.#rolloutView,
  ): Promise<EndpointView> {
    const rollout = row.rollout === null ? null : await rolloutOf(row.rollout);
    const override = this.#options.controller.overrideOf(row.name);
    const applying = override !== null && overrideApplies(override, row) ? override : null;
    return endpointView(row, rollout, this.#options.meter?.of(row.model) ?? null, applying);
  }

  #row(name: string): Promise<EndpointRow> {
    return endpointOrCached(this.#options, name);
  }
}

const refused = (endpoint: string, reason: string): PlimsollError =>
  new PlimsollError('ROLLBACK_REFUSED', { endpoint, reason });
