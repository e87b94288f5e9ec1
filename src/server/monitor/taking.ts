/** What takes in what serving leaves behind, put together. */
import { join } from 'node:path';
import { hasherOf, hashKeyOf } from '../../capture/hash-key.ts';
import { spoolPath } from '../../capture/paths.ts';
import type { Clock } from '../../core/ports.ts';
import { logPath } from '../../monitor/log/paths.ts';
import type { Redactions } from '../../monitor/log/redact.ts';
import { LogWriter } from '../../monitor/log/writer.ts';
import { Attempts } from '../../monitor/watch/attempts.ts';
import { bucketsOf } from '../../monitor/watch/columns.ts';
import { Intake } from '../../monitor/watch/intake.ts';
import { Profiles } from '../../monitor/watch/profiles.ts';
import { Spool } from '../../monitor/watch/spool.ts';
import { keepStreams, takeStreams } from '../../monitor/watch/streams.ts';
import type { WatchedEndpoint } from '../../monitor/watch/surroundings.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { writeCaptureRules } from './capture-rules.ts';
import { Policies } from './policies.ts';
import type { MonitorProcessOptions } from './process-options.ts';

export type TakingOptions = Pick<
  MonitorProcessOptions,
  'dataDir' | 'replica' | 'surroundings' | 'logger' | 'holder'
>;

export interface Taking {
  readonly policies: Policies;
  readonly profiles: Profiles;
  /** As they were at the last look. */
  readonly endpoints: readonly WatchedEndpoint[];
  /** Takes in all that waits. Throws what the intake does. */
  look(): Promise<void>;
  /** Keeps where streams of rows stand. Throws what the file system does. */
  close(): Promise<void>;
}

export async function openTaking(
  { dataDir, replica, surroundings, logger, holder }: TakingOptions,
  store: MonitoringStore,
  clock: Clock,
): Promise<Taking> {
  const policies = new Policies(store);
  let endpoints: readonly WatchedEndpoint[] = [];
  const redactionsOf = (endpoint: string) => policies.redactionsOf(endpoint, endpoints);
  const profiles = new Profiles({
    ...{ store, holder, clock, logger },
    bundleOf: (model, version) => bundleIn(endpoints, model, version),
    folder: join(dataDir, 'monitoring', 'warmup'),
    policyOf: (model) => policies.learningOf(model, endpoints),
  });
  const redactions = (endpoint: string): Redactions => ({
    rules: redactionsOf(endpoint),
    hash: hasherOf(hashKeyOf(dataDir)),
    buckets: (block, column) => bucketsOf(profiles.counted(block)?.profile ?? null, column, block.meta.at),
  });
  const log = new LogWriter({ folder: logPath(dataDir), replica, redactions });
  const spool = spoolPath(dataDir);
  const streams = join(dataDir, 'monitoring', 'streams');
  const intake = new Intake({
    ...{ store, log, profiles, replica, clock, streams: await takeStreams(streams) },
    spool: new Spool(spool),
    attempts: new Attempts(spool, clock),
    hidden: (endpoint) => new Set(Object.keys(redactionsOf(endpoint))),
  });
  return {
    policies,
    profiles,
    get endpoints() {
      return endpoints;
    },
    async look() {
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
    },
    async close() {
      log.close();
      await keepStreams(streams, intake.streams);
    },
  };
}

const bundleIn = (endpoints: readonly WatchedEndpoint[], model: string, version: number): string | null =>
  endpoints
    .filter((endpoint) => endpoint.model === model)
    .flatMap(({ versions }) => versions)
    .find((known) => known.version === version)?.bundle ?? null;
