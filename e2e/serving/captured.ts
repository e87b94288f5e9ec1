import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { CapturedBlock } from '../../src/capture/block.ts';
import { decodeBlock } from '../../src/capture/block-codec.ts';
import { blockIdOf, spoolPath } from '../../src/capture/paths.ts';
import { SYSTEM_CLOCK } from '../../src/server/clock.ts';
import { SILENT_LOGGER } from '../../src/server/start.ts';
import {
  type DataCapture,
  type DataCaptureOptions,
  openCapture,
} from '../../src/serving/capture/data-capture.ts';
import { ServingMetrics } from '../../src/serving/metrics/serving-metrics.ts';

const open: DataCapture[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((capture) => capture.close()));
});

export const dataFolder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-capture-'));

/** A capture into a data folder, with the metrics that it counts in. */
export async function capturing(dataDir: string, more: Partial<DataCaptureOptions> = {}) {
  const metrics = new ServingMetrics();
  const about = { dataDir, worker: 'w/1', epoch: 1, metrics, clock: SYSTEM_CLOCK, logger: SILENT_LOGGER };
  const capture = await openCapture({ ...about, ...more });
  open.push(capture);
  return { capture, metrics: more.metrics ?? metrics };
}

/** All blocks of a data folder, in the order of their numbers; none of its files may be anything else. */
export function blocksIn(dataDir: string): CapturedBlock[] {
  const spool = spoolPath(dataDir);
  return readdirSync(spool)
    .map((name) => {
      const block = decodeBlock(readFileSync(join(spool, name)));
      const { worker, epoch, seq } = block;
      if (JSON.stringify(blockIdOf(name)) !== JSON.stringify({ worker, epoch, seq }))
        throw new Error(`${name} holds block ${worker} ${epoch} ${seq}`);
      return block;
    })
    .toSorted((a, b) => a.worker.localeCompare(b.worker) || a.epoch - b.epoch || a.seq - b.seq);
}

/** The values of a column in all blocks, one after the other. */
export const columnOf = (blocks: readonly CapturedBlock[], name: string): (number | string | null)[] =>
  blocks.flatMap(({ inputs, outputs }) => {
    const found = [...inputs, ...outputs].find((column) => column.name === name);
    return found ? Array.from<number | string | null>(found.values) : [];
  });

export const sumOf = (numbers: Iterable<number>): number => [...numbers].reduce((sum, n) => sum + n, 0);
