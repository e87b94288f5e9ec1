/**
 * The part of a server that is for jobs: starts runs that are due, and answers what the API asks. Nothing of it is loaded
 * where the data folder knows no job.
 */
import { existsSync } from 'node:fs';
import { everyMillis } from '../../control/rollouts/interval-scheduler.ts';
import { OutageLog } from '../../control/rollouts/outage-log.ts';
import type { Logger } from '../../core/ports.ts';
import { ledgerPath, ledgerUrl } from '../../jobs/ledger-url.ts';
import type { JobsPort } from '../../jobs/port.ts';
import type { Revision } from '../../store/revisions.ts';
import type { JobsRuntime } from './runtime.ts';

export interface ServerJobsOptions {
  readonly dataDir: string;
  /** URL of the store, or null for the one in the data folder. */
  readonly storeUrl: string | null;
  readonly logger: Logger;
}

/** How often jobs are looked at, in milliseconds. */
const LOOK_MILLIS = 1000;

export class ServerJobs {
  readonly #options: ServerJobsOptions;
  readonly #outage: OutageLog;
  #runtime: Promise<JobsRuntime> | null = null;
  readonly #end: () => Promise<void>;

  constructor(options: ServerJobsOptions) {
    this.#options = options;
    const { logger } = options;
    const begins = 'Jobs cannot be looked at for the moment';
    this.#outage = new OutageLog({ logger, begins, ends: 'Jobs are looked at again' });
    this.#end = everyMillis(LOOK_MILLIS, () => this.#look());
  }

  /** Opens the ledger where it is not. */
  async jobs(): Promise<JobsPort> {
    return (await this.#open()).jobs;
  }

  /** Null where the data folder knows no job: nothing is opened to say so. */
  async known(): Promise<JobsPort | null> {
    return this.#runtime === null && !this.#isThere() ? null : this.jobs();
  }

  /** What jobs have come to; nothing is opened to say that there are none. */
  async revisions(): Promise<readonly Revision[]> {
    return this.#runtime === null && !this.#isThere() ? [] : (await this.#open()).revisions();
  }

  /** Has runs keep their state; they go on when a server is back. */
  async close(): Promise<void> {
    await this.#end();
    await (await this.#runtime?.catch(() => null))?.close();
  }

  async #look(): Promise<void> {
    if (this.#runtime === null && !this.#isThere()) return;
    try {
      await (await this.#open()).look();
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
  }

  /** A ledger in PostgreSQL is opened to see; one in the data folder is there once a job is. */
  #isThere(): boolean {
    const { dataDir, storeUrl } = this.#options;
    return storeUrl !== null || existsSync(ledgerPath(dataDir));
  }

  #open(): Promise<JobsRuntime> {
    this.#runtime ??= this.#load();
    return this.#runtime;
  }

  async #load(): Promise<JobsRuntime> {
    try {
      const { openJobsRuntime } = await import('./runtime.ts');
      const { dataDir, storeUrl, logger } = this.#options;
      return await openJobsRuntime({ dataDir, url: ledgerUrl(dataDir, storeUrl), logger });
    } catch (error) {
      this.#runtime = null;
      throw error;
    }
  }
}
