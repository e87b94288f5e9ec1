import { elementAt } from '../core/element-at.ts';
import type { VotingStep } from '../model/step.ts';
import type { LabelSet } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type CompiledOutput, type StepCompiler } from './compiler.ts';
import { type MemberValue, memberValues, sumOfMembers } from './ensemble.ts';
import { argMax, labelOutput } from './labels.ts';
import { flat } from './links.ts';
import { joinColumnValues, matrix, once, type StepStream } from './stream.ts';

type Outputs = Record<string, CompiledOutput>;

/** The weighted mean of `values`. */
function mean(context: CompileContext, step: VotingStep, values: readonly ValueName[]): ValueName {
  const { g } = context;
  return g.add('Div', [sumOfMembers(context, values, step.weights), g.float64([step.divisor], [])]);
}

/** Columns of a member put where they belong among `classes`. */
function placed(
  { g }: CompileContext,
  value: ValueName,
  places: Int32Array | null,
  classes: number,
): ValueName {
  if (places === null) return value;
  const moves = new Float64Array(places.length * classes);
  places.forEach((place, k) => {
    moves[k * classes + place] = 1;
  });
  // Elsewhere a MatMul would take a number that comes before it into a float32 attribute (MatMulScaleFusion).
  return g.add('Gemm', [value, g.float64(moves, [places.length, classes])]);
}

/** 1 in the column of the class that a member names, else 0. */
function named({ g }: CompileContext, code: ValueName, classes: number): ValueName {
  const columns = g.float64(
    Float64Array.from({ length: classes }, (_, k) => k),
    [1, classes],
  );
  return g.add('Cast', [g.add('Equal', [code, columns])], { to: 11n });
}

function classOutputs(
  context: CompileContext,
  labels: LabelSet,
  shares: () => ValueName,
  has: boolean,
): Outputs {
  const predict = labelOutput(context, labels, () => argMax(context, shares()));
  if (!has) return { predict };
  return {
    predict,
    predict_proba: { dtype: 'float64', shape: [labels.values.length], value: shares },
  };
}

function votes(context: CompileContext, step: VotingStep, members: readonly MemberValue[]): Outputs {
  const { vote } = step;
  const values = () => members.map(({ value }) => value());
  if (vote.kind === 'numbers') {
    const value = () => {
      const numbers = mean(context, step, values());
      return vote.flat ? flat(context, numbers) : numbers;
    };
    return { predict: { dtype: 'float64', shape: vote.flat ? [] : [vote.width], value } };
  }
  const { classes } = vote;
  const count = classes.values.length;
  const shareOf = (value: ValueName, i: number): ValueName =>
    vote.kind === 'labels'
      ? named(context, value, count)
      : placed(context, value, vote.places[i] ?? null, count);
  const shares = once(() => mean(context, step, values().map(shareOf)));
  return classOutputs(context, classes, shares, vote.kind === 'probabilities' || vote.fractions);
}

function decisionOutput(context: CompileContext, step: VotingStep, members: readonly MemberValue[]): Outputs {
  const width = elementAt(members, 0).width ?? 1;
  const value = () => {
    const scores = mean(
      context,
      step,
      members.map((member) => member.value()),
    );
    return width === 1 ? flat(context, scores) : scores;
  };
  return { decision_function: { dtype: 'float64', shape: width === 1 ? [] : [width], value } };
}

function sideBySide(context: CompileContext, members: readonly MemberValue[]): StepStream {
  const width = members.reduce<number | null>(
    (sum, own) => (sum === null || own.width === null ? null : sum + own.width),
    0,
  );
  return matrix(
    joinColumnValues(
      context.g,
      members.map(({ value }) => value()),
    ),
    width,
  );
}

/** Means and majorities of what the members answer. */
export const voting: StepCompiler<VotingStep> = {
  emit(context, step, input) {
    const { members, decisions } = step;
    const values = memberValues(context, [...members, ...(decisions ?? [])], input);
    const own = values.slice(0, members.length);
    const outputs = {
      ...votes(context, step, own),
      ...(decisions === null ? {} : decisionOutput(context, step, values.slice(members.length))),
    };
    return step.transforms ? { outputs, stream: sideBySide(context, own) } : { outputs };
  },
  certify: () => bitExact('sums in the order of the members; its exactness is theirs'),
};
