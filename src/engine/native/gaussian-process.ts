import {
  ERRORS_OF_SIGMOID,
  type GaussianProcessClassifierStep,
  type LatentProcess,
} from '../../model/gaussian-process.ts';
import { allocateCells, type RowBlock } from './block.ts';
import { type EvaluatorContext, refuseShape, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { prepareKernelRows, prepareOwnKernel } from './kernel.ts';
import { prepareLabels } from './labels.ts';
import { divideRow, numpyRowSum } from './links.ts';

/** Mean and probability of a process, one number a row. */
type Latent = (input: RowBlock) => { readonly mean: Float64Array; readonly probability: Float64Array };

function prepareGaussianProcess(
  step: GaussianProcessClassifierStep,
  { names }: EvaluatorContext,
): StepEvaluator {
  const classes = step.classes.values.length;
  const { processes } = step;
  if (processes.length !== (classes === 2 ? 1 : classes))
    refuseShape(step, 'estimators_', processes.length, classes);
  const latents = processes.map((process) => prepareLatent(step, process, names));
  const take = prepareLabels(step.classes);
  const isLast = step.ties === 'last';
  return {
    outputs: (input) => {
      const { rows } = input;
      const answers = latents.map((latent) => latent(input));
      const data = allocateCells(rows * classes);
      const best = new Int32Array(rows);
      if (answers.length === 1) binary(answers[0]!, data, best);
      else
        answers.forEach(({ probability }, k) => {
          for (let row = 0; row < rows; row++) {
            data[row * classes + k] = probability[row]!;
            const most = data[row * classes + best[row]!]!;
            if (probability[row]! > most || (isLast && probability[row] === most)) best[row] = k;
          }
        });
      if (classes > 2) normalise(data, rows, classes);
      return {
        predict: take(best),
        predict_proba: { dtype: 'float64', shape: [rows, classes], data },
      };
    },
  };
}

function binary({ mean, probability }: ReturnType<Latent>, data: Float64Array, best: Int32Array): void {
  for (let row = 0; row < mean.length; row++) {
    data[2 * row] = 1 - probability[row]!;
    data[2 * row + 1] = probability[row]!;
    best[row] = mean[row]! > 0 ? 1 : 0;
  }
}

function normalise(data: Float64Array, rows: number, classes: number): void {
  for (let base = 0; base < rows * classes; base += classes) {
    const sum = numpyRowSum(data, base, classes);
    if (sum !== 0) divideRow(data, base, classes, sum);
  }
}

function prepareLatent(
  step: GaussianProcessClassifierStep,
  process: LatentProcess,
  names: readonly string[],
): Latent {
  const { factor, points, residual, rootWeights } = process;
  if (residual.length !== points.rows) refuseShape(step, 'pi_', residual.length, points.rows);
  if (rootWeights.length !== points.rows) refuseShape(step, 'W_sr_', rootWeights.length, points.rows);
  if (factor.rows !== points.rows || factor.cols !== points.rows)
    refuseShape(step, 'L_', factor.rows, points.rows);
  const kernelRows = prepareKernelRows(process, names);
  const ownKernel = prepareOwnKernel(process, names);
  const weighted = new Float64Array(points.rows);
  return (input) => {
    const mean = allocateCells(input.rows);
    const own = ownKernel(input);
    const probability = allocateCells(input.rows);
    kernelRows(input, (row, values) => {
      let sum = 0;
      for (let k = 0; k < values.length; k++) {
        sum += values[k]! * residual[k]!;
        weighted[k] = values[k]! * rootWeights[k]!;
      }
      mean[row] = sum;
      probability[row] = averagedSigmoid(sum, own[row]! - solvedNorm(factor.data, weighted));
    });
    return { mean, probability };
  };
}

/** ‖L⁻¹ b‖² by forward substitution; b is overwritten. */
function solvedNorm(factor: Float64Array, b: Float64Array): number {
  const size = b.length;
  let norm = 0;
  for (let i = 0; i < size; i++) {
    let rest = b[i]!;
    for (let j = 0; j < i; j++) rest -= factor[i * size + j]! * b[j]!;
    const solved = rest / factor[i * size + i]!;
    b[i] = solved;
    norm += solved * solved;
  }
  return norm;
}

/** The sigmoid averaged over a normal distribution; no number where the variance is not above 0, as in numpy. */
function averagedSigmoid(mean: number, variance: number): number {
  if (!(variance > 0)) return Number.NaN;
  let sum = 0;
  let shares = 0;
  for (const { lambda, share } of ERRORS_OF_SIGMOID) {
    sum += (share * erf((lambda * mean) / Math.sqrt(1 + 2 * lambda * lambda * variance))) / 2;
    shares += share;
  }
  return sum + 0.5 * shares;
}

/** Where erf is 1 to the last bit. */
const ONE_FROM = 6;
/** Where the series gives way to the continued fraction. */
const FAR_FROM = 2.5;

/** The error function: 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!! near 0, else 1 less the continued fraction of erfc. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a >= ONE_FROM) return Math.sign(x);
  const decay = Math.exp(-a * a);
  if (a < FAR_FROM) {
    let term = a;
    let sum = a;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * decay * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - decay / Math.sqrt(Math.PI) / (a + fraction));
}

export const GAUSSIAN_PROCESS_PREPARERS: StepPreparers<GaussianProcessClassifierStep> = {
  'gaussian-process-classifier': prepareGaussianProcess,
};
