import { elementAt } from '../../core/element-at.ts';
import type {
  ColumnBranch,
  ColumnTransformerStep,
  FeatureUnionStep,
  PipelineStep,
} from '../../model/step.ts';
import {
  allocateCells,
  createScratch,
  type DenseBlock,
  forEachSparseRow,
  type RowBlock,
  type SparseBlock,
  toDense,
} from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  refuseStep,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareStack } from './stack.ts';

/** Steps in order: all but the last transform. */
function preparePipeline(step: PipelineStep, { names, prepare }: EvaluatorContext): StepEvaluator {
  const evaluators = step.steps.map(({ step: inner }, i) =>
    prepare(inner, i === 0 ? names : (inner.featureNames ?? [])),
  );
  const last = evaluators.at(-1);
  if (last === undefined) return { transform: (input) => input };
  const before = step.steps.slice(0, -1).map(({ step: inner }, i) => {
    return evaluators[i]?.transform ?? refuseStep(inner, 'transform', 'absent', 'a step that transforms');
  });
  const [first, ...rest] = before;
  if (first === undefined) return last;
  const run = chain(first, rest);
  const { transform, outputs, leaves, undecided } = last;
  return {
    ...(transform && { transform: (input: RowBlock) => transform(run(input)) }),
    ...(outputs && { outputs: (input: RowBlock) => outputs(run(input)) }),
    ...(leaves && { leaves: (input: RowBlock) => leaves(run(input)) }),
    ...(undecided && { undecided: (input: RowBlock) => undecided(run(input)) }),
  };
}

type Transform = (input: RowBlock) => RowBlock;

/** One call a step without a loop where there is only one step before the last. */
function chain(first: Transform, rest: readonly Transform[]): Transform {
  if (rest.length === 0) return first;
  return (input) => {
    let block = first(input);
    for (const transform of rest) block = transform(block);
    return block;
  };
}

/** Each branch sees its own columns; outputs side by side in transformer order. */
function prepareColumnTransformer(
  step: ColumnTransformerStep,
  { names, prepare }: EvaluatorContext,
): StepEvaluator {
  const branches = step.branches.map((branch) => {
    const seen = branch.columns.map((col) => names[col] ?? `x${col}`);
    return {
      select: prepareSelect(step, branch),
      weight: branch.weight,
      transform: transformOf(branch, seen, prepare),
    };
  });
  const stack = prepareStack([]);
  return {
    transform: (input) => {
      if (step.features !== null) checkWidth(input, step.features);
      return stack(
        branches.map(({ select, transform, weight }) => ({ block: transform(select(input)), weight })),
        input.rows,
      );
    },
  };
}

function transformOf(
  branch: ColumnBranch,
  names: readonly string[],
  prepare: EvaluatorContext['prepare'],
): (input: RowBlock) => RowBlock {
  if (branch.step === null) return (input) => input;
  return (
    prepare(branch.step, names).transform ??
    refuseStep(branch.step, 'transform', 'absent', 'a step that transforms')
  );
}

/** Selects a branch's columns; columns of a table are shared, those of a matrix copied together, a sparse one stays so. */
function prepareSelect(step: ColumnTransformerStep, branch: ColumnBranch): (input: RowBlock) => RowBlock {
  const chosen = Int32Array.from(branch.columns);
  const width = step.features ?? Number.MAX_SAFE_INTEGER;
  for (const col of branch.columns) {
    if (!(col >= 0 && col < width)) refuseShape(step, `columns of ${branch.name}`, col, width - 1);
  }
  const scratch = createScratch();
  const needed = 1 + chosen.reduce((highest, col) => Math.max(highest, col), -1);
  const rises = chosen.every((col, k) => k === 0 || col > chosen[k - 1]!);
  let places: Int32Array | null = null;
  return (input) => {
    const { rows } = input;
    if (input.cols < needed) checkWidth(input, needed);
    if (input.kind === 'columns') {
      return {
        kind: 'columns',
        rows,
        cols: chosen.length,
        columns: branch.columns.map((col) => elementAt(input.columns, col)),
      };
    }
    if (input.kind === 'sparse' && rises) {
      if (places?.length !== input.cols) places = placesOf(chosen, input.cols);
      return selectSparse(input, places, chosen.length);
    }
    return gather(toDense(input, [], allocateCells), chosen, scratch(rows * chosen.length));
  };
}

/** The place of each column among the chosen ones; -1 of the others. */
function placesOf(chosen: Int32Array, width: number): Int32Array {
  const places = new Int32Array(width).fill(-1);
  for (const [place, col] of chosen.entries()) places[col] = place;
  return places;
}

/** Entries of the columns that have a place; columns whose order stays leave those of a row in theirs. */
function selectSparse(block: SparseBlock, places: Int32Array, cols: number): SparseBlock {
  const { rows, indices: from, values: cells } = block;
  const indptr = new Int32Array(rows + 1);
  const indices = new Int32Array(from.length);
  const values = new Float64Array(from.length);
  let count = 0;
  forEachSparseRow(block, (row, begin, end) => {
    for (let k = begin; k < end; k++) {
      const place = places[from[k]!]!;
      if (place < 0) continue;
      indices[count] = place;
      values[count++] = cells[k]!;
    }
    indptr[row + 1] = count;
  });
  return {
    kind: 'sparse',
    rows,
    cols,
    indptr,
    indices: indices.subarray(0, count),
    values: values.subarray(0, count),
  };
}

function gather(input: DenseBlock, chosen: Int32Array, data: Float64Array): DenseBlock {
  const { rows, cols, data: source } = input;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let k = 0; k < chosen.length; k++) data[at++] = source[row * cols + chosen[k]!]!;
  }
  return { kind: 'dense', rows, cols: chosen.length, data };
}

/** Every branch sees the whole input. */
function prepareFeatureUnion(step: FeatureUnionStep, { names, prepare }: EvaluatorContext): StepEvaluator {
  const branches = step.branches.map(({ step: inner, weight }) => {
    const { transform } = prepare(inner, names);
    return {
      transform: transform ?? refuseStep(inner, 'transform', 'absent', 'a step that transforms'),
      weight,
    };
  });
  const stack = prepareStack([]);
  return {
    transform: (input) =>
      stack(
        branches.map(({ transform, weight }) => ({ block: transform(input), weight })),
        input.rows,
      ),
  };
}

export const COMPOSITION_PREPARERS: StepPreparers<PipelineStep | ColumnTransformerStep | FeatureUnionStep> = {
  pipeline: preparePipeline,
  'column-transformer': prepareColumnTransformer,
  'feature-union': prepareFeatureUnion,
};
