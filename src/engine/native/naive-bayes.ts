import type { CategoricalNbStep, MultinomialNbStep } from '../../model/naive-bayes.ts';
import type { Matrix } from '../../model/tensor.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  type RowBlock,
  refuseCell,
  toDense,
} from './block.ts';
import { checkWidth, type EvaluatorContext, refuseShape, type StepEvaluator } from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, logSumExpRows } from './links.ts';
import { prepareProduct } from './product.ts';

/** Joint log likelihood `x · featureLogProbᵀ + classLogPrior`; `predict_proba` exp(jll - logsumexp(jll)). */
export function prepareMultinomialNb(step: MultinomialNbStep, { names }: EvaluatorContext): StepEvaluator {
  const { cols: features } = step.featureLogProb;
  checkClasses(step, step.featureLogProb.rows);
  const product = prepareProduct(step.featureLogProb, step.classLogPrior, names);
  const { threshold } = step;
  const binarize = threshold === undefined ? null : prepareBinarizer(threshold, names);
  return likelihoods(step, (input) => {
    checkWidth(input, features);
    return product(binarize === null ? input : binarize(input));
  });
}

/** 1 where a cell is above the threshold, else 0; sparse rows stay sparse where 0 is not above it. */
function prepareBinarizer(threshold: number, names: readonly string[]): (input: RowBlock) => RowBlock {
  const packed = createScratch();
  const binary = createScratch();
  const above = (value: number): number => (value > threshold ? 1 : 0);
  return (input) => {
    if (input.kind === 'sparse' && threshold >= 0) {
      checkNumbers(input, names, 'refused');
      return { ...input, values: input.values.map(above) };
    }
    const block = toDense(input, names, packed);
    checkNumbers(block, names, 'refused');
    const cells = block.rows * block.cols;
    const data = binary(cells);
    for (let k = 0; k < cells; k++) data[k] = above(block.data[k]!);
    return { kind: 'dense', rows: block.rows, cols: block.cols, data };
  };
}

/** Joint log likelihood `classLogPrior + Σⱼ tables[j][trunc xⱼ]`. */
export function prepareCategoricalNb(step: CategoricalNbStep, { names }: EvaluatorContext): StepEvaluator {
  const { tables, classLogPrior } = step;
  const classes = classLogPrior.length;
  checkClasses(step, classes);
  const odd = tables.find((table) => table.cols !== classes);
  if (odd !== undefined) refuseShape(step, 'feature_log_prob_', odd.cols, classes);
  const scratch = createScratch();
  return likelihoods(step, (input) => {
    checkWidth(input, tables.length);
    const block = toDense(input, names, scratch);
    const scores = allocateCells(block.rows * classes);
    for (let row = 0; row < block.rows; row++)
      addTables(scores.subarray(row * classes, (row + 1) * classes), block, row, tables, names);
    for (let k = 0; k < scores.length; k++) scores[k]! += classLogPrior[k % classes]!;
    return scores;
  });
}

function addTables(
  scores: Float64Array,
  block: DenseBlock,
  row: number,
  tables: readonly Matrix[],
  names: readonly string[],
): void {
  const base = row * block.cols;
  const classes = scores.length;
  for (const [col, { rows, data }] of tables.entries()) {
    const category = Math.trunc(block.data[base + col]!);
    if (!(category >= 0 && category < rows))
      refuseCell(row, names[col] ?? `x${col}`, `expected one of the categories 0 to ${rows - 1}`);
    for (let k = 0; k < classes; k++) scores[k]! += data[category * classes + k]!;
  }
}

function checkClasses(step: MultinomialNbStep | CategoricalNbStep, rows: number): void {
  const count = step.classes.values.length;
  if (count !== rows) refuseShape(step, 'classes_', count, rows);
  if (step.classLogPrior.length !== rows)
    refuseShape(step, 'class_log_prior_', step.classLogPrior.length, rows);
}

/** `predict` and `predict_proba` of the joint log likelihoods `[rows, classes]` that `score` gives. */
function likelihoods(
  { classes }: MultinomialNbStep | CategoricalNbStep,
  score: (input: RowBlock) => Float64Array,
): StepEvaluator {
  const take = prepareLabels(classes);
  const count = classes.values.length;
  return {
    outputs: (input) => {
      const scores = score(input);
      const data = logSumExpRows(scores, input.rows, count);
      return {
        predict: take(argmaxRows(scores, input.rows, count)),
        predict_proba: { dtype: 'float64', shape: [input.rows, count], data },
      };
    },
  };
}
