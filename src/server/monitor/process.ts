/** What the monitoring process does, put together. */
import { everyMillis } from '../../control/rollouts/interval-scheduler.ts';
import { NoticeDispatcher } from '../../monitor/alerts/notice-dispatcher.ts';
import { predictionLogPath } from '../../monitor/log/log-paths.ts';
import { AccuracyEvaluator } from '../../monitor/watch/accuracy-evaluator.ts';
import { MonitorWatch } from '../../monitor/watch/monitor-watch.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { openTaking } from './block-intake-parts.ts';
import type { MonitorState } from './messages.ts';
import { writeMetrics } from './metrics-file.ts';
import type { MonitorProcessOptions } from './process-options.ts';
import { receiverSurroundings } from './receivers.ts';
import { upkeep } from './upkeep.ts';

export interface MonitorProcess {
  readonly state: MonitorState;
  /** Keeps what it has. */
  close(): Promise<void>;
}

/** How often it looks, in milliseconds: what waits is taken in, and then all is evaluated. */
const LOOK_MILLIS = 5000;
/**
 * A look that took long is not followed by another so soon: it takes its share of one processor at most, unless it would be
 * longer than so many milliseconds until the next.
 */
const LOOK_MILLIS_MAX = 20_000;
/**
 * Where nothing is under way the process ends, and the next one looks after so many milliseconds, which is how often Prometheus
 * evaluates its rules by default; one that used much of a processor rests up to so many.
 */
const REST_MILLIS = 60_000;
const REST_MILLIS_MAX = 90_000;
/** How often files and rows that are no longer wanted are looked for. */
const UPKEEP_MILLIS = 600_000;

/** Throws what opening the database throws. */
export async function openMonitorProcess(options: MonitorProcessOptions): Promise<MonitorProcess> {
  const { dataDir, url, replica, share, tidies, surroundings, logger, holder, onState } = options;
  const clock = SYSTEM_CLOCK;
  const store = await openMonitoring(url);
  const taking = await openTaking(options, store, clock);
  const { policies, profiles } = taking;
  const folder = predictionLogPath(dataDir);
  const accuracy = new AccuracyEvaluator({ store, folder, surroundings, clock, logger });
  const watch = new MonitorWatch({ store, surroundings, profiles, accuracy, holder, clock, logger });
  const deliverer = new NoticeDispatcher({
    ...{ store, holder, clock, random: { next: Math.random } },
    surroundings: receiverSurroundings(),
    policies: () => Promise.resolve(policies.all(taking.endpoints)),
  });
  let state: MonitorState = { lookedAt: null, restMillis: 0 };
  let notBefore = Number.NEGATIVE_INFINITY;
  let tidyAt = clock.monotonic() + (tidies ? 0 : UPKEEP_MILLIS);
  let hasFailed = false;
  /** A look, and what goes on beside it: a receiver that is slow keeps nobody from looking. */
  let underWay = 0;
  const warned = (work: Promise<unknown>, otherwise: string): Promise<unknown> =>
    work.catch((error: Error) => logger.warn({ error: error.message }, otherwise));
  const besides = async (work: Promise<unknown>, otherwise: string): Promise<void> => {
    underWay += 1;
    await warned(work, otherwise);
    underWay -= 1;
    await settle();
  };
  /** What is shared is watched by the one that holds the lease, which it would lose while it rests. */
  const isAtRest = async (): Promise<boolean> => {
    if (store.kind !== 'sqlite' || underWay > 0 || hasFailed || !watch.isAtRest) return false;
    const soon = { state: 'waiting', dueAt: clock.now() + REST_MILLIS, limit: 1 } as const;
    return store.deliveries(soon).then(
      (rows) => rows.length === 0,
      () => false,
    );
  };
  const settle = async (): Promise<void> => {
    const restMillis = (await isAtRest()) ? restOf(process.cpuUsage(), share) : 0;
    state = { ...state, restMillis };
    onState();
  };
  const look = async (): Promise<void> => {
    const [started, before] = [clock.monotonic(), process.cpuUsage()];
    if (started < notBefore) return;
    underWay += 1;
    state = { ...state, restMillis: 0 };
    hasFailed = false;
    for (const work of [() => taking.look(), () => watch.look(), () => writeMetrics(dataDir, watch.statuses)])
      await work().catch((error: Error) => {
        hasFailed = true;
        logger.error({ error: error.message, stack: error.stack }, 'monitoring could not look: trying again');
      });
    underWay -= 1;
    if (!hasFailed) state = { ...state, lookedAt: clock.now() };
    const { user, system } = process.cpuUsage(before);
    // What comes half a second early is not late by another wait.
    notBefore = started - 500 + Math.min(LOOK_MILLIS_MAX, (user + system) / 1000 / share);
    void besides(deliverer.deliverDue(), 'notices could not be sent: trying again');
    if (clock.monotonic() < tidyAt) return;
    tidyAt = clock.monotonic() + UPKEEP_MILLIS;
    const read = watch.statuses === null ? null : watch.kept;
    const tidying = upkeep({ dataDir, replica, store, policies, clock, read });
    void besides(tidying, 'the log could not be tidied: trying again later');
  };
  const looking = look().then(() => everyMillis(LOOK_MILLIS, look));
  return {
    get state() {
      return state;
    },
    async close() {
      await (await looking)();
      await warned(watch.close(), 'state was not kept');
      await warned(taking.close(), 'runs of rows were not kept');
      await store.close();
    },
  };
}

/** After as much as it took of a processor since its start. */
const restOf = ({ user, system }: NodeJS.CpuUsage, share: number): number =>
  Math.min(REST_MILLIS_MAX, Math.max(REST_MILLIS, (user + system) / 1000 / share));
