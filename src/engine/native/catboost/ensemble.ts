import { elementAt } from '../../../core/element-at.ts';
import type { CatBoostStep } from '../../../model/catboost.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { allocateCells, createScratch, type RowBlock, toDense } from '../block.ts';
import { checkWidth, type EvaluatorContext, refuseStep, type StepEvaluator } from '../evaluator.ts';
import type { RunningKernel } from '../web-assembly.ts';
import { prepareCatBoostHead } from './head.ts';
import { BYTE_BIAS, questionAt, writeCatBoost } from './image.ts';
import { type CatBoostKernel, startCatBoostKernel } from './kernel/machine.ts';
import { prepareLeafWriter, type WriteLeaves } from './leaves.ts';
import { type CatBoostPlan, planCatBoost } from './plan.ts';
import { type CellBlock, copyNumbers, hashCells } from './rows.ts';

/** Memory of one model (1 GiB). */
const BYTES_LIMIT = 2 ** 30;

/** Boosted trees of CatBoost: raw values in the library's order of addition, then the head. */
export function prepareCatBoost(step: CatBoostStep, { names }: EvaluatorContext): StepEvaluator {
  const block = startBlocks(step, names);
  const scratch = createScratch();
  const answer = prepareCatBoostHead(step);
  return {
    outputs: (input) => {
      checkWidth(input, step.features);
      return answer(scaled(step, block.score(cellsOf(input, names, scratch))), input.rows);
    },
    leaves: (input) => {
      checkWidth(input, step.features);
      return block.leaves(cellsOf(input, names, scratch));
    },
  };
}

/**
 * What the questions of a model compare, `[rows, sources]`: of each float and each CTR how many borders are below its number, after the
 * floats and before the CTRs of each one-hot value 1 where a row has it, else 0.
 */
export function prepareCatBoostCounts(step: CatBoostStep): (input: RowBlock) => Float64Array {
  const block = startBlocks(step, []);
  const scratch = createScratch();
  return (input) => {
    checkWidth(input, step.features);
    return block.counts(cellsOf(input, [], scratch));
  };
}

function startBlocks(step: CatBoostStep, names: readonly string[]): BlockScorer {
  const plan = planCatBoost(step);
  const kernel = plan.bytes > BYTES_LIMIT ? null : startCatBoostKernel(plan.bytes);
  if (kernel === null) {
    const found = `so large that it takes ${plan.bytes} bytes`;
    return refuseStep(
      step,
      'the model',
      found,
      `models of up to ${BYTES_LIMIT} bytes, which the machine has, are`,
    );
  }
  writeCatBoost(kernel, step, plan);
  return new BlockScorer(kernel, step, plan, names);
}

const cellsOf = (
  input: RowBlock,
  names: readonly string[],
  scratch: (cells: number) => Float64Array,
): CellBlock => (input.kind === 'columns' ? input : toDense(input, names, scratch));

/** scale · sum + bias, left out where it would change nothing, as the library does. */
function scaled({ scale, bias, dimensions }: CatBoostStep, sums: Float64Array): Float64Array {
  if (scale === 1 && bias.every((value) => value === 0)) return sums;
  for (let at = 0; at < sums.length; at += dimensions)
    for (let k = 0; k < dimensions; k++) sums[at + k] = scale * sums[at + k]! + bias[k]!;
  return sums;
}

/** Takes rows through the kernel, block by block. */
class BlockScorer {
  readonly #kernel: RunningKernel<CatBoostKernel>;
  readonly #step: CatBoostStep;
  readonly #plan: CatBoostPlan;
  readonly #names: readonly string[];
  readonly #stage: Float64Array;
  readonly #scores: Float64Array;
  readonly #keys: Float64Array;
  readonly #hashes: ReadonlyMap<number, Int32Array>;
  /** Made at the first call that asks for leaves. */
  #writeLeaves: WriteLeaves | null = null;

  constructor(
    kernel: RunningKernel<CatBoostKernel>,
    step: CatBoostStep,
    plan: CatBoostPlan,
    names: readonly string[],
  ) {
    this.#kernel = kernel;
    this.#step = step;
    this.#plan = plan;
    this.#names = names;
    const { memory } = kernel;
    this.#stage = new Float64Array(memory, plan.stage, plan.stageRows * step.features);
    this.#scores = new Float64Array(memory, plan.scores, plan.blockRows * step.dimensions);
    this.#keys = new Float64Array(memory, plan.keys, plan.blockRows);
    this.#hashes = new Map(
      [...plan.hashes].map(([column, at]) => [column, new Int32Array(memory, at, plan.blockRows)]),
    );
  }

  /** Sums of leaves, `[rows, dimensions]`. */
  score(block: CellBlock): Float64Array {
    const { dimensions } = this.#step;
    const sums = allocateCells(block.rows * dimensions);
    for (let from = 0; from < block.rows; from += this.#plan.blockRows) {
      const to = Math.min(block.rows, from + this.#plan.blockRows);
      this.#addTrees(this.#count(block, from, to));
      sums.set(this.#scores.subarray(0, (to - from) * dimensions), from * dimensions);
    }
    return sums;
  }

  /** The leaf of each tree, `[rows, trees]`. */
  leaves(block: CellBlock): Tensor {
    this.#writeLeaves ??= prepareLeafWriter(this.#step, this.#plan);
    const { trees } = this.#step;
    const width = trees.kind === 'oblivious' ? trees.depths.length : trees.roots.length;
    const data = new Int32Array(block.rows * width);
    const answers = new Int8Array(this.#kernel.memory);
    for (let from = 0; from < block.rows; from += this.#plan.blockRows) {
      const to = Math.min(block.rows, from + this.#plan.blockRows);
      this.#count(block, from, to);
      this.#writeLeaves(answers, to - from, data, from * width);
    }
    return { dtype: 'int32', shape: [block.rows, width], data };
  }

  /** What the questions of the rows compare, `[rows, sources]`. */
  counts(block: CellBlock): Float64Array {
    const { floats, oneHots, ctrs, blockRows } = this.#plan;
    // Each byte column of a source counts up to 255 of its borders, the next one those behind them.
    const sources = [
      ...floats.map((parts) => parts.map(({ bytes }) => bytes)),
      ...oneHots.flat().map((bytes) => [bytes]),
      ...ctrs.map((parts) => parts.map(({ bytes }) => bytes)),
    ];
    const counted = new Int8Array(this.#kernel.memory);
    const counts = allocateCells(block.rows * sources.length);
    for (let from = 0; from < block.rows; from += blockRows) {
      const to = Math.min(block.rows, from + blockRows);
      this.#count(block, from, to);
      for (const [k, parts] of sources.entries())
        for (let row = from; row < to; row++) {
          let sum = 0;
          for (const bytes of parts) sum += counted[bytes + row - from]! + BYTE_BIAS;
          counts[row * sources.length + k] = sum;
        }
    }
    return counts;
  }

  /** Answers what can be asked of the rows; how many there are in whole groups. */
  #count(block: CellBlock, from: number, to: number): number {
    const rows = Math.ceil((to - from) / 16) * 16;
    this.#countFloats(block, from, to);
    this.#hashCategories(block, from, to, rows);
    this.#countCtrs(rows);
    return rows;
  }

  #countFloats(block: CellBlock, from: number, to: number): void {
    const { features, floats } = this.#step;
    const { stageRows } = this.#plan;
    for (let row = from; row < to; row += stageRows) {
      const end = Math.min(to, row + stageRows);
      if (block.kind === 'dense') this.#stage.set(block.data.subarray(row * features, end * features));
      for (let i = 0; i < floats.length; i++) {
        const { column } = floats[i]!;
        if (block.kind === 'dense') this.#countColumn(i, column, features, row - from, end - row);
        else {
          copyNumbers(block, column, row, end, this.#stage, this.#names[column] ?? `x${column}`);
          this.#countColumn(i, 0, 1, row - from, end - row);
        }
      }
    }
  }

  /** Counts the borders below staged numbers, each `stride` behind the one before. */
  #countColumn(float: number, first: number, stride: number, row: number, count: number): void {
    const { floats, stage } = this.#plan;
    const missing = this.#step.floats[float]!.missingAbove;
    const x = stage + 8 * first;
    for (const { bytes, table, starts, buckets, finite } of floats[float]!)
      this.#kernel.functions.countBorders(
        x,
        8 * stride,
        Math.ceil(count / 16) * 16,
        starts,
        buckets.starts.length - 1,
        buckets.low,
        buckets.scale,
        table,
        buckets.half,
        missing ? finite : 0,
        bytes + row,
      );
  }

  #hashCategories(block: CellBlock, from: number, to: number, rows: number): void {
    for (const [column, hashes] of this.#hashes)
      hashCells(block, column, from, to, hashes, this.#names[column] ?? `x${column}`);
    for (const [i, { column, values }] of this.#step.oneHots.entries()) {
      const hashes = this.#plan.hashes.get(column) ?? 0;
      for (const [item, value] of values.entries())
        this.#kernel.functions.equalHashes(
          hashes,
          rows,
          value,
          elementAt(elementAt(this.#plan.oneHots, i), item),
        );
    }
  }

  #countCtrs(rows: number): void {
    const { functions } = this.#kernel;
    const { keys, found } = this.#plan;
    for (const [i, table] of this.#step.tables.entries()) {
      this.#keys.fill(0);
      for (const column of table.categories)
        functions.hashCategories(keys, rows, this.#plan.hashes.get(column) ?? 0);
      for (const question of [...table.floats, ...table.oneHots]) {
        const { bytes, threshold } = questionAt(this.#step, this.#plan, question);
        functions.hashAnswers(keys, rows, bytes, threshold);
      }
      const { slots, mask } = elementAt(this.#plan.tables, i);
      functions.findKeys(keys, rows, slots, mask, found);
      for (const [j, ctr] of this.#step.ctrs.entries())
        if (ctr.table === i)
          for (const { bytes, table: counts } of elementAt(this.#plan.ctrs, j))
            functions.takeCounts(found, rows, counts, bytes);
    }
  }

  #addTrees(rows: number): void {
    const { functions } = this.#kernel;
    const { chunks, isShallow, scores, nodes, leaves } = this.#plan;
    const { dimensions, trees } = this.#step;
    this.#scores.fill(0);
    for (const { from, to } of chunks) {
      if (isShallow) functions.addShallow(from, to, rows, scores);
      else if (trees.kind === 'oblivious') functions.addOblivious(from, to, rows, scores, dimensions);
      else functions.addNodes(from, to, rows, scores, dimensions, nodes, leaves);
    }
  }
}
