/** The server of the loop benchmark: `node bench/loop-server.ts MODEL…`; a message answers the delays so far. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startServer } from '../src/server/start.ts';
import { loadBundle } from './loop-models.ts';

const versions = await Promise.all(process.argv.slice(2).map((name) => loadBundle(name, name, 1)));
const loader = new URL('./loop-models.ts', import.meta.url).href;
const { url } = await startServer({ versions, port: 0, loader });
const delays = monitorEventLoopDelay({ resolution: 1 });
process.on('message', (message) => {
  if (message === 'start') {
    delays.reset();
    delays.enable();
    return;
  }
  const millis = (nanos: number): number => nanos / 1e6;
  process.send!({
    p50: millis(delays.percentile(50)),
    p99: millis(delays.percentile(99)),
    p999: millis(delays.percentile(99.9)),
    max: millis(delays.max),
  });
});
process.send!({ port: Number(new URL(url).port) });
