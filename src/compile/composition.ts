import type { ColumnTransformerStep, FeatureUnionStep, PipelineStep, Step } from '../model/step.ts';
import { bitExact, type Compiler, type Context } from './compiler.ts';
import { unsupported } from './failure.ts';
import { concat, matrix, matrixOf, type Stream, select, widthOf } from './stream.ts';

const NOTE = 'moves values only; its exactness is that of its steps';

/** What a transformer hands on. */
function transformed(context: Context, step: Step, input: Stream): Stream {
  const { stream } = context.compile(step, input);
  if (stream === undefined)
    throw unsupported(step, 'transform', 'missing', 'only transformers inside a pipeline are');
  return stream;
}

function weighted(context: Context, stream: Stream, weight: number | null, step: Step): Stream {
  if (weight === null) return stream;
  const { g } = context;
  const value = g.add('Mul', [matrixOf(context, stream, step), g.float64([weight], [])]);
  return matrix(value, widthOf(stream));
}

export const pipeline: Compiler<PipelineStep> = {
  emit(context, { steps }, input) {
    const last = steps.at(-1);
    if (last === undefined) return { stream: input };
    const stream = steps.slice(0, -1).reduce((value, { step }) => transformed(context, step, value), input);
    return context.compile(last.step, stream);
  },
  certify: () => bitExact(NOTE),
};

export const columnTransformer: Compiler<ColumnTransformerStep> = {
  emit(context, step, input) {
    const branches = step.branches.map(({ columns, step: inner, weight }) => {
      const selected = select(context, input, columns);
      const stream = inner === null ? selected : transformed(context, inner, selected);
      return weighted(context, stream, weight, inner ?? step);
    });
    if (branches.length === 0)
      throw unsupported(step, 'transformers_', 'without an output column', 'at least one is');
    return { stream: concat(context, branches, step) };
  },
  certify: () => bitExact(NOTE),
};

export const featureUnion: Compiler<FeatureUnionStep> = {
  emit(context, step, input) {
    const branches = step.branches.map(({ step: inner, weight }) =>
      weighted(context, transformed(context, inner, input), weight, inner),
    );
    if (branches.length === 0)
      throw unsupported(step, 'transformer_list', 'without an output column', 'at least one is');
    return { stream: concat(context, branches, step) };
  },
  certify: () => bitExact(NOTE),
};
