/** The metrics of experiments as a file that every scrape takes along: the owner of the rollouts writes it, and replaces it whole. */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OutageLog } from '../../control/rollouts/outage-log.ts';
import type { RolloutController } from '../../control/rollouts/rollout-controller.ts';
import type { Logger } from '../../core/ports.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import type { ExperimentState } from '../../rollout/experiment/state.ts';
import type { Store } from '../../store/store.ts';
import type { EndpointExperiment } from './metrics.ts';

export interface ExperimentsFileOptions {
  readonly dataDir: string;
  readonly store: Pick<Store, 'tables'>;
  readonly controller: Pick<RolloutController, 'isOwner' | 'snapshot'>;
  readonly logger: Logger;
}

export class ExperimentsFile {
  readonly #options: ExperimentsFileOptions;
  readonly #folder: string;
  readonly #outage: OutageLog;
  /** Null before the first time: an earlier process may have left a file. */
  #written: string | null = null;

  constructor(options: ExperimentsFileOptions) {
    const { dataDir, logger } = options;
    this.#options = options;
    this.#folder = join(dataDir, 'experiments');
    const begins = 'Metrics of experiments cannot be written for the moment';
    this.#outage = new OutageLog({ logger, begins, ends: 'Metrics of experiments are written again' });
  }

  /** Writes the file where it would say something else than before; removes it where nothing runs. Never throws. */
  async update(): Promise<void> {
    const experiments = await this.#running().catch(() => null);
    // A store that is away is told by those who need it; what was written stays.
    if (experiments === null) return;
    try {
      await this.#write(await textOf(experiments));
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
  }

  /** Where another replica decides it is the one that knows. */
  async #running(): Promise<readonly EndpointExperiment[]> {
    const { store, controller } = this.#options;
    if (!controller.isOwner) return [];
    const rows = (await store.tables.rollouts.running()).items.filter(({ strategy }) => strategy === 'ab');
    const standings = await Promise.all(rows.map(({ id }) => controller.snapshot(id)));
    if (standings.length === 0) return [];
    const { experimentView } = await import('../../rollout/experiment/view.ts');
    return standings.map(({ row, state }) => ({
      endpoint: row.endpoint,
      view: experimentView(state as ExperimentState),
    }));
  }

  async #write(text: string): Promise<void> {
    if (text === this.#written) return;
    const path = join(this.#folder, 'metrics.prom');
    if (text === '') await rm(path, { force: true });
    else {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await replaceFile(path, text);
    }
    this.#written = text;
  }
}

async function textOf(experiments: readonly EndpointExperiment[]): Promise<string> {
  if (experiments.length === 0) return '';
  const { experimentMetrics } = await import('./metrics.ts');
  return experimentMetrics(experiments);
}
