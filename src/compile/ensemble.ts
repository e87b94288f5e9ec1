import type { Member, PredictionsStep } from '../model/step.ts';
import type { LabelSet } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type CompiledOutput, type StepCompiler } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { labelTensor } from './labels.ts';
import { joinColumnValues, matrix, matrixOf, once, type StepStream } from './stream.ts';

const FLOAT64 = 11n;

/** What a member answers, emitted on first use: `[N, width]` float64. */
export interface MemberValue {
  readonly width: number | null;
  readonly value: () => ValueName;
}

/** What each member answers to `input`, in their order. Those that share a step compile it once. */
export function memberValues(
  context: CompileContext,
  members: readonly Member[],
  input: StepStream,
): readonly MemberValue[] {
  const compiled = new Map(
    [...new Set(members.map(({ step }) => step))].map((step) => [step, context.compile(step, input)]),
  );
  return members.map((member) => {
    const output = compiled.get(member.step)?.outputs?.[member.method];
    if (output === undefined || !('value' in output))
      throw compileUnsupported(member.step, member.method, 'absent or a list', 'one matrix is');
    const [columns = 1] = output.shape;
    return {
      width: typeof columns === 'number' ? columns - member.from : null,
      value: once(() => numbersOf(context, member, output)),
    };
  });
}

function numbersOf(
  context: CompileContext,
  { step, codes, from }: Member,
  output: CompiledOutput,
): ValueName {
  const { g } = context;
  const flat = output.shape.length === 0;
  const column = (value: ValueName): ValueName =>
    flat ? g.add('Reshape', [value, g.int64([-1, 1], [2])]) : value;
  if (codes !== null) return placesOf(context, codes, column(output.value()));
  if (output.dtype === 'string') throw compileUnsupported(step, 'predict', 'strings', 'numbers are');
  const answered = column(output.value());
  const value = output.dtype === 'float64' ? answered : g.add('Cast', [answered], { to: FLOAT64 });
  return from === 0
    ? value
    : g.add('Slice', [value, g.int64([from], [1]), g.int64([2 ** 31], [1]), g.int64([1], [1])]);
}

/** Where each label `[N, 1]` is among `codes`. */
function placesOf({ g }: CompileContext, codes: LabelSet, labels: ValueName): ValueName {
  const known = g.add('Reshape', [g.constant(labelTensor(codes)), g.int64([1, -1], [2])]);
  const hits = g.add('Cast', [g.add('Equal', [labels, known])], { to: FLOAT64 });
  const places = g.float64(Float64Array.from(codes.values.keys()), [codes.values.length, 1]);
  return g.add('MatMul', [hits, places]);
}

/** `Σ weight · value`, one addition after the other. */
export function sumOfMembers(
  { g }: CompileContext,
  values: readonly ValueName[],
  weights: Float64Array | null,
): ValueName {
  const terms = values.map((value, i) =>
    weights === null ? value : g.add('Mul', [value, g.float64([weights[i]!], [])]),
  );
  return terms.reduce((sum, term) => g.add('Add', [sum, term]));
}

/** Answers of the members side by side, then the columns themselves where they pass. */
export const predictions: StepCompiler<PredictionsStep> = {
  emit(context, step, input) {
    const values = memberValues(context, step.members, input);
    const given = step.passthrough ? [matrixOf(context, input, step)] : [];
    const value = joinColumnValues(context.g, [...values.map((member) => member.value()), ...given]);
    const passed = step.passthrough ? step.features : 0;
    const width = values.reduce(
      (sum, own) => (sum === null || own.width === null ? null : sum + own.width),
      passed,
    );
    return { stream: matrix(value, width) };
  },
  certify: () => bitExact('answers side by side; its exactness is that of its members'),
};
