import type { Outputs } from '../../model/batch.ts';
import type { ModelStep, VotingStep } from '../../model/step.ts';
import type { Matrix, Tensor } from '../../model/tensor.ts';
import { allocateCells } from './block.ts';
import { prepareMembers, sideBySide, weightedSums } from './ensemble.ts';
import { type EvaluatorContext, refuseShape, type StepEvaluator } from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows } from './links.ts';

type Answer = (parts: readonly Matrix[], rows: number) => Outputs;

/** Means and majorities of what the members answer, summed in their order. */
export function prepareVoting(step: VotingStep, context: EvaluatorContext): StepEvaluator {
  const { members, decisions, transforms } = step;
  if (step.weights !== null && step.weights.length !== members.length)
    refuseShape(step, 'weights', step.weights.length, members.length);
  const answers = prepareMembers([...members, ...(decisions ?? [])], context);
  const answer = prepareAnswer(step);
  const outputs = (input: Parameters<typeof answers>[0]): Outputs => {
    const { rows } = input;
    const parts = answers(input);
    const votes = parts.slice(0, members.length);
    return {
      ...answer(votes, rows),
      ...(decisions === null ? {} : { decision_function: meanOf(step, parts.slice(members.length), rows) }),
      ...(transforms ? { transform: tensorOf(sideBySide(votes, rows)) } : {}),
    };
  };
  if (!transforms) return { outputs };
  return {
    outputs,
    transform: (input) => ({
      kind: 'dense',
      ...sideBySide(answers(input).slice(0, members.length), input.rows),
    }),
  };
}

const tensorOf = ({ rows, cols, data }: Matrix): Tensor => ({ dtype: 'float64', shape: [rows, cols], data });

function prepareAnswer(step: VotingStep): Answer {
  const { vote, weights } = step;
  if (vote.kind === 'numbers')
    return (parts, rows) => {
      const data = divided(weightedSums(step, parts, weights, vote.width), step.divisor);
      return { predict: { dtype: 'float64', shape: vote.flat ? [rows] : [rows, vote.width], data } };
    };
  const take = prepareLabels(vote.classes);
  const classes = vote.classes.values.length;
  const shares =
    vote.kind === 'probabilities' ? prepareShares(step, vote.places, classes) : countsOf(step, classes);
  const hasShares = vote.kind === 'probabilities' || vote.fractions;
  return (parts, rows) => {
    const data = shares(parts, rows);
    const predict = take(argmaxRows(data, rows, classes));
    return hasShares
      ? { predict, predict_proba: { dtype: 'float64', shape: [rows, classes], data } }
      : { predict };
  };
}

type Shares = (parts: readonly Matrix[], rows: number) => Float64Array;

/** Mean probabilities; those of a member that knows fewer classes are put where they belong. */
function prepareShares(step: VotingStep, places: readonly (Int32Array | null)[], classes: number): Shares {
  return (parts, rows) => {
    const aligned = parts.map((part, i) => placed(step, part, places[i] ?? null, rows, classes));
    return divided(weightedSums(step, aligned, step.weights, classes), step.divisor);
  };
}

function placed(
  step: ModelStep,
  part: Matrix,
  places: Int32Array | null,
  rows: number,
  classes: number,
): Matrix {
  if (places === null) return part;
  if (places.length !== part.cols) refuseShape(step, 'classes_', part.cols, places.length);
  const data = allocateCells(rows * classes);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < part.cols; k++) data[row * classes + places[k]!] = part.data[row * part.cols + k]!;
  return { rows, cols: classes, data };
}

/** Weights of the members that name each class, in the order of the members; divided where they are fractions. */
function countsOf(step: VotingStep, classes: number): Shares {
  const { weights, divisor } = step;
  return (parts, rows) => {
    const counts = allocateCells(rows * classes);
    for (const [i, { data }] of parts.entries()) {
      const weight = weights?.[i] ?? 1;
      for (let row = 0; row < rows; row++) counts[row * classes + data[row]!]! += weight;
    }
    return divided(counts, divisor);
  };
}

function divided(sums: Float64Array, divisor: number): Float64Array {
  for (let k = 0; k < sums.length; k++) sums[k]! /= divisor;
  return sums;
}

function meanOf(step: VotingStep, parts: readonly Matrix[], rows: number): Tensor {
  const cols = parts[0]?.cols ?? 1;
  const data = divided(weightedSums(step, parts, step.weights, cols), step.divisor);
  return { dtype: 'float64', shape: cols === 1 ? [rows] : [rows, cols], data };
}
