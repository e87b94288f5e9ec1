/** Ledger, dispatcher and listeners of a server, once they are needed. */

import { availableParallelism } from 'node:os';
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { type References, referencesIn } from '../../core/references.ts';
import type { FrozenItem } from '../../jobs/chunk.ts';
import { LocalJobs } from '../../jobs/local.ts';
import type { JobsPort } from '../../jobs/port.ts';
import { RunDispatcher } from '../../jobs/schedule/dispatcher.ts';
import { PathSettling } from '../../jobs/schedule/settling.ts';
import { openSource } from '../../jobs/sources/open.ts';
import { redactedError } from '../../jobs/spec/redaction.ts';
import { redactorFor, secretsOf } from '../../jobs/spec/secrets.ts';
import { jobSpecOf } from '../../jobs/spec/stored-spec.ts';
import { surroundingsHere } from '../../jobs/spec/surroundings.ts';
import { veilOf } from '../../jobs/spec/veil.ts';
import { ListenerPool } from '../../jobs/triggers/listeners.ts';
import { holderOf, isGone } from '../../store/ledger/holder.ts';
import type { JobRow } from '../../store/ledger/ledger.ts';
import { openLedger } from '../../store/ledger/open.ts';
import { allRows } from '../../store/pages.ts';
import type { Revision } from '../../store/revisions.ts';
import { RowDamageLog } from '../../store/row-damage-log.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { executeRun } from './execute.ts';
import { MetricsFile } from './metrics-file.ts';

export interface JobsRuntime {
  readonly jobs: JobsPort;
  /** What jobs and their runs have come to. */
  revisions(): Promise<readonly Revision[]>;
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface JobsRuntimeOptions {
  readonly dataDir: string;
  /** Of the ledger. */
  readonly url: string;
  readonly logger: Logger;
  /** @default {SYSTEM_CLOCK} */
  readonly clock?: Clock | undefined;
}

/** Every run has workers of its own: more at a time would only wait for one another. */
const concurrencyOf = (cores: number): number => Math.max(1, Math.floor(cores / 2));

/** Opens the ledger, and looks at nothing yet. Throws what `openLedger` throws. */
export async function openJobsRuntime(options: JobsRuntimeOptions): Promise<JobsRuntime> {
  const { dataDir, url, logger, clock = SYSTEM_CLOCK } = options;
  // Predictions may be answered in this process: its statements are not to hold them up.
  const ledger = await openLedger(url, { thread: 'soon' });
  const holder = holderOf();
  const references = referencesIn(process.env);
  const dispatcher = new RunDispatcher({
    ...{ ledger, clock, logger, holder, isGone, random: { next: Math.random } },
    concurrency: concurrencyOf(availableParallelism()),
    settling: new PathSettling(),
    list: (job) => filesOf(job, dataDir, references),
    execute: ({ id }, signal, takePlace) =>
      executeRun({ run: id, dataDir, ledger: url }, signal, takePlace, logger),
  });
  const listeners = new ListenerPool({ dispatcher, clock, logger, env: process.env, references });
  const surroundings = surroundingsHere();
  const jobs = new LocalJobs({ ledger, clock, holder, dataDir, surroundings, references });
  const metrics = new MetricsFile(dataDir);
  const damage = new RowDamageLog(logger);
  return {
    jobs,
    revisions: () => ledger.revisions(),
    look: async () => {
      const all = await allRows((page) => ledger.jobs(page), damage.note);
      await dispatcher.look(all);
      listeners.look(all);
      await metrics.update(jobs, ledger);
    },
    close: async () => {
      await listeners.stop();
      await dispatcher.stop();
      await ledger.close();
    },
  };
}

/** What the source of a job matches now; nothing where its folder is not there yet. */
async function filesOf(job: JobRow, dataDir: string, references: References): Promise<readonly FrozenItem[]> {
  const spec = jobSpecOf(job);
  const secrets = secretsOf(spec, dataDir, process.env, references);
  const source = await openSource(spec, secrets);
  try {
    // What a trigger remembers is kept.
    return veilOf(spec, secrets).conceal(await source.items());
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    if (error.code === 'FILE_NOT_FOUND') return [];
    throw redactedError(error, redactorFor(spec, secrets));
  } finally {
    await source.close();
  }
}
