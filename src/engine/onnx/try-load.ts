import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ModelContent } from '../../model/description.ts';
import type { GraphBytes } from '../../model/graph-bytes.ts';
import { limitsForFile, type OnnxLimits } from '../../onnx/limits.ts';
import { collectGarbage } from '../../process/heap.ts';
import { graphSize, writeGraph } from './graph-file.ts';
import { startGraphProcess } from './graph-process.ts';

type LoadLimits = Pick<OnnxLimits, 'onnxLoadMillis' | 'onnxLoadBytes'>;

/**
 * Loads a graph once in a process of its own, within limits on time and memory, so that what crashes, hangs or fills the
 * memory does so there. Loading folds constants: that is where bombs in a graph go off.
 *
 * @throws GRAPH_NOT_LOADED when onnxruntime refuses the graph or dies on it, GRAPH_LIMIT when it takes too long or
 * too much memory
 */
export async function tryLoad(onnx: GraphBytes, limits: LoadLimits): Promise<void> {
  if (typeof onnx === 'string') return tryFile(onnx, limits);
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-graph-'));
  const model = join(scratch, 'model.onnx');
  try {
    writeGraph(model, onnx);
    await tryFile(model, limits);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function tryFile(model: string, limits: LoadLimits): Promise<void> {
  const { onnxLoadMillis, onnxLoadBytes } = limits;
  try {
    const times = { startMillis: onnxLoadMillis, callMillis: onnxLoadMillis };
    const load = { model, outputs: [] };
    const worker = await startGraphProcess({ name: 'the graph', load, memoryBytes: onnxLoadBytes, ...times });
    await worker.close();
  } catch (error) {
    throw refusal(error, limits);
  }
}

function refusal(error: unknown, limits: LoadLimits): unknown {
  if (!isPlimsollError(error)) return error;
  const { onnxLoadMillis, onnxLoadBytes } = limits;
  if (error.code === 'GRAPH_MEMORY')
    return overLimit(`more than ${onnxLoadBytes} bytes of memory`, 'onnxLoadBytes', limits);
  if (error.code !== 'ENGINE_CRASHED') return error;
  const reason = String(error.details['reason']);
  if (reason.startsWith('it had not loaded'))
    return overLimit(`more than ${onnxLoadMillis} ms`, 'onnxLoadMillis', limits);
  return new PlimsollError('GRAPH_NOT_LOADED', { reason: `its process ended: ${reason}`, runtime: 'here' });
}

/** Tries a file's graph as `tryLoad` does; models made of steps are this program's own graphs and pass. */
export async function tryContent(content: ModelContent | null): Promise<void> {
  if (content?.kind !== 'graph') return;
  // What a graph on the disk was read from is garbage by now: no other process is to load it beside that.
  if (typeof content.onnx === 'string') collectGarbage();
  await tryLoad(content.onnx, limitsForFile(graphSize(content.onnx)));
}

const overLimit = (found: string, name: keyof LoadLimits, limits: LoadLimits): PlimsollError =>
  new PlimsollError('GRAPH_LIMIT', { where: 'its loading in onnxruntime', found, limit: limits[name], name });
