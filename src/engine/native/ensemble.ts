import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { Member, ModelStep, PredictionsStep } from '../../model/step.ts';
import type { LabelSet, Matrix, Tensor } from '../../model/tensor.ts';
import { allocateCells, createScratch, type RowBlock, toDense } from './block.ts';
import { type EvaluatorContext, refuseShape, refuseStep, type StepEvaluator } from './evaluator.ts';

/** What each member answers, `[rows, width]`, in their order; shared with the members' own answers. */
export type MemberAnswers = (input: RowBlock) => readonly Matrix[];

/** Makes members ready. Those that share a step ask it once. */
export function prepareMembers(
  members: readonly Member[],
  { names, prepare }: EvaluatorContext,
): MemberAnswers {
  const steps = [...new Set(members.map(({ step }) => step))];
  const evaluators = steps.map(
    (step) =>
      prepare(step, names).outputs ?? refuseStep(step, 'predict', 'absent', 'an estimator that predicts'),
  );
  const takers = members.map((member) => ({
    at: steps.indexOf(member.step),
    take: prepareNumbers(member),
  }));
  return (input) => {
    const answers = evaluators.map((outputs) => outputs(input));
    return takers.map(({ at, take }) => take(answers[at]!, input.rows));
  };
}

/** Makes the numbers of one method ready. */
function prepareNumbers(member: Member): (outputs: Outputs, rows: number) => Matrix {
  const { step, method, from } = member;
  const numbers = member.codes === null ? plainNumbers : prepareCodes(member.codes);
  return (outputs, rows) => {
    const output = outputs[method];
    if (output === undefined || isList(output))
      return refuseStep(step, method, output === undefined ? 'absent' : 'a list', 'one matrix');
    const data = numbers(output) ?? refuseStep(step, method, output.dtype, 'numbers');
    const cols = output.shape[1] ?? 1;
    return from === 0 ? { rows, cols, data } : withoutFirst({ rows, cols, data }, from);
  };
}

function plainNumbers({ dtype, data }: Tensor): Float64Array | null {
  if (dtype === 'float64') return data;
  return dtype === 'string' ? null : Float64Array.from<number | bigint>(data, Number);
}

/** Places of labels among `codes`; NaN for one that is not among them. */
function prepareCodes({ values }: LabelSet): (labels: Tensor) => Float64Array {
  const places = new Map<string | number, number>(
    values.map((value, place) => [typeof value === 'string' ? value : Number(value), place]),
  );
  return ({ dtype, data }) => {
    const codes = new Float64Array(data.length);
    for (let k = 0; k < codes.length; k++) {
      const label = data[k]!;
      codes[k] = places.get(dtype === 'string' ? (label as string) : Number(label)) ?? Number.NaN;
    }
    return codes;
  };
}

function withoutFirst({ rows, cols, data }: Matrix, from: number): Matrix {
  const width = cols - from;
  const rest = allocateCells(rows * width);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < width; k++) rest[row * width + k] = data[row * cols + from + k]!;
  return { rows, cols: width, data: rest };
}

/** Matrices side by side. */
export function sideBySide(parts: readonly Matrix[], rows: number): Matrix {
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  const data = allocateCells(rows * cols);
  let start = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < part.cols; k++) data[row * cols + start + k] = part.data[row * part.cols + k]!;
    start += part.cols;
  }
  return { rows, cols, data };
}

/** Sums over members, cell by cell and in their order, each times its weight; members are equally wide. */
export function weightedSums(
  step: ModelStep,
  parts: readonly Matrix[],
  weights: Float64Array | null,
  width: number,
): Float64Array {
  const rows = parts[0]?.rows ?? 0;
  const sums = allocateCells(rows * width);
  for (const [i, { cols, data }] of parts.entries()) {
    if (cols !== width) refuseShape(step, 'estimators_', cols, width);
    const weight = weights?.[i] ?? 1;
    for (let k = 0; k < sums.length; k++) sums[k]! += weight * data[k]!;
  }
  return sums;
}

/** Answers of the members, then the columns themselves where they pass. */
export function preparePredictions(step: PredictionsStep, context: EvaluatorContext): StepEvaluator {
  const answers = prepareMembers(step.members, context);
  const scratch = createScratch();
  return {
    transform: (input) => {
      const parts = answers(input);
      const passed = step.passthrough ? [toDense(input, context.names, scratch)] : [];
      return { kind: 'dense', ...sideBySide([...parts, ...passed], input.rows) };
    },
  };
}
