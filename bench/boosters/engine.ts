/**
 * Our own engine alone, rows in memory: `node engine.ts MODEL ROWS WIDTH THREADS OUTPUT`, as `peers/engine.py` does it
 * for the libraries. `OUTPUT` gets the raw scores.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Engine } from '../../src/engine/engine.ts';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';

/** Rows of one call, as a lane of a batch job hands them over. */
const BLOCK = 2048;
/** Outputs that are sums of leaves, by library. */
const RAW_SCORES = ['margin', 'raw_score', 'RawFormulaVal'];

/** What one thread is asked about: rows `from` to before `to`. */
interface ThreadTask {
  readonly model: string;
  readonly width: number;
  readonly data: Float64Array;
  readonly scores: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Scores its rows each time that it is told to. */
function serve(task: ThreadTask): void {
  const { content } = readModelFile(task.model);
  if (content?.kind !== 'steps') throw new Error(`${task.model} can't be read`);
  const engine = createNativeEngine(content);
  const port = parentPort;
  if (port === null) throw new Error('a thread without a port');
  port.on('message', () => {
    scoreRows(engine, task);
    port.postMessage('done');
  });
  port.postMessage('ready');
}

function scoreRows(engine: Engine, { width, data, scores, from, to }: ThreadTask): void {
  for (let row = from; row < to; row += BLOCK) {
    const rows = Math.min(BLOCK, to - row);
    const block = data.subarray(row * width, (row + rows) * width);
    const outputs = engine.infer({ kind: 'matrix', rows, width, data: block }) as Awaited<
      ReturnType<Engine['infer']>
    >;
    const raw = RAW_SCORES.map((name) => outputs[name]).find((output) => output !== undefined);
    if (raw === undefined || !('data' in raw)) throw new Error('no raw scores');
    scores.set(raw.data as Float64Array, row);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const [model = '', path = '', width = '', threads = '', output = ''] = args;
  const bytes = readFileSync(path);
  const given = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const data = new Float64Array(new SharedArrayBuffer(8 * given.length));
  data.set(given);
  const count = given.length / Number(width);
  const scores = new Float64Array(new SharedArrayBuffer(8 * count));
  const workers = Array.from({ length: Number(threads) }, (_, i) => {
    const from = Math.floor((count * i) / Number(threads));
    const to = Math.floor((count * (i + 1)) / Number(threads));
    const task: ThreadTask = { model, width: Number(width), data, scores, from, to };
    return new Worker(new URL(import.meta.url), { workerData: task });
  });
  await Promise.all(workers.map(said));
  const score = async (): Promise<{ wall: number; cpu: number }> => {
    const [start, used] = [performance.now(), process.cpuUsage()];
    const done = Promise.all(workers.map(said));
    for (const worker of workers) worker.postMessage('score');
    await done;
    const { user, system } = process.cpuUsage(used);
    return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
  };
  await score(); // warms up, as the libraries are by the raw scores
  const block = await score();
  writeFileSync(output, new Uint8Array(scores.buffer));
  await Promise.all(workers.map((worker) => worker.terminate()));
  console.log(JSON.stringify({ block }));
}

const said = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });

if (isMainThread) await main(process.argv.slice(2));
else serve(workerData as ThreadTask);
