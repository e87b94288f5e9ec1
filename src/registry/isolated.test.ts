import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IsolatedGraph } from '../engine/onnx/isolated.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { acceptFile } from './accept.ts';
import { loadBundle } from './load.ts';
import type { LoadedVersion } from './version.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-isolated-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** y = x + the sum of |max(x)| ones: a row may ask for any memory. */
function exploding(): Uint8Array {
  const g = new GraphBuilder('exploding');
  const x = g.input('x', 'float32', ['N', 4]);
  const greatest = g.add('Abs', [g.add('ReduceMax', [x], { keepdims: 0n })]);
  const size = g.add('Reshape', [g.add('Cast', [greatest], { to: 7n }), g.int64([1], [1])]);
  const sum = g.add('ReduceSum', [
    g.add('ConstantOfShape', [size], { value: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } }),
  ]);
  g.output('y', g.add('Add', [x, sum]), 'float32', ['N', 4]);
  return encodeModel(g.build({}));
}

const row = (value: number) =>
  ({
    kind: 'tensors',
    rows: 1,
    tensors: { x: { dtype: 'float32', shape: [1, 4], data: Float32Array.of(1, 2, 3, value) } },
  }) as const;

async function accepted(): Promise<LoadedVersion> {
  const path = join(folder, 'exploding.onnx');
  writeFileSync(path, exploding());
  return acceptFile(path, { dataDir: join(folder, 'data'), name: 'exploding' });
}

test('a graph whose sizes depend on values is a version that runs apart, and says why', async () => {
  const { manifest, engine } = await accepted();
  expect(manifest.graphMemory).toMatchObject({
    kind: 'unbounded',
    reason: expect.stringContaining('ReduceMax'),
  });
  expect(engine.status?.()).toMatchObject({ workers: 1, up: 1, restarts: 0 });
  expect((await engine.infer(row(4)))['y']).toMatchObject({ data: Float32Array.of(5, 6, 7, 8) });
  await expect(engine.infer(row(3e9))).rejects.toMatchObject({ details: { model: 'exploding@1' } });
  await expect.poll(() => engine.status?.().up).toBe(1);
  expect((await engine.infer(row(4)))['y']).toMatchObject({ data: Float32Array.of(5, 6, 7, 8) });
  await engine.close();
});

test('a bundle that says nothing of its memory runs apart', async () => {
  const { bundle, engine } = await accepted();
  await engine.close();
  const path = join(bundle, 'plimsoll.json');
  const { graphMemory, ...older } = JSON.parse(readFileSync(path, 'utf8'));
  expect(graphMemory.kind).toBe('unbounded');
  writeFileSync(path, JSON.stringify(older));
  const again = await loadBundle(bundle, 'exploding', 2);
  expect(again.engine.status?.()).toMatchObject({ up: 1 });
  await again.engine.close();
});

test('a process that is killed is told in the log of its version', async () => {
  const { engine } = await accepted();
  const [pid] = (engine as IsolatedGraph).status().pids;
  process.kill(pid!, 'SIGKILL');
  await expect.poll(() => engine.status?.().restarts, { timeout: 5000 }).toBe(1);
  const logs = join(folder, 'data/logs');
  const [log] = readdirSync(logs);
  expect(readFileSync(join(logs, log!), 'utf8')).toContain(
    `${pid} stderr the process of the graph ended: killed by SIGKILL`,
  );
  await engine.close();
});
