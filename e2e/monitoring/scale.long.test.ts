import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hundredthsTable } from '../../bench/monitoring/tables.ts';
import { BIN } from '../cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-scale-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MEGABYTE = 2 ** 20;

/** What a process has answered, and the most memory that it ever had, in bytes. */
function measured(args: readonly string[]): Promise<{ output: string; peak: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    let peak = 0;
    const look = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
      } catch {
        // It has just ended.
      }
    }, 100);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('close', (code) => {
      clearInterval(look);
      if (code === 0) resolve({ output, peak });
      else reject(new Error(`it ended with ${code}`));
    });
  });
}

test('a thousand features and a million rows are replayed within a gigabyte', async () => {
  const [reference, stream] = [join(folder, 'reference.parquet'), join(folder, 'stream.parquet')];
  await hundredthsTable(reference, { rows: 20_000, columns: 1000, seed: 1 });
  await hundredthsTable(stream, { rows: 1_000_000, columns: 1000, seed: 2 });
  const started = performance.now();
  const { output, peak } = await measured([
    'monitor',
    'replay',
    '--reference',
    reference,
    '--stream',
    stream,
    '--json',
  ]);
  const seconds = (performance.now() - started) / 1000;
  console.log(`1,000 × 1,000,000: ${seconds.toFixed(0)} s, at most ${(peak / MEGABYTE).toFixed(0)} MB`);
  const report = JSON.parse(output) as { rows: number; features: number; alarms: readonly unknown[] };
  expect(report).toMatchObject({ rows: 1_000_000, features: 1000 });
  // The budget is 10 false alarms in a million rows.
  expect(report.alarms.length).toBeLessThanOrEqual(10);
  expect(peak).toBeLessThan(1024 * MEGABYTE);
}, 1_800_000);
