import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { FeedbackBuffer } from '../control/feedback/feedback-buffer.ts';
import { FeedbackSpool } from '../control/feedback/feedback-spool.ts';
import { maturedFrom } from '../control/feedback/maturity.ts';
import type { ServingFleet } from '../control/fleet/fleet.ts';
import { SnapshotPublisher } from '../control/fleet/snapshot-publisher.ts';
import type { TrafficLog, TrafficLogOptions } from '../control/fleet/traffic-log.ts';
import { TrafficMeter } from '../control/fleet/traffic-meter.ts';
import { LocalControl, type LocalControlOptions } from '../control/local/local.ts';
import { RouteOverrides } from '../control/overrides/route-overrides.ts';
import { SlotFile } from '../control/overrides/slot-file.ts';
import { type ReplicaGroup, SINGLE_REPLICA } from '../control/replicas/replica-group.ts';
import type { StoreReplicaGroupOptions } from '../control/replicas/store-replica-group.ts';
import { everyMillis } from '../control/rollouts/interval-scheduler.ts';
import { takeOver } from '../control/rollouts/ownership-lease.ts';
import { RolloutController } from '../control/rollouts/rollout-controller.ts';
import type { Logger } from '../core/ports.ts';
import { bundleDir } from '../registry/bundle.ts';
import { ModelCatalog } from '../registry/catalog/catalog.ts';
import { LazyInspector } from '../registry/inspection/lazy-inspector.ts';
import { openSigner, type Signer } from '../signing/signer.ts';
import { withCircuitBreaker } from '../store/circuit-breaker.ts';
import { openStore } from '../store/open.ts';
import { forget } from '../store/retention.ts';
import type { Store } from '../store/store.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { ExperimentsFile } from './experiments/metrics-file.ts';
import { STORE_FILE } from './nothing-to-serve.ts';

/** Flips that the store does not know yet, in the data folder. */
const OVERRIDES_FILE = 'overrides';
/** Feedback that the store does not have yet, and most bytes of it. */
const FEEDBACK_FILE = 'feedback.jsonl';
const FEEDBACK_MAX = 64 * 1024 * 1024;
/** Longest time, in milliseconds, that a call waits for a database elsewhere. */
const STORE_MILLIS = 3000;
/** How often the store forgets what is past its time, in milliseconds. */
const FORGETTING = 3_600_000;
/** How often traffic is measured, and metrics of experiments are written, in milliseconds. */
const METERING = 10_000;

interface AssemblyOptions {
  readonly dataDir: string;
  /** URL of the store, or null for the one in the data folder. */
  readonly storeUrl: string | null;
  readonly fleet: ServingFleet;
  /** Processes that will each hold a version. */
  readonly copies: number;
  readonly logger: Logger;
  /** What the file of settings says of how an endpoint gets to its versions. */
  readonly rolloutOf: LocalControlOptions['rolloutOf'];
  /** Whether this process answers others meanwhile, so that the store may not hold it. */
  readonly answers: boolean;
}

/** The parts of a control plane, put together; nothing of it runs yet. */
export interface ControlPlaneParts {
  readonly store: Store;
  readonly catalog: ModelCatalog;
  readonly publisher: SnapshotPublisher;
  readonly controller: RolloutController;
  readonly control: LocalControl;
  /** What `control` is made of, for another one of the same parts. */
  readonly parts: LocalControlOptions;
  /** Ends what a killed process had begun; comes before anything else. */
  recover(): Promise<void>;
  /** Has the fleet follow the endpoints, and goes on with the rollouts that run. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** To be called under the lock of the data folder. Throws what the store throws. */
export async function assemble(options: AssemblyOptions): Promise<ControlPlaneParts> {
  const { storeUrl, fleet, copies, rolloutOf } = options;
  // That all is well needs no line: a quiet start does not load the library that writes them.
  const logger = { ...options.logger, info: () => undefined };
  const dataDir = resolve(options.dataDir);
  const opened = await openStore(storeUrl ?? `sqlite:${join(dataDir, STORE_FILE)}`, {
    thread: options.answers ? 'soon' : 'none',
    // The lock of the folder is ours, so nobody else can write into a store in it.
    isAlone: storeUrl === null,
  });
  // A database elsewhere may never answer. What takes its time, reading or forgetting much, goes past the breaker.
  const store = opened.kind === 'postgres' ? withCircuitBreaker(opened, STORE_MILLIS) : opened;
  const clock = SYSTEM_CLOCK;
  const holder = randomUUID();
  const ports = { store, fleet, clock, logger, holder };
  const scope = `${hostname()}:${dataDir}`;
  const bundleOf = (digest: string): string => bundleDir(dataDir, digest);
  const catalog = new ModelCatalog({ store, dataDir, clock, logger, copies });
  const overrides = new RouteOverrides({ clock, logger, file: new SlotFile(join(dataDir, OVERRIDES_FILE)) });
  const publisher = new SnapshotPublisher({ ...ports, overrides, bundleOf, scope });
  const controller = new RolloutController({
    ...ports,
    overrides,
    replicas: await replicasOf(store, { ...ports, publisher, replica: `${scope} ${holder}` }),
    publisher,
    every: everyMillis,
    maturedOf: maturedFrom(opened),
    onAlert: ({ message, ...about }) => logger.warn(about, message),
  });
  const meter = new TrafficMeter();
  const traffic = trafficLogOf(fleet, { store, clock, logger, replica: scope });
  const signer = lazySigner(dataDir);
  const feedback = new FeedbackBuffer({
    ...{ store, logger, every: everyMillis, now: () => clock.now() },
    spool: options.answers ? spoolIn(dataDir, logger) : null,
  });
  const inspector = new LazyInspector();
  const kept = { catalog, controller, publisher, meter, signer, feedback, inspector };
  const parts = { store, clock, dataDir, rolloutOf, ...kept };
  const experiments = new ExperimentsFile({ dataDir, store, controller, logger });
  let endShowing = () => Promise.resolve();
  let endForgetting = () => Promise.resolve();
  let endMetering = () => Promise.resolve();
  return {
    ...{ store, catalog, publisher, controller, parts },
    control: new LocalControl(parts),
    recover: async () => {
      await catalog.recover();
    },
    start: async () => {
      if (options.answers) overrides.reserve();
      // The lock of the folder is ours, so nobody else can own a store in it.
      if (storeUrl === null) await takeOver(ports);
      // First, so that no rollout finds its versions loaded nowhere.
      await publisher.publish();
      await controller.start();
      endMetering = everyMillis(METERING, () => measure(meter, traffic, fleet));
      endShowing = everyMillis(METERING, () => experiments.update());
      endForgetting = everyMillis(FORGETTING, () =>
        forget(opened, clock.now()).catch((error: Error) =>
          logger.warn({ error: error.message }, 'cannot forget what is past its time; trying again later'),
        ),
      );
    },
    close: async () => {
      await feedback.close();
      await inspector.close();
      await endForgetting();
      await endMetering();
      await (await traffic()).flush();
      await endShowing();
      // A store that is away takes nothing back: the lease of this owner runs out by itself.
      await controller
        .stop()
        .catch((error: Error) => logger.warn({ error: error.message }, 'ownership was not given back'));
      await store.close();
    },
  };
}

type TrafficLogSource = () => Promise<TrafficLog>;

/** What had been counted until now is nobody's minute; the code comes with the first minute. */
function trafficLogOf(
  fleet: ServingFleet,
  ports: Omit<TrafficLogOptions, 'load' | 'before'>,
): TrafficLogSource {
  const load = () => fleet.load?.() ?? null;
  const before = load();
  let log: Promise<TrafficLog> | null = null;
  return () => {
    log ??= import('../control/fleet/traffic-log.ts').then(
      ({ TrafficLog: Log }) => new Log({ ...ports, load, before }),
    );
    return log;
  };
}

async function measure(meter: TrafficMeter, traffic: TrafficLogSource, fleet: ServingFleet): Promise<void> {
  meter.note(fleet.counts?.() ?? [], SYSTEM_CLOCK.monotonic());
  await (await traffic()).note();
}

/** Null where the disk does not let it: feedback is refused then while the store is away. */
function spoolIn(dataDir: string, logger: Logger): FeedbackSpool | null {
  try {
    return new FeedbackSpool(join(dataDir, FEEDBACK_FILE), FEEDBACK_MAX);
  } catch (error) {
    logger.error({ err: error }, 'Feedback cannot be kept here while the store is away');
    return null;
  }
}

/** A store in PostgreSQL may be shared; what that takes is loaded by those who use it. */
async function replicasOf(store: Store, options: StoreReplicaGroupOptions): Promise<ReplicaGroup> {
  if (store.kind === 'sqlite') return SINGLE_REPLICA;
  const { StoreReplicaGroup } = await import('../control/replicas/store-replica-group.ts');
  return new StoreReplicaGroup(options);
}

/** The key is made when something is signed for the first time. */
function lazySigner(dataDir: string): () => Signer {
  let signer: Signer | null = null;
  return () => {
    signer ??= openSigner(dataDir, process.env['PLIMSOLL_SIGNING_KEY']);
    return signer;
  };
}
