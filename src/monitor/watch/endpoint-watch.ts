/** All that is watched of one endpoint, while this process is the one that evaluates. */
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { MemoryRow, MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { AccuracySummary } from '../accuracy/accuracy-summary.ts';
import type { AlertCondition, AlertDetail, AlertRow } from '../alerts/alert.ts';
import type { WantedFeature } from '../drift/drift-watch.ts';
import { type OperationsState, OperationsWatch } from '../operations/operations-watch.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import type { EndpointStatus } from '../prometheus/monitoring-metrics.ts';
import { binNames } from '../reference/bin-names.ts';
import { findFeature } from '../reference/reference-profile.ts';
import { SLOT_MS } from './block-intake.ts';
import { driftCause, driftsAlone, firstDrifting } from './drift-cause.ts';
import { alertHistogram, driftConditions } from './drift-conditions.ts';
import { falseAlarmsARow } from './false-alarm-budget.ts';
import { type DriftMemory, type EndpointMemory, MEMORY_KINDS, versionMemoryName } from './memory.ts';
import { behindCondition, droppedCondition } from './monitor-conditions.ts';
import type { MonitorTick } from './monitor-tick.ts';
import type { KnownProfile, ProfileStore } from './profile-store.ts';
import { qualityConditions } from './quality-conditions.ts';
import { isRuleInForce } from './rules-in-force.ts';
import { addTraffic, rowRate, type TrafficHistory } from './traffic-history.ts';
import { ignoredColumns, VersionDrift, WatchedProfile } from './version-drift.ts';
import { addToQuality, type QualityMemory } from './version-quality.ts';
import { versionStatus } from './version-status.ts';
import type { SteeringRequest, WatchedEndpoint } from './watch-environment.ts';

export interface EndpointWatchOptions {
  readonly store: Pick<MonitoringStore, 'memory'>;
  readonly profiles: Pick<ProfileStore, 'recent'>;
  readonly now: () => number;
  /** Of features that do not drift, those that rules are asked about. @default {all} */
  readonly isAsked?: WantedFeature;
}

/** Two versions whose last rows lie further apart, in milliseconds, have not seen the same traffic. */
const TOGETHER_MS = 3_600_000;
/** A rollout that runs so long, in milliseconds, after it was paused has been resumed. */
const RESUMED_MS = 20_000;

export class EndpointWatch {
  readonly #options: EndpointWatchOptions;
  readonly #name: string;
  #endpoint: WatchedEndpoint;
  #policy: MonitorPolicy;
  #traffic: TrafficHistory | null = null;
  #memory: EndpointMemory | null = null;
  #operations: OperationsWatch | null = null;
  readonly #drifts = new Map<number, VersionDrift>();
  /** Versions whose detectors are not what is kept of them. */
  readonly #changed = new Set<number>();
  readonly #qualities = new Map<number, QualityMemory>();
  readonly #changedQualities = new Set<number>();

  constructor(options: EndpointWatchOptions, endpoint: WatchedEndpoint, policy: MonitorPolicy) {
    this.#options = options;
    this.#name = endpoint.name;
    this.#endpoint = endpoint;
    this.#policy = policy;
  }

  /** Reads what is remembered. */
  async load(): Promise<void> {
    this.#traffic = await this.#remembered(MEMORY_KINDS.traffic, this.#name);
    this.#memory = await this.#remembered(MEMORY_KINDS.endpoint, this.#name);
    const state = await this.#remembered<OperationsState>(MEMORY_KINDS.operations, this.#name);
    this.#operations = this.#watchOperations(state);
  }

  /** As it is now; another policy has detectors made anew, from where they are. */
  update(endpoint: WatchedEndpoint, policy: MonitorPolicy): void {
    const before = this.#memory;
    if (before?.stable !== endpoint.stable) {
      const since = before === null ? 0 : this.#options.now();
      this.#memory = { steered: null, ...before, stable: endpoint.stable, since };
    }
    this.#endpoint = endpoint;
    if (JSON.stringify(policy) === JSON.stringify(this.#policy)) return;
    this.#policy = policy;
    for (const [version, drift] of this.#drifts) {
      this.#drifts.set(version, this.#made(drift.known, drift.memory()));
      this.#changed.add(version);
    }
    this.#operations = this.#watchOperations(this.#operations?.state() ?? null);
  }

  /** Adds a tick of one of its versions. */
  async add(version: number, at: number, tick: MonitorTick): Promise<void> {
    const { requests, rowsSeen: rows, dropped } = tick;
    this.#traffic = addTraffic(this.#traffic, at, { requests, rows, dropped });
    this.#count(rows, dropped);
    if (tick.profile === 0) return;
    await this.#addQuality(version, at, tick);
    if (!this.#policy.drift.enabled) return;
    const drift = await this.#drift(version);
    if (drift === null || drift.known.createdAt !== tick.profile) return;
    drift.add(tick.counts, at, at + SLOT_MS);
    this.#changed.add(version);
  }

  /** How every rule stands. */
  async look(load: FleetLoad | null): Promise<readonly AlertCondition[]> {
    const now = this.#options.now();
    const stable = this.#endpoint.versions.find(({ version }) => version === this.#endpoint.stable) ?? null;
    return [
      ...(await this.#driftConditions(now)),
      ...(await this.#qualityConditions(now)),
      behindCondition({ endpoint: this.#name, model: this.#endpoint.model }, null, now),
      droppedCondition({ endpoint: this.#name, model: this.#endpoint.model }, this.#traffic, now),
      ...(this.#operations?.look({ at: now, load, version: stable }) ?? []),
    ];
  }

  /**
   * What drift does to the rollout that runs; once for each that begins while it does. It is paused at once; where it is to be
   * rolled back, that is done a minute later if the candidate still drifts alone: by then stable, with the same traffic, has
   * had the time to drift too.
   */
  async steer(): Promise<SteeringRequest | null> {
    const { rollout, stable } = this.#endpoint;
    const wanted = this.#policy.drift.rollout;
    if (rollout === null || wanted === 'none') return null;
    const of = await Promise.all([this.#drift(stable), this.#drift(rollout.candidate)]);
    const last = this.#memory?.steered ?? null;
    const steered = last?.rollout === rollout.id ? last : null;
    if (!rollout.isRunning) return wanted === 'rollback' ? this.#abortion(rollout.id, steered, of) : null;
    const began = Math.max(0, ...of.flatMap((drift) => Object.values(drift?.began ?? {})));
    if (began <= (steered?.began ?? rollout.startedAt)) {
      // Somebody has resumed it: what comes of it is theirs to say.
      if (steered !== null && this.#options.now() - steered.at > RESUMED_MS)
        this.#memory &&= { ...this.#memory, steered: { ...steered, at: Number.MAX_SAFE_INTEGER } };
      return null;
    }
    const cause = await this.#cause(rollout.candidate);
    const told = cause === null ? '' : cause === 'data' ? ' (both versions see it)' : ' (one version alone)';
    const reason = `drift while it runs: ${firstDrifting(of.map((drift) => drift?.view() ?? []))}${told}`;
    return { rollout: rollout.id, steering: 'pause', reason, began };
  }

  /** Of a rollout that drift has paused, and nobody has resumed for as long as a condition must hold. */
  #abortion(
    rollout: string,
    steered: EndpointMemory['steered'],
    [stable, candidate]: readonly (VersionDrift | null)[],
  ): SteeringRequest | null {
    const { began, at } = steered ?? { began: 0, at: Infinity };
    if (!stable || !candidate || this.#options.now() - at < this.#policy.alerts.for) return null;
    if (Math.abs(candidate.to - stable.to) > TOGETHER_MS || !driftsAlone(candidate.view(), stable.view()))
      return null;
    const reason = `drift while it runs: ${firstDrifting([candidate.view()])} (the candidate alone)`;
    return { rollout, steering: 'abort', reason, began };
  }

  /** Notes that a rollout was steered. */
  steered({ rollout, began }: SteeringRequest): void {
    this.#memory &&= { ...this.#memory, steered: { rollout, began, at: this.#options.now() } };
  }

  /** When the version was replaced, and its reference. */
  get deploys(): readonly number[] {
    const { since = 0, referred = 0 } = this.#memory ?? {};
    return [since, referred].filter((at) => at > 0);
  }

  /** How many features and answers are watched; null where there is no profile. */
  get features(): number | null {
    const drift = this.#drifts.get(this.#endpoint.stable);
    if (drift === undefined) return null;
    const { features, outputs } = drift.watched.profile;
    return features.length + outputs.length;
  }

  get endpoint(): WatchedEndpoint {
    return this.#endpoint;
  }

  get policy(): MonitorPolicy {
    return this.#policy;
  }

  /** Whether the rule of an alert is still in force. */
  isWatched({ labels }: AlertRow): boolean {
    return isRuleInForce(this.#policy, this.#memory?.raised ?? {}, labels);
  }

  /** How it is watched, as metrics say it; `looked`: how the last look went; `accuracy`: of the version that is stable. */
  async status(
    looked: Pick<EndpointStatus, 'lastSuccessAt' | 'runMillis' | 'firing'>,
    accuracy: AccuracySummary | null,
  ): Promise<EndpointStatus> {
    const { model, versions, stable } = this.#endpoint;
    const { rows = 0, dropped = 0 } = this.#memory ?? {};
    const { drift: policy } = this.#policy;
    const standings = await Promise.all(
      versions.map(async (version) => {
        const drift = policy.enabled ? await this.#drift(version.version) : null;
        const violations = (await this.#quality(version.version))?.totals ?? {};
        const own = version.version === stable ? accuracy : null;
        const view = drift?.view() ?? null;
        return versionStatus({ model, version, view, policy, violations, accuracy: own });
      }),
    );
    return { endpoint: this.#name, model, ...looked, rows, dropped, versions: standings };
  }

  /** What is to be remembered. Nothing of it is lost where it is not: the ticks since the last time are added again. */
  memories(): readonly MemoryRow[] {
    const changedAt = this.#options.now();
    const row = (kind: string, body: unknown, name = this.#name) => ({ kind, name, body, changedAt });
    const own = (version: number): string => versionMemoryName(this.#name, version);
    const rows = [
      ...(this.#traffic === null ? [] : [row(MEMORY_KINDS.traffic, this.#traffic)]),
      ...(this.#memory === null ? [] : [row(MEMORY_KINDS.endpoint, this.#memory)]),
      ...(this.#operations === null ? [] : [row(MEMORY_KINDS.operations, this.#operations.state())]),
      ...[...this.#drifts]
        .filter(([version]) => this.#changed.has(version))
        .map(([version, drift]) => row(MEMORY_KINDS.drift, drift.memory(), own(version))),
      ...[...this.#qualities]
        .filter(([version]) => this.#changedQualities.has(version))
        .map(([version, quality]) => row(MEMORY_KINDS.quality, quality, own(version))),
    ];
    this.#changed.clear();
    this.#changedQualities.clear();
    return rows;
  }

  /** Rows that were ever seen here: a number that never falls. */
  #count(rows: number, dropped: number): void {
    const before = this.#memory;
    if (before === null) return;
    this.#memory = {
      ...before,
      rows: (before.rows ?? 0) + rows,
      dropped: (before.dropped ?? 0) + dropped,
    };
  }

  async #addQuality(version: number, at: number, tick: MonitorTick): Promise<void> {
    this.#qualities.set(version, addToQuality(await this.#quality(version), tick, at));
    this.#changedQualities.add(version);
  }

  async #quality(version: number): Promise<QualityMemory | null> {
    return (
      this.#qualities.get(version) ??
      (await this.#remembered<QualityMemory>(MEMORY_KINDS.quality, versionMemoryName(this.#name, version)))
    );
  }

  async #qualityConditions(now: number): Promise<readonly AlertCondition[]> {
    const { model, stable: version } = this.#endpoint;
    const known = await this.#options.profiles.recent({ model, version });
    if (known === null || this.#memory === null || !this.#policy.quality.enabled) return [];
    const quality = await this.#quality(version);
    const { conditions, raised } = qualityConditions({
      ...{ endpoint: this.#name, model, version, profile: known.profile, policy: this.#policy, now },
      memory: quality?.profile === known.createdAt ? quality : null,
      raised: this.#memory.raised ?? {},
      histogram: (feature) => this.#histogram(version, feature),
    });
    this.#memory = { ...this.#memory, raised };
    return conditions;
  }

  /** What drift sees of an input: reference and now. */
  #histogram(version: number, feature: string): AlertDetail['histogram'] {
    const drift = this.#drifts.get(version);
    const profile = drift && findFeature(drift.watched.profile, { feature, side: 'input' });
    const view = drift?.view((name, side) => side === 'input' && name === feature);
    const seen = view?.find((one) => one.side === 'input' && one.feature === feature);
    if (!profile || seen === undefined) return null;
    return alertHistogram(binNames(profile), seen.reference, seen.current);
  }

  async #driftConditions(now: number): Promise<readonly AlertCondition[]> {
    const { model, stable } = this.#endpoint;
    const drift = await this.#drift(stable);
    if (drift === null || !this.#policy.drift.enabled) return [];
    this.#budget(drift, now);
    const { minimumPsi: psi, minimumShare: share } = this.#policy.drift;
    return driftConditions({
      ...{ endpoint: this.#name, model, version: stable, profile: drift.watched.profile },
      ...{ view: drift.view(this.#options.isAsked), began: drift.began, minimum: { psi, share }, now },
      cause: await this.#cause(null),
    });
  }

  #budget(drift: VersionDrift, now: number): void {
    if (this.#traffic !== null) drift.budget(this.#falseAlarms(now));
  }

  #falseAlarms(now: number): number {
    return falseAlarmsARow(
      this.#policy.falseAlarms,
      this.#traffic === null ? 0 : rowRate(this.#traffic, now),
    );
  }

  /** Compares the stable version with another one, or with all that see the same traffic. */
  async #cause(other: number | null): Promise<'data' | 'model' | null> {
    const { stable, versions } = this.#endpoint;
    const own = await this.#drift(stable);
    if (own === null) return null;
    for (const { version } of versions) {
      if (version === stable || (other !== null && version !== other)) continue;
      const drift = await this.#drift(version);
      if (drift === null || Math.abs(drift.to - own.to) > TOGETHER_MS) continue;
      const cause = driftCause(own.view(), drift.view());
      if (cause !== null) return cause;
    }
    return null;
  }

  /** The detectors of a version, from where they were; null where it has no profile yet. */
  async #drift(version: number): Promise<VersionDrift | null> {
    const known = await this.#options.profiles.recent({ model: this.#endpoint.model, version });
    const before = this.#drifts.get(version);
    if (known === null || before?.known === known) return before ?? null;
    const memory = await this.#remembered<DriftMemory>(
      MEMORY_KINDS.drift,
      versionMemoryName(this.#name, version),
    );
    const made = this.#made(known, memory);
    this.#drifts.set(version, made);
    const replaced = (before?.known.createdAt ?? memory?.profile ?? known.createdAt) !== known.createdAt;
    if (replaced && version === this.#endpoint.stable && this.#memory !== null)
      this.#memory = { ...this.#memory, referred: known.createdAt };
    return made;
  }

  #made(known: KnownProfile, memory: DriftMemory | null): VersionDrift {
    const { drift, log } = this.#policy;
    const watched = new WatchedProfile(known.profile, ignoredColumns(drift, log));
    const { minimumPsi, minimumShare } = drift;
    const falseAlarms = this.#falseAlarms(this.#options.now());
    return new VersionDrift(known, watched, { minimumPsi, minimumShare, falseAlarms }, memory);
  }

  #watchOperations(state: OperationsState | null): OperationsWatch {
    const { operations, falseAlarms } = this.#policy;
    const { model } = this.#endpoint;
    return new OperationsWatch({ endpoint: this.#name, model, policy: operations, falseAlarms }, state);
  }

  async #remembered<T>(kind: string, name: string): Promise<T | null> {
    return ((await this.#options.store.memory(kind, name))?.body as T | undefined) ?? null;
  }
}
