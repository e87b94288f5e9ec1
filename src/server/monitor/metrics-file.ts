/** What the monitor knows, as a file of metrics that every scrape takes along; replaced whole. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { type EndpointStatus, monitoringMetrics } from '../../monitor/prometheus/monitoring-metrics.ts';

/** Null: another server watches, and says it. */
export async function writeMetrics(
  dataDir: string,
  standings: readonly EndpointStatus[] | null,
): Promise<void> {
  const folder = join(dataDir, 'monitoring');
  const path = join(folder, 'metrics.prom');
  if (standings === null) return rm(path, { force: true });
  await makeFolders(folder);
  await replaceFile(path, monitoringMetrics(standings));
}
