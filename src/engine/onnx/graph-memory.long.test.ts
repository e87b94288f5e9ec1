import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeInPieces } from '../../onnx/encode.ts';
import { writeGraph } from './graph-file.ts';
import { startGraphProcess } from './graph-process.ts';

const MIB = 2 ** 20;

/** A path of a graph of convolutions that have so many weights, each of them packed anew by onnxruntime. */
function convolutions(layers: number): { readonly model: string; readonly weights: number } {
  const size = 256;
  const g = new GraphBuilder('m');
  let value = g.input('x', 'float32', ['N', size, 4, 4]);
  for (let layer = 0; layer < layers; layer += 1) {
    const data = Float32Array.from({ length: size * size * 9 }, (_, i) => Math.sin(i + layer) / 64);
    const w = g.constant({ dtype: 'float32', shape: [size, size, 3, 3], data });
    value = g.add('Relu', [g.add('Conv', [value, w], { pads: [1n, 1n, 1n, 1n] })]);
  }
  g.output('y', value, 'float32', ['N', size, 4, 4]);
  const model = join(mkdtempSync(join(tmpdir(), 'plimsoll-memory-')), 'model.onnx');
  writeGraph(model, encodeInPieces(g.build({})));
  return { model, weights: layers * size * size * 9 * 4 };
}

async function memoryOf(model: string): Promise<{ readonly peak: number; readonly now: number }> {
  const limits = { memoryBytes: 2048 * MIB, startMillis: 60_000, callMillis: 60_000 };
  const worker = await startGraphProcess({ name: 'm', load: { model, outputs: ['y'] }, ...limits });
  const status = readFileSync(`/proc/${worker.pid}/status`, 'utf8');
  const bytes = (key: string): number =>
    1024 * Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  await worker.close();
  return { peak: bytes('VmHWM'), now: bytes('VmRSS') };
}

test('a process holds the weights of its graph once, and at most two and a half times while it loads', async () => {
  const bare = await memoryOf(convolutions(1).model);
  const { model, weights } = convolutions(48);
  const loaded = await memoryOf(model);
  expect((loaded.now - bare.now) / weights).toBeLessThan(1.4);
  expect((loaded.peak - bare.peak) / weights).toBeLessThan(2.6);
});
