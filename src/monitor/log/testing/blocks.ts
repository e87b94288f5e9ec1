/** Blocks of tests, and a log in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { CapturedBlock, CapturedColumn } from '../../../capture/block.ts';
import type { MonitoringStore } from '../../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../../store/monitoring/open.ts';
import { LogWriter, type LogWriterOptions } from '../log-writer.ts';

/** 2026-11-01T00:00:00Z. */
export const DAY_ONE = Date.UTC(2026, 10, 1);

export const loggedNumbers = (name: string, ...values: number[]): CapturedColumn => ({
  name,
  values: Float64Array.from(values),
});
export const texts = (name: string, ...values: (string | null)[]): CapturedColumn => ({ name, values });

let blocks = 0;

/** A block of as many rows as its columns have, a second apart; requests are `q<seq>-<row>`. */
export function loggedBlockOf(
  inputs: readonly CapturedColumn[],
  outputs: readonly CapturedColumn[] = [],
  more: Partial<CapturedBlock> = {},
): CapturedBlock {
  const rows = inputs[0]?.values.length ?? outputs[0]?.values.length ?? 0;
  const seq = more.seq ?? blocks++;
  const from = more.from ?? DAY_ONE;
  const each = <T>(value: (i: number) => T): T[] => Array.from({ length: rows }, (_, i) => value(i));
  return {
    worker: 'w1',
    epoch: 1,
    endpoint: 'churn',
    model: 'churn',
    version: 1,
    to: from + 1000 * Math.max(0, rows - 1),
    rows,
    requests: rows,
    rowsSeen: rows,
    dropped: 0,
    inputs,
    outputs,
    meta: {
      at: Float64Array.from(each((i) => from + 1000 * i)),
      requestId: each((i) => `q${seq}-${i}`),
      row: Uint32Array.from(each(() => 0)),
      unit: each(() => null),
      arm: Int8Array.from(each(() => -1)),
      role: each(() => null),
      segment: each(() => null),
      millis: Float32Array.from(each(() => 1.5)),
      weight: Float32Array.from(each(() => 1)),
    },
    ...more,
    seq,
    from,
  };
}

export interface TestLog {
  readonly folder: string;
  readonly store: MonitoringStore;
  readonly writer: LogWriter;
  /** Writes blocks, and makes them part of the log. */
  log(...blocks: CapturedBlock[]): Promise<void>;
}

/** To be called in a `describe`. */
export function logsOf(): (more?: Partial<LogWriterOptions>) => Promise<TestLog> {
  const endings: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });
  return async (more) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-log-test-'));
    const folder = join(dataDir, 'log');
    const store = await openMonitoring(`sqlite:${join(dataDir, 'monitoring.sqlite')}`);
    const writer = new LogWriter({ folder, replica: 'r1', ...more });
    endings.push(async () => {
      writer.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    });
    const log = async (...given: CapturedBlock[]): Promise<void> => {
      const segments = await writer.write(given);
      await store.takeIn({ at: 0, blocks: given, segments, ticks: [] });
    };
    return { folder, store, writer, log };
  };
}
