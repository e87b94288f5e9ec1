/** The server of the loop benchmark: `node bench/loop-server.ts MODEL…`; a message answers the delays so far. */
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { startServer } from '../src/server/start.ts';
import { loadBundle } from './loop-models.ts';

/** Delays in milliseconds. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** 99.9th percentile of processor time between two ticks: what this thread itself took, whoever else was running. */
  readonly held: number;
}

const versions = await Promise.all(process.argv.slice(2).map((name) => loadBundle(name, name, 1)));
const loader = new URL('./loop-models.ts', import.meta.url).href;
const { url } = await startServer({ versions, port: 0, loader });

const delays = monitorEventLoopDelay({ resolution: 1 });
const held = createHistogram();
let before = process.threadCpuUsage();
function tick(): void {
  const { user, system } = process.threadCpuUsage(before);
  before = process.threadCpuUsage();
  held.record(Math.max(1, user + system));
  setTimeout(tick, 1);
}

process.on('message', (message) => {
  if (message === 'start') {
    delays.enable();
    delays.reset();
    held.reset();
    tick();
    return;
  }
  const at = (percent: number): number => delays.percentile(percent) / 1e6;
  const seen: Delays = {
    p50: at(50),
    p99: at(99),
    p999: at(99.9),
    max: delays.max / 1e6,
    held: held.percentile(99.9) / 1e3,
  };
  process.send!(seen);
});
process.send!({ port: Number(new URL(url).port) });
