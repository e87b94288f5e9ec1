/** What the monitoring process takes, as a file of metrics that every scrape takes along. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { catalogFamily } from '../../metrics/catalog.ts';
import { prometheusText } from '../../metrics/prometheus-text.ts';

/** `pid`: null where there is none at present. */
export async function writeMemory(dataDir: string, pid: number | null): Promise<void> {
  const point = { labels: { process: 'monitor' }, value: pid === null ? 0 : residentBytesOf(pid) };
  const folder = join(dataDir, 'monitoring');
  const path = join(folder, 'process.prom');
  await makeFolders(folder);
  const family = catalogFamily('background_process_resident_memory_bytes', [point]);
  await replaceFile(path, prometheusText([family]));
}

/** 0 where the process is gone, or the system does not say (proc(5), `status`). */
function residentBytesOf(pid: number): number {
  try {
    const [, kilobytes = '0'] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}
