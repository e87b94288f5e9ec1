import type { ColumnTransformerStep, FeatureUnionStep, ModelStep, PipelineStep } from '../model/step.ts';
import { bitExact, type CompileContext, type StepCompiler, type StepCompilers } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { acceptedMatrix } from './refusal.ts';
import { concatStreams, matrix, matrixOf, type StepStream, select, streamWidthOf } from './stream.ts';

const NOTE = 'moves values only; its exactness is that of its steps';

/** What a transformer hands on. */
function transformed(context: CompileContext, step: ModelStep, input: StepStream): StepStream {
  const { stream } = context.compile(step, input);
  if (stream === undefined)
    throw compileUnsupported(step, 'transform', 'missing', 'only transformers inside a pipeline are');
  return stream;
}

function weighted(
  context: CompileContext,
  stream: StepStream,
  weight: number | null,
  step: ModelStep,
): StepStream {
  if (weight === null) return stream;
  const { g } = context;
  const value = g.add('Mul', [matrixOf(context, stream, step), g.float64([weight], [])]);
  return matrix(value, streamWidthOf(stream));
}

const pipeline: StepCompiler<PipelineStep> = {
  emit(context, { steps }, input) {
    const last = steps.at(-1);
    if (last === undefined) return { stream: input };
    const stream = steps.slice(0, -1).reduce((value, { step }) => transformed(context, step, value), input);
    return context.compile(last.step, stream);
  },
  certify: () => bitExact(NOTE),
};

const columnTransformer: StepCompiler<ColumnTransformerStep> = {
  emit(context, step, input) {
    if (step.refusesMissing) acceptedMatrix(context, input, step, 'finite');
    const branches = step.branches.map(({ columns, step: inner, weight }) => {
      const selected = select(context, input, columns);
      const stream = inner === null ? selected : transformed(context, inner, selected);
      return weighted(context, stream, weight, inner ?? step);
    });
    if (branches.length === 0)
      throw compileUnsupported(step, 'transformers_', 'without an output column', 'at least one is');
    return { stream: concatStreams(context, branches, step) };
  },
  certify: () => bitExact(NOTE),
};

const featureUnion: StepCompiler<FeatureUnionStep> = {
  emit(context, step, input) {
    const branches = step.branches.map(({ step: inner, weight }) =>
      weighted(context, transformed(context, inner, input), weight, inner),
    );
    if (branches.length === 0)
      throw compileUnsupported(step, 'transformer_list', 'without an output column', 'at least one is');
    return { stream: concatStreams(context, branches, step) };
  },
  certify: () => bitExact(NOTE),
};

export const COMPOSITION_COMPILERS: StepCompilers<PipelineStep | ColumnTransformerStep | FeatureUnionStep> = {
  pipeline,
  'column-transformer': columnTransformer,
  'feature-union': featureUnion,
};
