/** What the monitoring process does, put together. */
import { everyMillis } from '../../control/rollouts/schedule.ts';
import type { Logger } from '../../core/ports.ts';
import { Deliverer } from '../../monitor/alerts/deliver.ts';
import { logPath } from '../../monitor/log/paths.ts';
import { AccuracyLooks } from '../../monitor/watch/accuracy-looks.ts';
import type { Surroundings } from '../../monitor/watch/surroundings.ts';
import { Watch } from '../../monitor/watch/watch.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import type { MonitorSettings } from './messages.ts';
import { writeMetrics } from './metrics-file.ts';
import { receiverSurroundings } from './receivers.ts';
import { openTaking } from './taking.ts';
import { upkeep } from './upkeep.ts';

export interface MonitorProcessOptions extends MonitorSettings {
  readonly surroundings: Surroundings;
  readonly logger: Logger;
  /** Tells this process from all others. */
  readonly holder: string;
}

export interface MonitorProcess {
  /** When it last had a look in which nothing failed, in milliseconds since the epoch; null: not yet. */
  readonly lookedAt: number | null;
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
/** How often files and rows that are no longer wanted are looked for. */
const UPKEEP_MILLIS = 600_000;

/** Throws what opening the database throws. */
export async function openMonitorProcess(options: MonitorProcessOptions): Promise<MonitorProcess> {
  const { dataDir, url, replica, share, surroundings, logger, holder } = options;
  const clock = SYSTEM_CLOCK;
  const store = await openMonitoring(url);
  const taking = openTaking(options, store, clock);
  const { policies, profiles } = taking;
  const accuracy = new AccuracyLooks({ store, folder: logPath(dataDir), surroundings, clock, logger });
  const watch = new Watch({ store, surroundings, profiles, accuracy, holder, clock, logger });
  const deliverer = new Deliverer({
    ...{ store, holder, clock, random: { next: Math.random } },
    surroundings: receiverSurroundings(),
    policies: () => Promise.resolve(policies.all(taking.endpoints)),
  });
  const deliver = (): Promise<unknown> =>
    deliverer
      .deliverDue()
      .catch((error: Error) =>
        logger.warn({ error: error.message }, 'notices could not be sent: trying again'),
      );
  let lookedAt: number | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    const [started, before] = [clock.monotonic(), process.cpuUsage()];
    if (started < notBefore) return;
    let failed = false;
    for (const work of [
      () => taking.look(),
      () => watch.look(),
      () => writeMetrics(dataDir, watch.standings),
    ])
      await work().catch((error: Error) => {
        failed = true;
        logger.error({ error: error.message, stack: error.stack }, 'monitoring could not look: trying again');
      });
    if (!failed) lookedAt = clock.now();
    const { user, system } = process.cpuUsage(before);
    // What comes half a second early is not late by another wait.
    notBefore = started - 500 + Math.min(LOOK_MILLIS_MAX, (user + system) / 1000 / share);
    // A receiver that is slow keeps nobody from looking.
    void deliver();
  };
  const end = everyMillis(LOOK_MILLIS, look);
  const endUpkeep = everyMillis(UPKEEP_MILLIS, () =>
    upkeep({
      ...{ dataDir, replica, store, policies, clock },
      read: watch.standings === null ? null : watch.kept,
    }).catch((error: Error) =>
      logger.warn({ error: error.message }, 'the log could not be tidied: trying again later'),
    ),
  );
  return {
    get lookedAt() {
      return lookedAt;
    },
    async close() {
      await endUpkeep();
      await end();
      await watch
        .close()
        .catch((error: Error) => logger.warn({ error: error.message }, 'state was not kept'));
      taking.close();
      await store.close();
    },
  };
}
