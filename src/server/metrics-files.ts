/** What other processes have to say to a scrape: each writes a file, in the Prometheus text format, and replaces it whole. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Below the data folder. */
const FILES = [
  'jobs/metrics.prom',
  'experiments/metrics.prom',
  'monitoring/metrics.prom',
  'monitoring/process.prom',
];

/** A file that is larger is none of ours, and would cost every scrape. */
const FILE_MAX = 16 << 20;

/** All of them; nothing of those that are not there. */
export const metricsElsewhere = (dataDir: string) => async (): Promise<string> => {
  const texts = await Promise.all(FILES.map((name) => textOf(join(dataDir, name))));
  return texts.join('\n');
};

async function textOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      return size > FILE_MAX ? '' : await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
