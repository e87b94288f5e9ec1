/** A control plane over a real store, with a clock, workers and failures that tests make. */
import { PlimsollError } from '../../../core/errors.ts';
import type { Clock, Logger } from '../../../core/ports.ts';
import {
  type PlaneSnapshot,
  type RecordingSpec,
  type Route,
  singleVersionRoute,
  windowAt,
} from '../../../rollout/route.ts';
import { LATENCY_BINS, type WindowPart } from '../../../rollout/window-part.ts';
import type { RolloutRow, Store } from '../../../store/store.ts';
import { version } from '../../../store/testing/rows.ts';
import type { FleetChange, ServingFleet } from '../../fleet/fleet.ts';
import { SnapshotPublisher } from '../../fleet/snapshot-publisher.ts';
import { RouteOverrides, type RouteOverridesOptions } from '../../overrides/route-overrides.ts';
import { SINGLE_REPLICA } from '../../replicas/replica-group.ts';
import { StoreReplicaGroup } from '../../replicas/store-replica-group.ts';
import { RolloutController } from '../rollout-controller.ts';
import type { RolloutAlert } from '../rollout-run.ts';

export const WORLD_START = 1_700_000_000_000;

export class ManualClock implements Clock {
  #now = WORLD_START;
  #monotonic = 0;

  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#monotonic;
  }
  pass(millis: number): void {
    this.#now += millis;
    this.#monotonic += millis;
  }
  /** The wall clock alone, as when somebody sets it. */
  jump(millis: number): void {
    this.#now += millis;
  }
}

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Units of each arm in a window, and how many of them failed, by index of the arm. */
export type Traffic = (route: Route, window: number) => readonly (readonly [units: number, failed: number])[];

/** Units by the share of each arm, `failing` of a hundred of the candidate's. */
export const trafficOf =
  (units: number, failing = 0): Traffic =>
  ({ ranges, recording }) =>
    recording!.arms.map((_, arm) => {
      const share = ranges
        .filter((range) => range.arm === arm)
        .reduce((sum, { from, to }) => sum + (to - from) / 10_000, 0);
      const count = Math.round(units * share);
      return [count, arm === 0 ? Math.round((count * failing) / 100) : 0] as const;
    });

/** One worker that follows what it is told, and keeps what it has sent. */
export class ScriptedFleet implements ServingFleet {
  readonly snapshots: PlaneSnapshot[] = [];
  readonly parts: WindowPart[] = [];
  /** Versions that cannot be loaded. */
  readonly broken = new Set<number>();
  /** What every publication waits for, or throws. */
  gate: () => Promise<void> = () => Promise.resolve();
  readonly #listeners: ((part: WindowPart) => void)[] = [];
  readonly #changed: ((change: FleetChange) => void)[] = [];
  readonly #worker: string;
  /** Open window of each route that is followed. */
  #open = new Map<string, { readonly route: Route; window: number }>();
  #loaded = new Set<number>();
  readonly #clock: Clock;
  readonly #traffic: Traffic;

  constructor(clock: Clock, traffic: Traffic, worker = 'w0') {
    this.#worker = worker;
    this.#clock = clock;
    this.#traffic = traffic;
  }

  async publish(snapshot: PlaneSnapshot): Promise<void> {
    await this.gate();
    for (const { model, version } of snapshot.versions)
      if (this.broken.has(version))
        throw new PlimsollError('VERSION_NOT_FOUND', { version, model, known: '-' });
    const last = this.snapshots.at(-1)?.sequence ?? 0;
    if (snapshot.sequence < last) return;
    this.snapshots.push(snapshot);
    this.#loaded = new Set(snapshot.versions.map(({ version }) => version));
    for (const route of snapshot.routes) this.#follow(route);
  }

  ready(_model: string, version: number): number {
    return this.#loaded.has(version) ? 1 : 0;
  }
  onPart(listener: (part: WindowPart) => void): void {
    this.#listeners.push(listener);
  }
  onChange(listener: (change: FleetChange) => void): void {
    this.#changed.push(listener);
  }

  /** What it follows now. */
  get routes(): readonly Route[] {
    return this.snapshots.at(-1)?.routes ?? [];
  }
  get route(): Route {
    return this.routes[0]!;
  }

  /** `worker`: this one, or one that follows and never sends. */
  join(worker = this.#worker): void {
    for (const tell of this.#changed) tell({ worker, epoch: 1, kind: 'joined' });
  }

  /** Sends the parts of all windows that are over. */
  send(): void {
    for (const open of this.#open.values()) {
      const { recording } = open.route;
      if (recording === null) continue;
      const now = windowAt(recording, this.#clock.now());
      for (; open.window < now && open.window > now - 100; open.window++)
        this.#sendPart(open.route, open.window);
      open.window = Math.max(open.window, now);
    }
  }

  /** Sends again what a control plane that was killed may not have written down. */
  sendAgain(): void {
    for (const part of this.parts) this.#tell(part);
  }

  #follow(route: Route): void {
    const open = this.#open.get(route.endpoint);
    if (open !== undefined && open.route.generation >= route.generation) return;
    const recording = open?.route.recording ?? null;
    if (open !== undefined && recording !== null && this.#clock.now() > startOf(recording, open.window))
      this.#sendPart(open.route, open.window);
    this.#open.set(route.endpoint, { route, window: route.recording?.first ?? 0 });
  }

  #sendPart(route: Route, window: number): void {
    const part = { ...partOf(route, window, this.#traffic(route, window)), worker: this.#worker };
    this.parts.push(part);
    this.#tell(part);
  }

  #tell(part: WindowPart): void {
    for (const listener of this.#listeners) listener(part);
  }
}

const startOf = ({ origin, first, window }: RecordingSpec, index: number): number =>
  origin + (index - first) * window;

function partOf({ recording, generation }: Route, window: number, counts: ReturnType<Traffic>): WindowPart {
  const units = counts.flatMap(([count, failed], arm) =>
    Array.from({ length: count }, (_, i) => ({
      arm,
      flags: i < failed ? 1 : 0,
      id: window * 1e5 + arm * 1e4 + i,
    })),
  );
  return {
    rollout: recording!.rollout,
    generation,
    window,
    worker: 'w0',
    epoch: 1,
    seq: 0,
    isLast: true,
    units: {
      high: Uint32Array.from(units, ({ arm }) => arm),
      low: Uint32Array.from(units, ({ id }) => id),
      arm: Uint8Array.from(units, ({ arm }) => arm),
      flags: Uint32Array.from(units, ({ flags }) => flags),
      segment: new Uint8Array(units.length),
    },
    nameless: [],
    segments: [''],
    samples: recording!.wantsSamples
      ? Array.from({ length: 100 }, (_, i) => ({ millis: i / 10, score: i / 100, label: null }))
      : [],
    answers: [],
    latency: counts.map(([count]) => new Uint32Array(LATENCY_BINS).fill(count, 0, 1)),
    shadow: { mirrored: 0, dropped: 0 },
  };
}

const digestOf = (number: number): string => String(number).repeat(64);

/** Three versions of one model, the first of which everybody gets. */
export async function prepare({ tables }: Store): Promise<void> {
  for (const number of [1, 2, 3]) await tables.versions.insert(version({ digest: digestOf(number) }));
  const row = {
    name: 'churn',
    model: 'churn',
    generation: 1,
    route: singleVersionRoute('churn', 'churn', 1, 1),
    stable: 1,
    previous: null,
    rollout: null,
    createdAt: WORLD_START,
  };
  await tables.endpoints.insert(row, { at: WORLD_START, by: 'ann', reason: 'first version' });
}

export const WORLD_POLICY = {
  window: '1s',
  watermark: '1s',
  stages: [
    { weight: 5, bake: '2s', minUnits: 10 },
    { weight: 50, bake: '2s', minUnits: 10 },
    { weight: 100 },
  ],
  certificate: false,
  staleAfter: '10s',
  maxTime: '6h',
};

export const rolloutRow = (change: Partial<RolloutRow> = {}): RolloutRow => ({
  id: 'ro_1',
  endpoint: 'churn',
  strategy: 'canary',
  candidate: 2,
  stable: 1,
  binding: { candidate: digestOf(2), stable: digestOf(1), policyHash: 'c'.repeat(64) },
  policy: WORLD_POLICY,
  seed: 7,
  reason: 'new features',
  by: 'ann',
  startedAt: WORLD_START,
  endedAt: null,
  state: 'running',
  rolledBackAutomatically: false,
  ...change,
});

export interface Plane {
  readonly controller: RolloutController;
  readonly publisher: SnapshotPublisher;
  readonly overrides: RouteOverrides;
  readonly alerts: RolloutAlert[];
}

/** A control plane as a process that has just been started has it; others share its store where it `shares`. */
export function planeOf(
  store: Store,
  fleet: ServingFleet,
  clock: Clock,
  holder = 'one',
  { shares = false, file = null }: { shares?: boolean; file?: RouteOverridesOptions['file'] } = {},
): Plane {
  const alerts: RolloutAlert[] = [];
  const overrides = new RouteOverrides({ clock, logger: silent, file });
  const publisher = new SnapshotPublisher({
    store,
    fleet,
    overrides,
    clock,
    logger: silent,
    bundleOf: (digest) => `/bundles/${digest}`,
    holder: `${holder} ${Math.random()}`,
    scope: holder,
  });
  const controller = new RolloutController({
    store,
    fleet,
    overrides,
    replicas: shares
      ? new StoreReplicaGroup({ store, clock, logger: silent, replica: holder, fleet, publisher })
      : SINGLE_REPLICA,
    publisher,
    clock,
    logger: silent,
    holder,
    maturedOf: () => Promise.resolve({ labels: [], outcomes: null }),
    onAlert: (alert) => alerts.push(alert),
    every: () => () => Promise.resolve(),
  });
  return { controller, publisher, overrides, alerts };
}
