import { PlimsollError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import type { Signature } from '../model/signature.ts';
import { bundleDir, readManifest } from '../registry/bundle.ts';
import type { AddOptions, Catalog } from '../registry/catalog.ts';
import type { RecordingLine } from '../rollout/recording.ts';
import { type Route, restingRoute } from '../rollout/route.ts';
import { BUCKETS, explainUnit } from '../rollout/split.ts';
import type {
  EndpointRow,
  FeedbackRow,
  Page,
  PageRequest,
  RolloutRow,
  Store,
  VersionRow,
} from '../store/store.ts';
import type { Controller } from './controller.ts';
import { accountOf, EVIDENCE_TYPE, windowLines } from './evidence.ts';
import { acceptFeedback } from './feedback.ts';
import { inUse } from './in-use.ts';
import { newRollout } from './new-rollout.ts';
import type {
  Actor,
  Control,
  EndpointView,
  FeedbackItem,
  ModelView,
  NewRollout,
  NewVersion,
  RolloutCommand,
  RolloutView,
  VersionView,
} from './port.ts';
import type { Publisher } from './publisher.ts';
import { rollBackAtRest } from './rollback.ts';
import type { Envelope, PublicKey, Signer } from './signing.ts';
import { refuseInVain, refuseUnmoved } from './steering.ts';
import { Together } from './together.ts';
import { endpointView, standingView, versionView } from './views.ts';

export interface LocalControlOptions {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly controller: Controller;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly clock: Clock;
  readonly dataDir: string;
  /** Told how the proof of a file goes. */
  readonly proof?: Pick<AddOptions, 'onProgress' | 'onRefusal'> | undefined;
  /** Opened when something is to be signed. */
  readonly signer: () => Signer;
}

/** Rows of feedback that are written in one go. */
const FEEDBACK_AT_ONCE = 10_000;

/** The control plane over the store, in this process. */
export class LocalControl implements Control {
  readonly #options: LocalControlOptions;
  readonly #feedback: Together<FeedbackRow>;

  constructor(options: LocalControlOptions) {
    this.#options = options;
    this.#feedback = new Together((rows) => options.store.tables.feedback.insert(rows), FEEDBACK_AT_ONCE);
  }

  // Versions

  async models(page: PageRequest): Promise<Page<ModelView>> {
    const names = await this.#options.store.tables.versions.models(page);
    return { ...names, items: await Promise.all(names.items.map((name) => this.model(name))) };
  }

  async model(name: string): Promise<ModelView> {
    const { versions } = this.#options.store.tables;
    const { items } = await versions.list(name, { limit: 1 });
    const [latest] = items;
    if (latest === undefined)
      throw new PlimsollError('MODEL_NOT_FOUND', { model: name, known: await this.#knownModels() });
    const aliases = await versions.aliases(name);
    return { name, latest: this.#versionView(latest, aliases), aliases };
  }

  async versions(model: string, page: PageRequest): Promise<Page<VersionView>> {
    await this.model(model);
    const { versions } = this.#options.store.tables;
    const aliases = await versions.aliases(model);
    const rows = await versions.list(model, page);
    return { ...rows, items: rows.items.map((row) => this.#versionView(row, aliases)) };
  }

  async version(model: string, version: number): Promise<VersionView> {
    const row = await this.#versionRow(model, version);
    return this.#versionView(row, await this.#options.store.tables.versions.aliases(model));
  }

  async addVersion(model: string, source: NewVersion, actor: Actor): Promise<VersionView> {
    const { catalog, store, proof } = this.#options;
    const current = (): Promise<Signature | null> => this.#servedSignature(model);
    const row = await catalog.add(model, source, actor, { current, ...proof });
    if (row.state === 'ready') await this.#goLive(row, actor);
    return this.#versionView(row, await store.tables.versions.aliases(model));
  }

  async changeVersion(
    model: string,
    version: number,
    { labels, note, archived }: Parameters<Control['changeVersion']>[2],
    actor: Actor,
  ): Promise<VersionView> {
    const { catalog } = this.#options;
    if (labels !== undefined || note !== undefined)
      await catalog.change(model, version, { labels, note }, actor);
    if (archived === true) await catalog.archive(model, version, actor, this.#inUse);
    if (archived === false) await catalog.unarchive(model, version, actor);
    return this.version(model, version);
  }

  setAlias(model: string, alias: string, version: number | null, actor: Actor): Promise<void> {
    return this.#options.catalog.setAlias(model, alias, version, actor);
  }

  collectGarbage(actor: Actor): Promise<{ readonly bundles: number; readonly bytes: number }> {
    return this.#options.catalog.collectGarbage(actor, this.#inUse);
  }

  // Endpoints

  async endpoints(page: PageRequest): Promise<Page<EndpointView>> {
    const rows = await this.#options.store.tables.endpoints.list(page);
    return { ...rows, items: await Promise.all(rows.items.map((row) => this.#endpointView(row))) };
  }

  async endpoint(name: string): Promise<EndpointView> {
    return this.#endpointView(await this.#endpointRow(name));
  }

  async routes(endpoint: string, page: PageRequest): ReturnType<Control['routes']> {
    await this.#endpointRow(endpoint);
    return this.#options.store.tables.endpoints.history(endpoint, page);
  }

  async changeRoute(
    endpoint: string,
    change: Partial<Pick<Route, 'rules' | 'unit'>>,
    generation: number,
    actor: Actor,
  ): Promise<EndpointView> {
    const { store, clock, publisher } = this.#options;
    const row = await this.#endpointRow(endpoint);
    for (const { version } of change.rules ?? []) await this.#readyVersion(row.model, version);
    const route = { ...row.route, ...change, generation: generation + 1 };
    const reason = actor.reason ?? `changed ${Object.keys(change).join(' and ')}`;
    await store.transaction(async (tables) => {
      const at = clock.now();
      if (!(await tables.endpoints.flip(endpoint, generation, { route }, { at, by: actor.by, reason })))
        throw await this.#conflict(endpoint, generation);
      const entry = { at, by: actor.by, what: 'route.changed', subject: `endpoint/${endpoint}` };
      await tables.audit.append({ ...entry, body: { generation: generation + 1, reason, ...change } });
    });
    await publisher.publish();
    return this.endpoint(endpoint);
  }

  async rollback(
    endpoint: string,
    to: number | null,
    generation: number | null,
    actor: Actor,
  ): Promise<EndpointView> {
    const row = await this.#endpointRow(endpoint);
    if (generation !== null && generation !== row.generation)
      throw await this.#conflict(endpoint, generation);
    // While a rollout runs, stable is what there was before it.
    const version = to ?? (row.rollout === null ? row.previous : row.stable);
    if (version === null)
      throw new PlimsollError('ROLLBACK_REFUSED', { endpoint, reason: 'no other version has answered yet' });
    await this.#readyVersion(row.model, version);
    const { controller, publisher } = this.#options;
    if (row.rollout !== null) await controller.restOn(row.rollout, version, actor);
    else if (version !== row.stable) await rollBackAtRest(this.#options, row, version, actor);
    await publisher.publish();
    return this.endpoint(endpoint);
  }

  async explainUnit(endpoint: string, unit: string): ReturnType<Control['explainUnit']> {
    const { route } = await this.#endpointRow(endpoint);
    const weight = route.ranges.find(({ role }) => role === 'candidate')?.to ?? 0;
    const assignment = explainUnit(unit, { seed: route.seed, weight: Math.min(weight, BUCKETS) });
    const range = route.ranges.find(({ from, to }) => from <= assignment.bucket && assignment.bucket < to)!;
    return { ...assignment, version: range.version };
  }

  // Rollouts

  async startRollout(endpoint: string, rollout: NewRollout, actor: Actor): Promise<RolloutView> {
    const { store, controller, clock } = this.#options;
    const row = await newRollout(store.tables, await this.#endpointRow(endpoint), rollout, actor, {
      clock,
      versionOf: (model, version) => this.#versionRow(model, version),
    });
    await controller.begin(row);
    return this.rollout(row.id);
  }

  async rollouts(endpoint: string, page: PageRequest): Promise<Page<RolloutView>> {
    await this.#endpointRow(endpoint);
    const rows = await this.#options.store.tables.rollouts.list(endpoint, page);
    return { ...rows, items: await Promise.all(rows.items.map(({ id }) => this.rollout(id))) };
  }

  async rollout(id: string): Promise<RolloutView> {
    await this.#rolloutRow(id);
    return standingView(await this.#options.controller.standing(id));
  }

  async command(id: string, command: RolloutCommand, actor: Actor): Promise<RolloutView> {
    const before = await this.rollout(id);
    refuseInVain(command, before);
    await this.#options.controller.command(id, command, actor);
    const after = await this.rollout(id);
    refuseUnmoved(command, before, after);
    return after;
  }

  async windows(id: string, page: PageRequest): Promise<Page<RecordingLine>> {
    await this.#rolloutRow(id);
    return windowLines(this.#options.store.tables.rollouts, id, page);
  }

  async evidence(id: string): Promise<PublicKey & { readonly envelope: Envelope }> {
    const { store, controller, signer } = this.#options;
    await this.#rolloutRow(id);
    const account = await accountOf(store.tables.rollouts, await controller.standing(id));
    const key = signer();
    return { envelope: key.sign(EVIDENCE_TYPE, account), ...key.publicKey };
  }

  keys(): ReturnType<Control['keys']> {
    return Promise.resolve([this.#options.signer().publicKey]);
  }

  // What comes from outside, and what is kept

  feedback(items: readonly FeedbackItem[]): Promise<{ readonly accepted: number }> {
    const { store, clock } = this.#options;
    const feedback = { insert: (rows: readonly FeedbackRow[]) => this.#feedback.add(rows) };
    return acceptFeedback({ endpoints: store.tables.endpoints, feedback }, items, clock.now());
  }

  audit(page: Parameters<Control['audit']>[0]): ReturnType<Control['audit']> {
    return this.#options.store.tables.audit.list(page);
  }

  /** The first version of a model that has no endpoint answers under the model's name. */
  async #goLive({ model, version }: VersionRow, actor: Actor): Promise<void> {
    const { store, clock, publisher } = this.#options;
    const isNew = await store.transaction(async ({ endpoints, audit }) => {
      const at = clock.now();
      const generation = 1;
      const route = restingRoute(model, model, version, generation);
      const row = { name: model, model, generation, route, stable: version, previous: null, rollout: null };
      const reason = 'the first version';
      if (!(await endpoints.insert({ ...row, createdAt: at }, { at, by: actor.by, reason }))) return false;
      const entry = { at, by: actor.by, what: 'endpoint.created', subject: `endpoint/${model}` };
      await audit.append({ ...entry, body: { version, generation } });
      return true;
    });
    if (isNew) await publisher.publish();
  }

  /** Signature that clients of the model's endpoint know, or null. */
  async #servedSignature(model: string): Promise<Signature | null> {
    const { store, catalog } = this.#options;
    const endpoint = await store.tables.endpoints.get(model);
    if (endpoint === null || endpoint.model !== model) return null;
    const row = await this.#versionRow(model, endpoint.stable);
    return (await catalog.accepted(row)).manifest.signature;
  }

  readonly #inUse = (model: string, version: number): Promise<string | null> =>
    inUse(this.#options.store.tables, model, version);

  #versionView(row: VersionRow, aliases: Readonly<Record<string, number>>): VersionView {
    return versionView(row, readManifest(bundleDir(this.#options.dataDir, row.digest)), aliases);
  }

  async #endpointView(row: EndpointRow): Promise<EndpointView> {
    return endpointView(row, row.rollout === null ? null : await this.rollout(row.rollout));
  }

  async #versionRow(model: string, version: number): Promise<VersionRow> {
    const { versions } = this.#options.store.tables;
    const row = await versions.get(model, version);
    if (row !== null) return row;
    await this.model(model);
    throw new PlimsollError('VERSION_UNKNOWN', { model, version });
  }

  async #readyVersion(model: string, version: number): Promise<VersionRow> {
    const row = await this.#versionRow(model, version);
    if (row.state === 'ready') return row;
    throw new PlimsollError('VERSION_STATE', {
      action: 'route to',
      model,
      version,
      found: row.state,
      wanted: 'ready',
    });
  }

  async #endpointRow(name: string): Promise<EndpointRow> {
    const { endpoints } = this.#options.store.tables;
    const row = await endpoints.get(name);
    if (row !== null) return row;
    const { items } = await endpoints.list({ limit: 20 });
    const known = items.map((endpoint) => endpoint.name).join(', ') || 'none yet';
    throw new PlimsollError('ENDPOINT_NOT_FOUND', { endpoint: name, known });
  }

  async #rolloutRow(id: string): Promise<RolloutRow> {
    const row = await this.#options.store.tables.rollouts.get(id);
    if (row === null)
      throw new PlimsollError('ROLLOUT_NOT_FOUND', { id, found: 'there is none of that id' });
    return row;
  }

  async #knownModels(): Promise<string> {
    const { items } = await this.#options.store.tables.versions.models({ limit: 20 });
    return items.join(', ') || 'no model';
  }

  async #conflict(endpoint: string, wanted: number): Promise<PlimsollError> {
    const { generation } = await this.#endpointRow(endpoint);
    return new PlimsollError('GENERATION_CONFLICT', { endpoint, found: generation, wanted });
  }
}
