/**
 * The metrics of jobs as a file: whoever looks after jobs writes it, whoever is scraped reads it, and so may the textfile
 * collector of a node exporter.
 */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../disk/replace-file.ts';
import { type JobStanding, metricsText } from '../../jobs/metrics.ts';
import type { JobsPort } from '../../jobs/port.ts';
import type { Ledger } from '../../store/ledger/ledger.ts';
import { eachRow } from '../../store/pages.ts';

const pathOf = (dataDir: string): string => join(dataDir, 'jobs', 'metrics.prom');

/** Writes the file where it would say something else than before. */
export class MetricsFile {
  readonly #dataDir: string;
  #written = '';

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async update(jobs: JobsPort, ledger: Pick<Ledger, 'lastDone'>): Promise<void> {
    const standings: JobStanding[] = [];
    for await (const job of eachRow((page) => jobs.jobs(page))) {
      const done = job.latest?.state === 'done' ? job.latest : await ledger.lastDone(job.name);
      standings.push({ job, lastDoneAt: done?.endedAt ?? null });
    }
    const text = metricsText(standings);
    if (text === this.#written) return;
    const path = pathOf(this.#dataDir);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text, { isShared: true });
    this.#written = text;
  }
}
