import {
  type DenseLayersStep,
  type ElementActivation,
  type OutputActivation,
  outputCount,
} from '../model/dense-layers.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from './compiler.ts';
import { argMax, binaryIndex, labelOutput } from './labels.ts';
import { affine } from './linear.ts';
import { complement, flat, sigmoid, softmax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, once } from './stream.ts';

type Emit = (context: CompileContext, x: ValueName) => ValueName;

const ACTIVATIONS: { readonly [A in OutputActivation]: Emit } = {
  identity: (_, x) => x,
  logistic: sigmoid,
  // Its float64 kernel is a rational approximation, within 16 ulp.
  tanh: ({ g }, x) => g.add('Tanh', [x]),
  // Where, and not Max: NaN stays.
  relu: ({ g }, x) => {
    const zero = g.float64([0], []);
    return g.add('Where', [g.add('Less', [x, zero]), zero, x]);
  },
  exp: ({ g }, x) => g.add('Exp', [x]),
  softmax,
};

function through(context: CompileContext, step: DenseLayersStep, x: ValueName): ValueName {
  const last = step.layers.length - 1;
  const hidden: ElementActivation = step.activation;
  return step.layers.reduce((value, { weights, bias }, k) => {
    const sums = affine(context, value, weights, bias);
    return ACTIVATIONS[k === last ? step.output : hidden](context, sums);
  }, x);
}

const denseLayers: StepCompiler<DenseLayersStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const value = once(() => through(context, step, x));
    if (step.head.kind === 'columns') return { stream: matrix(value(), outputCount(step)) };
    return { outputs: outputsOf(context, step, value) };
  },
  certify: () => withinTolerance('dot products, whose order BLAS and onnxruntime choose, through the layers'),
};

function outputsOf(
  context: CompileContext,
  step: DenseLayersStep,
  value: () => ValueName,
): Readonly<Record<string, CompiledOutput>> {
  const { g } = context;
  const { head } = step;
  const count = outputCount(step);
  const above = (threshold: number): ValueName => g.add('Greater', [value(), g.float64([threshold], [])]);
  const rows: CompiledOutput = { dtype: 'float64', shape: [count], value };
  switch (head.kind) {
    case 'binary': {
      // Of a single class it is predicted whatever the number.
      const place = (): ValueName => {
        const index = binaryIndex(context, flat(context, above(0.5)));
        return head.classes.values.length > 1 ? index : g.add('Mul', [index, g.int64([0], [1])]);
      };
      return {
        predict: labelOutput(context, head.classes, place),
        predict_proba: { dtype: 'float64', shape: [2], value: () => complement(context, value()) },
      };
    }
    case 'multiclass':
      return {
        predict: labelOutput(context, head.classes, () => argMax(context, value())),
        predict_proba: rows,
      };
    case 'multilabel':
      return {
        predict: {
          dtype: 'int64',
          shape: [count],
          value: () => g.add('Cast', [above(head.threshold)], { to: 7n }),
        },
        [head.scores]: rows,
      };
    default: {
      const single = head.kind === 'numbers' && head.flat;
      const predict: CompiledOutput = single
        ? { dtype: 'float64', shape: [], value: () => flat(context, value()) }
        : rows;
      return { predict };
    }
  }
}

export const DENSE_LAYERS_COMPILERS: StepCompilers<DenseLayersStep> = { 'dense-layers': denseLayers };
