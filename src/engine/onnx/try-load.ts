import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';
import type { ModelContent } from '../../model/description.ts';
import { limitsForFile, type OnnxLimits } from '../../onnx/limits.ts';
import { type Lane, openLane } from './lane.ts';
import type { FromWorker } from './message.ts';

/** How often it is looked at how much memory the child has taken: it can grow by some hundred megabytes in between. */
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
  const { onnxLoadMillis, onnxLoadBytes } = limits;
  const watch: { timers: NodeJS.Timeout[]; lane: Lane | null } = { timers: [], lane: null };
  try {
    const answer = await new Promise<FromWorker>((resolve, reject) => {
      const look = (): void => {
        const bytes = peakBytes(watch.lane?.pid);
        if (bytes > onnxLoadBytes) reject(overLimit(`${bytes} bytes of memory`, 'onnxLoadBytes', limits));
      };
      const lane = openLane('process', {
        message: (message) => {
          // On a busy machine it may have been done before anybody looked.
          look();
          resolve(message as FromWorker);
        },
        exit: (reason) =>
          reject(
            new PlimsollError('GRAPH_NOT_LOADED', { reason: `it ended with ${reason}`, runtime: 'here' }),
          ),
      });
      watch.lane = lane;
      const late = overLimit(`more than ${onnxLoadMillis} ms`, 'onnxLoadMillis', limits);
      watch.timers.push(setTimeout(() => reject(late), onnxLoadMillis));
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

/** The most memory that a process has had; 0 where it has just ended. Linux tells (proc_pid_status(5)), others say what it has now. */
function peakBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    if (process.platform === 'linux') {
      const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes ?? 0) * 1024;
    }
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    // The process ended between two looks: its exit is reported elsewhere.
    return 0;
  }
}
