/**
 * The native engine alone, rows in memory, as `peers/batch.py` does it for scikit-learn: `node batch.ts MODEL ROWS WIDTH OUTPUT`. All
 * outputs are computed, as in a batch job; `OUTPUT` gets the numbers of the one that says most.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import type { Outputs } from '../../src/model/batch.ts';

/** Rows of one call, as a lane of a batch job hands them over. */
const BLOCK = 2048;
const OUTPUTS = ['predict_proba', 'predict'];

const [model = '', path = '', wide = '', output = ''] = process.argv.slice(2);
const { content } = readModelFile(model);
if (content?.kind !== 'steps') throw new Error(`${model} can't be read`);
const engine = createNativeEngine(content);
const width = Number(wide);
const data = new Float64Array(Uint8Array.from(readFileSync(path)).buffer);

/** Answers to all rows, block by block. */
function score(): Outputs[] {
  const rows = data.length / width;
  const answers: Outputs[] = [];
  for (let row = 0; row < rows; row += BLOCK) {
    const block = data.subarray(row * width, Math.min(row + BLOCK, rows) * width);
    answers.push(engine.infer({ kind: 'matrix', rows: block.length / width, width, data: block }) as Outputs);
  }
  return answers;
}

function numbersOf(outputs: Outputs): number[] {
  const found = OUTPUTS.map((name) => outputs[name]).find((one) => one !== undefined);
  if (found === undefined || !('data' in found))
    throw new Error(`outputs ${Object.keys(outputs).join(', ')}`);
  return Array.from<number | bigint | string, number>(found.data, Number);
}

score(); // warms up, as scikit-learn is
const [start, used] = [performance.now(), process.cpuUsage()];
const answers = score();
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }));
writeFileSync(output, new Uint8Array(Float64Array.from(answers.flatMap(numbersOf)).buffer));
