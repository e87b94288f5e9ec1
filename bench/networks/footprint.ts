import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { memoryOf } from '../memory.ts';
import { ROOT } from '../serving/peers.ts';
import { baseOf, FRAMEWORKS, type Framework, type NetworkName, python, WORK } from './files.ts';
import { networkAt } from './network.ts';
import { serveNetwork } from './served.ts';
import { startSubject } from './subjects.ts';

const SAMPLE_MILLIS = 15;
const HERE = import.meta.dirname;
/** What the same commands take on a network of 2 MB is the bare runtime. */
const BARE: NetworkName = 'cnn';

/** Memory of all processes beyond those of the bare runtime, by the weights; and seconds to the first right answer. */
export interface FootprintResult {
  readonly network: string;
  readonly ending: string;
  readonly compile: number;
  /** While a file that was never seen is read, proved and loaded. */
  readonly accept: number;
  /** While it answers batches of 8. */
  readonly serve: number;
  readonly seconds: { readonly first: number; readonly again: number; readonly framework: number };
}

interface Peaks {
  readonly compile: number;
  readonly accept: number;
  readonly serve: number;
}

export async function footprintsOf(
  framework: Framework,
  name: NetworkName,
  threads: number,
): Promise<FootprintResult[]> {
  const results: FootprintResult[] = [];
  for (const ending of FRAMEWORKS[framework]) {
    const base = baseOf(framework, name);
    const bare = await peaksOf(baseOf(framework, BARE), ending, threads);
    const { seconds, ...peaks } = await peaksOf(base, ending, threads);
    const { weights } = networkAt(base);
    const beyond = (phase: keyof Peaks): number => ((peaks[phase] - bare[phase]) * 2 ** 20) / weights;
    results.push({
      ...{ network: base.slice(WORK.length + 1), ending },
      ...{ compile: beyond('compile'), accept: beyond('accept'), serve: beyond('serve') },
      seconds: { ...seconds, framework: await frameworkSeconds(framework, base, threads) },
    });
  }
  return results;
}

async function peaksOf(base: string, ending: string, threads: number) {
  const file = base + ending;
  const data = join(WORK, 'footprint');
  rmSync(data, { recursive: true, force: true });
  const launcher = join(ROOT, 'bin/plimsoll.js');
  const compiling = spawn(process.execPath, [launcher, 'compile', file, '-o', join(WORK, 'compiled.onnx')], {
    stdio: 'ignore',
  });
  const compile = await peakUntil(
    compiling.pid ?? 0,
    new Promise((resolve) => compiling.once('exit', resolve)),
  );
  // The process that is to be watched is there once it answers: what it takes until then is sampled from here.
  const starting = serveNetwork(base, file, data, threads);
  const accept = await peakUntil(process.pid, starting);
  const first = await starting;
  const serve = await peakUntil(first.pid, first.measure(8, 5));
  await first.stop();
  const again = await serveNetwork(base, file, data, threads);
  await again.stop();
  const own = memoryOf(process.pid).rss;
  return {
    ...{ compile, accept: accept - own, serve },
    seconds: { first: first.startMillis / 1000, again: again.startMillis / 1000 },
  };
}

/** Megabytes that a process and all below it have had at most until something has happened. */
async function peakUntil(pid: number, done: Promise<unknown>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(pid).rss);
  }, SAMPLE_MILLIS);
  await done.finally(() => clearInterval(timer));
  return peak;
}

/** From the start of Python to the first answer of the framework that loads its own file. */
async function frameworkSeconds(framework: Framework, base: string, threads: number): Promise<number> {
  const file = framework === 'torch' ? `${base}.pt2` : `${base}.keras`;
  const started = performance.now();
  const command = [python(framework), join(HERE, 'subject.py'), framework, base, file, String(threads)];
  const subject = await startSubject(command, {});
  await subject.answer(1);
  const seconds = (performance.now() - started) / 1000;
  await subject.stop();
  return seconds;
}
