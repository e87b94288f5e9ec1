/** Rows a second of tree ensembles, walked and in the kernel, side by side: `npm run bench -- trees [MODEL…]`. */
import { join } from 'node:path';
import { allocateCells, type DenseBlock, type RowBlock, toDense } from '../src/engine/native/block.ts';
import { prepareStep } from '../src/engine/native/prepare.ts';
import { prepareKernel } from '../src/engine/native/tree/kernel/kernel.ts';
import { type AddTrees, prepareWalk } from '../src/engine/native/tree/slices.ts';
import { readModelFile } from '../src/files/read-model.ts';
import type { TreeEnsembleStep } from '../src/model/step.ts';
import { median } from './median.ts';
import { prepareModels, type Rows, WORK } from './native.ts';

/** Models of `native.py` and the rows they are asked about. */
const MODELS: Readonly<Record<string, keyof Rows>> = {
  forest: 'forest',
  deep: 'deep',
  'deep-number': 'deep',
  boosted: 'deep',
  hgb: 'forest',
  'hgb-missing': 'missing',
  'hgb-categories': 'coded',
};
/** Rows of one call, as a batch lane hands them over. */
const BATCH = 8192;
/** Pairs of rounds; each round is at least this long. */
const ROUNDS = 9;
const ROUND_MILLIS = 100;

/** The ensemble of a model and the rows that it sees: those given, through the steps before it. */
function ensembleOf(model: string, given: DenseBlock): { step: TreeEnsembleStep; block: DenseBlock } {
  const { content } = readModelFile(join(WORK, `${model}.joblib`));
  const root = content?.kind === 'steps' ? content.root : undefined;
  const steps = root?.kind === 'pipeline' ? root.steps.map(({ step }) => step) : root ? [root] : [];
  const step = steps.pop();
  if (step?.kind !== 'tree-ensemble') throw new Error(`${model} is no tree ensemble`);
  const block = steps.reduce<RowBlock>((rows, before) => prepareStep(before, []).transform!(rows), given);
  return { step, block: toDense(block, [], allocateCells) };
}

/** Microseconds of processor time a row, so that neighbours on a shared machine do not count. */
function microsPerRow(add: () => void): number {
  const start = process.cpuUsage().user;
  const end = performance.now() + ROUND_MILLIS;
  let calls = 0;
  while (performance.now() < end) {
    add();
    calls++;
  }
  return (process.cpuUsage().user - start) / (calls * BATCH);
}

/** Medians of rounds that alternate, and of their ratios. */
function compare(model: string, rows: Rows): void {
  const given = rows[MODELS[model]!] as Rows['missing'];
  const cols = given[0]!.length;
  const data = Float64Array.from(
    { length: BATCH * cols },
    (_, k) => given[Math.floor(k / cols) % given.length]![k % cols] ?? Number.NaN,
  );
  const { step, block } = ensembleOf(model, { kind: 'dense', rows: BATCH, cols, data });
  const width = block.cols;
  const scores = new Float64Array(BATCH * step.scores);
  const walk = prepareWalk(step, width, []);
  const started = performance.now();
  const kernel = prepareKernel(step, width, [], walk.refuse);
  const built = performance.now() - started;
  if (kernel === null) throw new Error(`${model} does not fit the kernel`);
  const run = (add: AddTrees) => () => add(block, scores);
  const pairs = Array.from({ length: ROUNDS }, () => [
    microsPerRow(run(walk.add)),
    microsPerRow(run(kernel)),
  ]);
  const walked = median(pairs.map(([before]) => before!));
  const asked = median(pairs.map(([, after]) => after!));
  const gain = median(pairs.map(([before, after]) => before! / after!));
  console.log(
    [
      model.padEnd(15),
      `${step.arena.roots.length} trees`.padStart(10),
      `${Math.round((step.arena.left.length / step.arena.roots.length + 1) / 2)} leaves`.padStart(13),
      `${perSecond(walked)} → ${perSecond(asked)} rows/s`.padStart(32),
      `${gain.toFixed(2)} times`.padStart(12),
      `built in ${built.toFixed(0)} ms`.padStart(18),
    ].join(''),
  );
}

const perSecond = (micros: number): string => Math.round(1e6 / micros).toLocaleString('en');

/** Prints a line for each named ensemble, or all. */
export function trees(names: readonly string[]): void {
  const rows = prepareModels();
  for (const name of names.length === 0 ? Object.keys(MODELS) : names) {
    if (MODELS[name] === undefined)
      throw new Error(`no model ${name}: there are ${Object.keys(MODELS).join(', ')}`);
    compare(name, rows);
  }
}

if (import.meta.main) trees(process.argv.slice(2));
