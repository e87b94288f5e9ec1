/** What takes in what serving leaves behind, put together. */
import { join } from 'node:path';
import { hasherOf, hashKeyOf } from '../../capture/hash-key.ts';
import { spoolPath } from '../../capture/paths.ts';
import type { Clock } from '../../core/ports.ts';
import { predictionLogPath } from '../../monitor/log/log-paths.ts';
import { LogWriter } from '../../monitor/log/log-writer.ts';
import type { RedactionRules } from '../../monitor/log/redact-block.ts';
import { AttributionSampler } from '../../monitor/watch/attribution-sampler.ts';
import { BlockAttempts } from '../../monitor/watch/block-attempts.ts';
import { columnBinNames } from '../../monitor/watch/block-columns.ts';
import { BlockIntake } from '../../monitor/watch/block-intake.ts';
import { BlockSpoolReader } from '../../monitor/watch/block-spool-reader.ts';
import { ProfileStore } from '../../monitor/watch/profile-store.ts';
import { keepStreams, takeStreams } from '../../monitor/watch/quality-streams.ts';
import type { WatchedEndpoint } from '../../monitor/watch/watch-environment.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { writeCaptureRules } from './capture-rules.ts';
import { MonitorPolicies } from './policies.ts';
import type { MonitorProcessOptions } from './process-options.ts';

export type TakingOptions = Pick<
  MonitorProcessOptions,
  'dataDir' | 'replica' | 'surroundings' | 'logger' | 'holder'
>;

export interface BlockIntakeParts {
  readonly policies: MonitorPolicies;
  readonly profiles: ProfileStore;
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
): Promise<BlockIntakeParts> {
  const policies = new MonitorPolicies(store);
  let endpoints: readonly WatchedEndpoint[] = [];
  const redactionsOf = (endpoint: string) => policies.redactionsOf(endpoint, endpoints);
  const sampler = new AttributionSampler(clock, logger);
  const profiles = new ProfileStore({
    ...{ store, holder, clock, logger, sampler },
    bundleOf: (model, version) => bundleIn(endpoints, model, version),
    folder: join(dataDir, 'monitoring', 'warmup'),
    policyOf: (model) => policies.learningOf(model, endpoints),
  });
  const redactions = (endpoint: string): RedactionRules => ({
    rules: redactionsOf(endpoint),
    hash: hasherOf(hashKeyOf(dataDir)),
    buckets: (block, column) =>
      columnBinNames(profiles.counted(block)?.profile ?? null, column, block.meta.at),
  });
  const log = new LogWriter({ folder: predictionLogPath(dataDir), replica, redactions });
  const spool = spoolPath(dataDir);
  const streams = join(dataDir, 'monitoring', 'streams');
  const intake = new BlockIntake({
    ...{ store, log, profiles, replica, clock, sampler, streams: await takeStreams(streams) },
    spool: new BlockSpoolReader(spool),
    attempts: new BlockAttempts(spool, clock),
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
      await sampler.close();
      await keepStreams(streams, intake.streams);
    },
  };
}

const bundleIn = (endpoints: readonly WatchedEndpoint[], model: string, version: number): string | null =>
  endpoints
    .filter((endpoint) => endpoint.model === model)
    .flatMap(({ versions }) => versions)
    .find((known) => known.version === version)?.bundle ?? null;
