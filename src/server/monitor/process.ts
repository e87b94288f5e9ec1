/** What the monitoring process does, put together. */
import { join } from 'node:path';
import { spoolPath } from '../../capture/files.ts';
import { everyMillis } from '../../control/rollouts/schedule.ts';
import type { Logger } from '../../core/ports.ts';
import { Deliverer } from '../../monitor/alerts/deliver.ts';
import { hasherOf, hashKeyOf } from '../../monitor/log/hash-key.ts';
import { logPath } from '../../monitor/log/paths.ts';
import type { Redactions } from '../../monitor/log/redact.ts';
import { LogWriter } from '../../monitor/log/writer.ts';
import { AccuracyLooks } from '../../monitor/watch/accuracy-looks.ts';
import { Attempts } from '../../monitor/watch/attempts.ts';
import { bucketsOf } from '../../monitor/watch/columns.ts';
import { Intake } from '../../monitor/watch/intake.ts';
import { Profiles } from '../../monitor/watch/profiles.ts';
import { Spool } from '../../monitor/watch/spool.ts';
import type { Surroundings, WatchedEndpoint } from '../../monitor/watch/surroundings.ts';
import { Watch } from '../../monitor/watch/watch.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { writeCaptureRules } from './capture-rules.ts';
import type { MonitorSettings } from './messages.ts';
import { Policies } from './policies.ts';
import { upkeep } from './upkeep.ts';

export interface MonitorProcessOptions extends MonitorSettings {
  readonly surroundings: Surroundings;
  readonly logger: Logger;
  /** Tells this process from all others. */
  readonly holder: string;
}

export interface MonitorProcess {
  /** When everything was last looked at; null: not by this process. */
  readonly evaluatedAt: number | null;
  /** Keeps what it has. */
  close(): Promise<void>;
}

/** How often it looks, in milliseconds: what waits is taken in, and then all is evaluated. */
const LOOK_MILLIS = 5000;
/** How often files and rows that are no longer wanted are looked for. */
const UPKEEP_MILLIS = 600_000;

/** Throws what opening the database throws. */
export async function openMonitorProcess(options: MonitorProcessOptions): Promise<MonitorProcess> {
  const { dataDir, url, replica, surroundings, logger, holder } = options;
  const clock = SYSTEM_CLOCK;
  const store = await openMonitoring(url);
  const policies = new Policies(store);
  let endpoints: readonly WatchedEndpoint[] = [];
  const bundleOf = (model: string, version: number): string | null =>
    endpoints
      .filter((endpoint) => endpoint.model === model)
      .flatMap(({ versions }) => versions)
      .find((known) => known.version === version)?.bundle ?? null;
  const profiles = new Profiles({
    ...{ store, holder, clock, logger, bundleOf },
    folder: join(dataDir, 'monitoring', 'warmup'),
    policyOf: (model) => policies.learningOf(model, endpoints),
  });
  const redactions = (endpoint: string): Redactions => ({
    rules: policies.redactionsOf(endpoint, endpoints),
    hash: hasherOf(hashKeyOf(dataDir)),
    buckets: (block, column) => bucketsOf(profiles.counted(block)?.profile ?? null, column),
  });
  const log = new LogWriter({ folder: logPath(dataDir), replica, redactions });
  const spool = new Spool(spoolPath(dataDir));
  const hidden = (endpoint: string): ReadonlySet<string> =>
    new Set(Object.keys(policies.redactionsOf(endpoint, endpoints)));
  const attempts = new Attempts(spoolPath(dataDir), clock);
  const intake = new Intake({ spool, attempts, store, log, profiles, hidden, replica, clock });
  const accuracy = new AccuracyLooks({ store, folder: logPath(dataDir), surroundings, clock, logger });
  const watch = new Watch({ store, surroundings, profiles, accuracy, holder, clock, logger });
  const deliverer = new Deliverer({
    ...{ store, holder, clock, random: { next: Math.random } },
    surroundings: { env: process.env, externalUrl: process.env['PLIMSOLL_EXTERNAL_URL'] ?? null },
    policies: () => Promise.resolve(policies.all(endpoints)),
  });
  const deliver = (): Promise<unknown> =>
    deliverer
      .deliverDue()
      .catch((error: Error) =>
        logger.warn({ error: error.message }, 'notices could not be sent: trying again'),
      );
  const takeIn = async (): Promise<void> => {
    await policies.read();
    await writeCaptureRules(dataDir, store);
    endpoints = await surroundings.endpoints();
    for (;;) {
      const { bad, refused, more } = await intake.look();
      if (bad > 0)
        logger.warn({ bad, folder: 'spool/bad' }, 'files in the spool cannot be read: moved aside');
      if (refused !== null)
        logger.warn({ reason: refused }, 'rows cannot be logged: trying them one file at a time');
      if (!more) return;
    }
  };
  const look = async (): Promise<void> => {
    for (const work of [takeIn, () => watch.look()])
      await work().catch((error: Error) =>
        logger.error({ error: error.message, stack: error.stack }, 'monitoring could not look: trying again'),
      );
    // A receiver that is slow keeps nobody from looking.
    void deliver();
  };
  const end = everyMillis(LOOK_MILLIS, look);
  const endUpkeep = everyMillis(UPKEEP_MILLIS, () =>
    upkeep({ dataDir, replica, store, policies, clock }).catch((error: Error) =>
      logger.warn({ error: error.message }, 'the log could not be tidied: trying again later'),
    ),
  );
  return {
    get evaluatedAt() {
      return watch.evaluatedAt;
    },
    async close() {
      await endUpkeep();
      await end();
      await watch
        .close()
        .catch((error: Error) => logger.warn({ error: error.message }, 'state was not kept'));
      log.close();
      await store.close();
    },
  };
}
