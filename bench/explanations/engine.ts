/** Explains rows of the benchmark in a process of its own: `node engine.ts FOLDER NAME ROWS paths|background`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import { explainModel } from '../../src/explain/explain-model.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import type { Batch } from '../../src/model/batch.ts';

const [folder = '', name = '', count = '0', way = 'paths'] = process.argv.slice(2);
const WIDTH = 20;
const BACKGROUND = 1000;
const bytes = readFileSync(join(folder, 'rows.f64'));
const cells = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const rows = Number(count);
const batchOf = (from: number, length: number): Batch => ({
  ...{ kind: 'matrix', rows: length, width: WIDTH },
  data: cells.slice(from * WIDTH, (from + length) * WIDTH),
});

const { content } = readModelFile(join(folder, `${name}.joblib`), { covers: true });
if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
const background = way === 'background' ? batchOf(cells.length / WIDTH - BACKGROUND, BACKGROUND) : null;
const started = performance.now();
const model = { name, content, engine: createNativeEngine(content) };
const explainer = await explainModel(model, { background });
const prepared = performance.now() - started;
await explainer.explain(batchOf(0, 50));
const [wall, cpu] = [performance.now(), process.threadCpuUsage()];
const { values } = await explainer.explain(batchOf(0, rows));
const { user, system } = process.threadCpuUsage(cpu);
const spent = { wall: (performance.now() - wall) / 1000, cpu: (user + system) / 1e6 };
const one = batchOf(0, 1);
const single = performance.now();
for (let k = 0; k < 100; k++) await explainer.explain(one);
const rowMillis = (performance.now() - single) / 100;
let worst: number | null = null;
if (way === 'paths') {
  const theirs = readFileSync(join(folder, `${name}.shap.f64`));
  const scores = explainer.baseValues.length;
  worst = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < WIDTH; column++) {
      const ours = values[(row * scores + scores - 1) * WIDTH + column]!;
      worst = Math.max(worst, Math.abs(ours - theirs.readDoubleLE(8 * (row * WIDTH + column))));
    }
}
console.log(JSON.stringify({ ...spent, prepared, rowMillis, worst }));
