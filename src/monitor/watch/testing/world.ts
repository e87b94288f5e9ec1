/** A watch in a folder of its own, over its real database, spool and log; its clock is turned by hand. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { CapturedBlock } from '../../../capture/block.ts';
import { encodeBlock } from '../../../capture/block-codec.ts';
import { blockFile, blockIdOf } from '../../../capture/paths.ts';
import { openMonitoring } from '../../../store/monitoring/open.ts';
import { LogWriter } from '../../log/log-writer.ts';
import { parseMonitor } from '../../policy/policy.ts';
import { AccuracyEvaluator } from '../accuracy-evaluator.ts';
import { BlockAttempts } from '../block-attempts.ts';
import { BlockIntake, type BlockIntakeOptions } from '../block-intake.ts';
import { BlockSpoolReader } from '../block-spool-reader.ts';
import { MonitorWatch } from '../monitor-watch.ts';
import { ProfileStore } from '../profile-store.ts';
import type { WatchEnvironment, WatchedEndpoint } from '../watch-environment.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

const CHURN: WatchedEndpoint = {
  name: 'churn',
  model: 'churn',
  stable: 1,
  versions: [{ version: 1, bundle: '/nowhere', createdAt: 0 }],
  rollout: null,
};

/** To be called in a `describe`, or a file of tests. */
export function worlds(): (policy?: object) => Promise<World> {
  const open: World[] = [];
  afterEach(async () => {
    for (const world of open.splice(0)) await world.close();
  });
  return async (policy = {}) => {
    const world = new World(await openMonitoring(`sqlite:${join(folder(), 'monitoring.sqlite')}`), policy);
    await world.store.setMonitor({ endpoint: 'churn', policy, changedAt: 0, changedBy: 'test' }, 0);
    open.push(world);
    return world;
  };
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-watch-'));

export class World {
  readonly store: Awaited<ReturnType<typeof openMonitoring>>;
  readonly data = folder();
  readonly spool = join(this.data, 'spool');
  readonly clock = { at: Date.UTC(2026, 10, 1), now: () => this.clock.at, monotonic: () => this.clock.at };
  readonly endpoints: WatchedEndpoint[] = [CHURN];
  readonly surroundings: WatchEnvironment = {
    endpoints: () => Promise.resolve(this.endpoints),
    feedback: () => Promise.resolve([]),
    load: () => Promise.resolve(null),
    steer: () => Promise.resolve('done'),
  };
  readonly log: LogWriter;
  /** How profiles are made; what happens is logged to `said`. */
  readonly learning: { warmup: number; hidden: ReadonlySet<string>; season: 'none' | 'week' };
  /** Folder of the bundle of version 1. */
  bundle: string | null = null;
  readonly said: { readonly message: string; readonly fields: object }[] = [];

  constructor(store: World['store'], policy: object) {
    this.store = store;
    const { warmup, season } = parseMonitor('churn', policy).drift;
    this.learning = { warmup, season, hidden: new Set() };
    this.log = new LogWriter({ folder: join(this.data, 'log'), replica: 'r1' });
    mkdirSync(this.spool);
  }

  /** What a new process would have. */
  start({
    log = this.log,
    holder = 'r1',
    streams,
    sampler,
  }: {
    log?: BlockIntakeOptions['log'];
    holder?: string;
    streams?: BlockIntakeOptions['streams'];
    sampler?: BlockIntakeOptions['sampler'];
  } = {}) {
    const { store, clock, surroundings } = this;
    const warn = (fields: object, message: string): void => void this.said.push({ fields, message });
    const profiles = new ProfileStore({
      ...{ store, holder, clock, logger: { ...SILENT, warn }, bundleOf: () => this.bundle },
      folder: join(this.data, 'warmup'),
      policyOf: () => this.learning,
      sampler,
    });
    const intake = new BlockIntake({
      ...{ store, log, profiles, clock, replica: holder, hidden: () => new Set<string>() },
      spool: new BlockSpoolReader(this.spool),
      attempts: new BlockAttempts(this.spool, clock),
      streams,
      sampler,
    });
    const accuracy = new AccuracyEvaluator({
      ...{ store, surroundings, clock, logger: SILENT, folder: join(this.data, 'log') },
    });
    const watch = new MonitorWatch({
      store,
      surroundings,
      profiles,
      accuracy,
      holder,
      clock,
      logger: SILENT,
    });
    return { intake, profiles, watch };
  }

  /** Leaves blocks in the spool, as serving does. */
  leave(...blocks: readonly CapturedBlock[]): void {
    for (const block of blocks) writeFileSync(join(this.spool, blockFile(block)), encodeBlock(block));
  }

  waiting(): readonly string[] {
    return readdirSync(this.spool).filter((name) => blockIdOf(name) !== null);
  }

  bad(): readonly string[] {
    return readdirSync(this.spool).includes('bad') ? readdirSync(join(this.spool, 'bad')) : [];
  }

  async close(): Promise<void> {
    this.log.close();
    await this.store.close();
    rmSync(this.data, { recursive: true, force: true });
  }
}
