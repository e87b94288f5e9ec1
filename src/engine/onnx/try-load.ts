import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';
import type { ModelContent } from '../../model/description.ts';
import { limitsForFile, type OnnxLimits } from '../../onnx/limits.ts';
import { type Lane, openLane } from './lane.ts';
import type { FromWorker } from './message.ts';

/** How often the child's memory is looked at: it can grow by some hundred megabytes in between. */
const WATCH_MILLIS = 20;

type LoadLimits = Pick<OnnxLimits, 'onnxLoadMillis' | 'onnxLoadBytes'>;

/**
 * Loads a graph once in a child process, within limits on time and memory, so that what crashes, hangs or fills the
 * memory does so there. Loading folds constants: that is where bombs in a graph go off.
 *
 * @throws GRAPH_NOT_LOADED when onnxruntime refuses the graph or dies on it, GRAPH_LIMIT when it takes too long or
 * too much memory
 */
export async function tryLoad(onnx: Uint8Array, limits: LoadLimits): Promise<void> {
  const watch: { timers: NodeJS.Timeout[]; lane: Lane | null } = { timers: [], lane: null };
  try {
    const answer = await new Promise<FromWorker>((resolve, reject) => {
      const lane = openLane('process', {
        message: (message) => resolve(message as FromWorker),
        exit: (reason) =>
          reject(
            new PlimsollError('GRAPH_NOT_LOADED', { reason: `it ended with ${reason}`, runtime: 'here' }),
          ),
      });
      watch.lane = lane;
      const { onnxLoadMillis, onnxLoadBytes } = limits;
      const late = overLimit(`more than ${onnxLoadMillis} ms`, 'onnxLoadMillis', limits);
      watch.timers.push(setTimeout(() => reject(late), onnxLoadMillis));
      const look = (): void => {
        const bytes = residentBytes(lane.pid);
        if (bytes > onnxLoadBytes) reject(overLimit(`${bytes} bytes of memory`, 'onnxLoadBytes', limits));
      };
      watch.timers.push(setInterval(look, WATCH_MILLIS));
      lane.hold(true);
      lane.send({ kind: 'load', onnx });
    });
    if (answer.kind === 'failed') throw PlimsollError.from(answer.error);
  } finally {
    for (const timer of watch.timers) clearTimeout(timer);
    await watch.lane?.kill();
  }
}

/** Tries a file's graph as `tryLoad` does; models made of steps are this program's own graphs and pass. */
export async function tryContent(content: ModelContent | null): Promise<void> {
  if (content?.kind === 'graph') await tryLoad(content.onnx, limitsForFile(content.onnx.length));
}

const overLimit = (found: string, name: keyof LoadLimits, limits: LoadLimits): PlimsollError =>
  new PlimsollError('GRAPH_LIMIT', { where: 'its loading in onnxruntime', found, limit: limits[name], name });

const PAGE_BYTES = 4096;

/** Resident set of a process; 0 where it has just ended. Linux tells in a file, other systems by `ps`. */
function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    if (process.platform === 'linux') {
      return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
    }
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    // The process ended between two looks: its exit is reported elsewhere.
    return 0;
  }
}
