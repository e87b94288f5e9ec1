/** Makes one snapshot of what every endpoint wants and hands it to the serving processes, without letting one bad version hold up the rest. */
import { toError } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { SerialQueue } from '../../core/serial-queue.ts';
import { type NamedBundle, type Route, singleVersionRanges } from '../../rollout/route.ts';
import { allRows } from '../../store/pages.ts';
import { RowDamageLog } from '../../store/row-damage-log.ts';
import { type DamagedRow, isRowDamage } from '../../store/row-schema.ts';
import type { EndpointRow, RolloutRow, Store } from '../../store/store.ts';
import type { RouteOverrides } from '../overrides/route-overrides.ts';
import type { ServingFleet } from './fleet.ts';

export interface PublisherPorts {
  readonly store: Store;
  readonly fleet: ServingFleet;
  /** What is laid over the routes of the store while that cannot be written. */
  readonly overrides: Pick<RouteOverrides, 'over' | 'revision'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Folder of the accepted bundle with this digest. */
  readonly bundleOf: (digest: string) => string;
  /** Unique among the starts of all control planes. */
  readonly holder: string;
  /** Names this control plane among those that share the store: numbers grow within it. */
  readonly scope: string;
}

type NamedVersion = Pick<NamedBundle, 'model' | 'version'>;

/** A version that the fleet could not load, and when it was last tried. */
interface Failure {
  readonly error: Error;
  readonly at: number;
}

/** What the store said, and the revision of the overrides that it is published with. */
interface Draft {
  readonly versions: readonly NamedBundle[];
  readonly endpoints: readonly EndpointRow[];
  readonly rollouts: readonly RolloutRow[];
  readonly revision: number;
}

const generationsOf = ({ endpoints, revision }: Draft): string =>
  JSON.stringify([revision, endpoints.map(({ name, generation }) => [name, generation])]);

/** What a snapshot was made from, to see whether it is still true. */
const fingerprintOf = (draft: Draft): string =>
  JSON.stringify([draft.versions.map(keyOf), generationsOf(draft)]);

/** Milliseconds until a version that could not be loaded is tried again; looking whether its bundle has come costs little. */
const RETRY_AFTER_MS = 60_000;
const LOOK_AFTER = 2000;
/** Snapshots of one start of a control plane: numbers of the next start are beyond them. */
const SNAPSHOTS_A_START = 1e9;

const versionKey = (model: string, version: number): string => `${model}@${version}`;
const keyOf = ({ model, version }: NamedBundle): string => versionKey(model, version);

export class SnapshotPublisher {
  readonly #ports: PublisherPorts;
  /** Reading the store and numbering go in turns; waiting for the fleet does not, so that nothing waits for a slow load. */
  readonly #turns = new SerialQueue();
  readonly #loads = new SerialQueue();
  readonly #failures = new Map<string, Failure>();
  /** Digests do not change, so they are read once. */
  readonly #digests = new Map<string, string>();
  /** Versions of snapshots that have been sent and are not followed yet. */
  readonly #coming = new Set<readonly NamedBundle[]>();
  /** Versions that the fleet has said it has loaded. */
  #loaded: ReadonlySet<string> = new Set();
  readonly #damage: RowDamageLog;
  #start: number | null = null;
  #count = 0;
  /** What the store said last. */
  #read: Draft | null = null;
  #followed = { sequence: 0, fingerprint: '', generations: '' };

  constructor(ports: PublisherPorts) {
    this.#ports = ports;
    this.#damage = new RowDamageLog(ports.logger);
  }

  /** Endpoints and running rollouts as the store had them last; null where nothing was read yet. */
  get lastRead(): Pick<Draft, 'endpoints' | 'rollouts'> | null {
    return this.#read;
  }

  /** Why the fleet could not load this version, or null. */
  failure(model: string, version: number): Error | null {
    return this.#failures.get(versionKey(model, version))?.error ?? null;
  }

  /**
   * Publishes the routes that the store has now to the versions that are loaded already, so that no route waits for a
   * load; resolves once the fleet follows. Throws what the store or the fleet throws.
   */
  async publishRoutes(): Promise<void> {
    if (this.#loaded.size === 0) return this.publish();
    await this.#send([], (version) => this.#isLoaded(version));
  }

  /**
   * Publishes what the store said last with the overrides that hold now: needs no store, and waits for nobody who does.
   * Does nothing where nothing was ever published. Throws what the fleet throws.
   */
  async publishOverrides(): Promise<void> {
    const read = this.#read;
    if (read === null || this.#start === null) return;
    const draft = { ...read, revision: this.#ports.overrides.revision };
    await this.#hand(this.#numbered(this.#start), draft, (version) => this.#isLoaded(version));
  }

  /**
   * Publishes everything that the store wants, and `also`. A version that cannot be loaded is left out with what needs it:
   * see `failure`. Throws what the store or the fleet itself throws.
   */
  publish(also: readonly NamedVersion[] = []): Promise<void> {
    return this.#loads.take(async () => {
      try {
        // Routes that were changed while versions were being loaded have overtaken them: what is loaded waits to be named.
        while (!(await this.#send(also, () => true)));
      } catch (error) {
        const { versions } = await this.#turns.take(() => this.#draft(also));
        const suspects = versions.filter((version) => !this.#isLoaded(version));
        if (suspects.length === 0) throw error;
        await this.#sendWithoutBad(also, suspects);
      }
    });
  }

  /** Has the version loaded if it is not; throws why it cannot be. */
  async ensure(model: string, version: number): Promise<void> {
    const key = versionKey(model, version);
    if (this.#loaded.has(key)) return;
    this.#failures.delete(key);
    await this.publish([{ model, version }]);
    const error = this.failure(model, version);
    if (error !== null) throw error;
    if (!this.#loaded.has(key)) throw new PlimsollError('VERSION_UNSERVED', { model, version });
  }

  /** Versions that the fleet has said it has loaded, as `model@version`. */
  get loaded(): ReadonlySet<string> {
    return this.#loaded;
  }

  /** Versions that the fleet could not load when they were last tried. */
  get failures(): readonly (readonly [version: string, why: string])[] {
    return [...this.#failures].map(([key, { error }]) => [key, error.message]);
  }

  /** Publishes routes that somebody else has changed, as `publishRoutes` does. */
  async followRoutes(): Promise<void> {
    const draft = await this.#turns.take(() => this.#draft([]));
    if (generationsOf(draft) !== this.#followed.generations) await this.publishRoutes();
  }

  /** Loads and publishes where the store wants something else than what was followed last. */
  async refresh(): Promise<void> {
    const draft = await this.#turns.take(() => this.#draft([]));
    if (fingerprintOf(draft) !== this.#followed.fingerprint) await this.publish();
  }

  #isLoaded(version: NamedBundle): boolean {
    return this.#loaded.has(keyOf(version));
  }

  /** Tries each suspect beside what is loaded already, then publishes with those that could be loaded. */
  async #sendWithoutBad(also: readonly NamedVersion[], suspects: readonly NamedBundle[]): Promise<void> {
    const sound = new Set(this.#loaded);
    for (const suspect of suspects.map(keyOf)) {
      try {
        await this.#send(also, (version) => sound.has(keyOf(version)) || keyOf(version) === suspect);
        sound.add(suspect);
      } catch (error) {
        this.#fail(suspect, toError(error));
      }
    }
    await this.#send(also, (version) => sound.has(keyOf(version)));
  }

  #fail(version: string, error: Error): void {
    this.#failures.set(version, { error, at: this.#ports.clock.now() });
    const hint = isPlimsollError(error) ? error.hint : undefined;
    this.#ports.logger.error({ err: error, version, hint }, 'A version cannot be loaded');
  }

  /**
   * Reads, numbers and sends. Numbers are given in the order in which the store was read: what was read earlier never
   * replaces what was read later. Whether the fleet follows it, or a later one with the same versions.
   */
  async #send(also: readonly NamedVersion[], isWanted: (version: NamedBundle) => boolean): Promise<boolean> {
    const { draft, sequence } = await this.#turns.take(async () => ({
      sequence: await this.#next(),
      draft: await this.#draft(also),
    }));
    return this.#hand(sequence, draft, isWanted);
  }

  async #hand(sequence: number, draft: Draft, isWanted: (version: NamedBundle) => boolean): Promise<boolean> {
    const versions = draft.versions.filter(isWanted);
    const loaded = new Set(versions.map(keyOf));
    const { overrides } = this.#ports;
    const routes = draft.endpoints.flatMap((endpoint) => reachable(overrides.over(endpoint), loaded) ?? []);
    const keep = [...this.#coming].flat();
    this.#coming.add(versions);
    await this.#ports.fleet
      .publish({ sequence, versions, routes, keep })
      .finally(() => this.#coming.delete(versions));
    for (const key of loaded) this.#failures.delete(key);
    if (sequence < this.#followed.sequence) return versions.every((version) => this.#isLoaded(version));
    this.#followed = {
      sequence,
      fingerprint: fingerprintOf({ ...draft, versions }),
      generations: generationsOf(draft),
    };
    this.#loaded = loaded;
    return true;
  }

  async #draft(also: readonly NamedVersion[]): Promise<Draft> {
    const { tables } = this.#ports.store;
    const { revision } = this.#ports.overrides;
    const lost: DamagedRow[] = [];
    const endpoints = [
      ...(await allRows(
        (page) => tables.endpoints.list(page),
        (row) => lost.push(row),
      )),
    ];
    // One that was read before it was damaged goes on as it was.
    for (const { kept } of lost)
      endpoints.push(...(this.#read?.endpoints ?? []).filter(({ name }) => name === kept['name']));
    const models = new Map(endpoints.map(({ name, model }) => [name, model]));
    const { items: rollouts, damaged } = await tables.rollouts.running();
    for (const row of [...lost, ...damaged]) this.#damage.note(row);
    const running = rollouts.flatMap(({ endpoint, candidate, stable }) => {
      const model = models.get(endpoint);
      return model === undefined ? [] : [candidate, stable].map((version) => ({ model, version }));
    });
    const wanted = [...endpoints.flatMap(versionsOf), ...running, ...also];
    const draft = { versions: await this.#bundles(wanted), endpoints, rollouts, revision };
    this.#read = draft;
    return draft;
  }

  /** Those that have a bundle, each once, without those that failed a moment ago. */
  async #bundles(wanted: readonly NamedVersion[]): Promise<readonly NamedBundle[]> {
    const found = new Map<string, NamedBundle>();
    for (const { model, version } of wanted) {
      const key = versionKey(model, version);
      if (found.has(key) || this.#hasJustFailed(key)) continue;
      const digest = this.#digests.get(key) ?? (await this.#digest(model, version));
      if (digest !== null) found.set(key, { bundle: this.#ports.bundleOf(digest), model, version });
    }
    return [...found.values()];
  }

  async #digest(model: string, version: number): Promise<string | null> {
    const row = await this.#ports.store.tables.versions.get(model, version).catch((error: unknown) => {
      if (!isRowDamage(error)) throw error;
      this.#fail(versionKey(model, version), error);
      return null;
    });
    if (row === null || row.state === 'refused' || row.state === 'validating') return null;
    this.#digests.set(versionKey(model, version), row.digest);
    return row.digest;
  }

  #hasJustFailed(key: string): boolean {
    const failure = this.#failures.get(key);
    if (failure === undefined) return false;
    const age = this.#ports.clock.now() - failure.at;
    const isGone = isPlimsollError(failure.error) && failure.error.code === 'BUNDLE_GONE';
    return age >= 0 && age < (isGone ? LOOK_AFTER : RETRY_AFTER_MS);
  }

  /** Numbers grow over restarts, also where the clock goes back: each start takes the next token of its scope. */
  async #next(): Promise<number> {
    this.#start ??= await this.#token();
    return this.#numbered(this.#start);
  }

  #numbered(start: number): number {
    this.#count += 1;
    return start * SNAPSHOTS_A_START + this.#count;
  }

  async #token(): Promise<number> {
    const { store, clock, holder, scope } = this.#ports;
    const fence = await store.transaction(async ({ owners }) => {
      const taken = await owners.acquire(`publisher/${scope}`, holder, clock.now(), 0);
      if (taken !== null) await owners.release(taken);
      return taken;
    });
    if (fence !== null) return fence.token;
    throw new PlimsollError('ROLLOUTS_UNOWNED', { reason: `another one publishes as "${scope}" just now` });
  }
}

const versionsOf = ({ model, route, stable, previous }: EndpointRow) =>
  [
    ...route.ranges.map(({ version }) => version),
    ...(route.shadow === null ? [] : [route.shadow.version]),
    ...route.rules.map(({ version }) => version),
    stable,
    ...(previous === null ? [] : [previous]),
  ].map((version) => ({ model, version }));

/** The route as far as its versions are loaded: without them stable answers everybody, and nothing is measured. */
function reachable({ route, stable }: EndpointRow, loaded: ReadonlySet<string>): Route | null {
  const has = (version: number): boolean => loaded.has(versionKey(route.model, version));
  const rules = route.rules.filter(({ version }) => has(version));
  const isWhole = route.ranges.every(({ version }) => has(version));
  if (isWhole && (route.shadow === null || has(route.shadow.version))) return { ...route, rules };
  return has(stable)
    ? { ...route, rules, ranges: singleVersionRanges(stable), shadow: null, recording: null }
    : null;
}
