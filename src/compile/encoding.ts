import type {
  Categories,
  LabelEncoderStep,
  OneHotColumn,
  OneHotStep,
  OrdinalStep,
} from '../model/encoding.ts';
import type { Step } from '../model/step.ts';
import type { Tensor } from '../model/tensor.ts';
import type { Value } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { bitExact, type Compiler, type Context, unsupported } from './compiler.ts';
import { labelTensor } from './labels.ts';
import { flat } from './links.ts';
import { type Column, columnAt, matrix } from './stream.ts';

const ML = 'ai.onnx.ml';
/**
 * A graph can't refuse a row: unknown categories under 'error' are refused before the graph by whoever validates
 * rows against the signature. In the graph they fall where 'ignore' would put them.
 */
const UNKNOWN_NOTE = "unknown categories under 'error' are refused before the graph";

/** Keys under which a column's values are looked up; a missing category is NaN, or the missing string. */
function keysOf(categories: Categories): Tensor {
  const shape = [categories.values.length];
  switch (categories.type) {
    case 'number':
      return { dtype: 'float64', shape, data: categories.values };
    case 'bool':
      return { dtype: 'float64', shape, data: Float64Array.from(categories.values, Number) };
    case 'string':
      return { dtype: 'string', shape, data: categories.values.map((value) => value ?? MISSING_STRING) };
  }
}

function checkType(step: Step, index: number, categories: Categories, column: Column): void {
  const type = categories.type === 'string' ? 'string' : 'number';
  if (type !== column.type) {
    throw unsupported(
      step,
      `categories_[${index}]`,
      `${categories.type}s over a column of ${column.type}s`,
      'the same type is',
    );
  }
}

/**
 * Value of each row's category: a hash lookup by equal value, in which NaN finds NaN and -0 finds 0.
 * The operator OneHotEncoder is not used: it truncates doubles to integers.
 */
function lookUp(
  { g }: Context,
  column: Column,
  categories: Categories,
  values: Tensor,
  otherwise: Tensor,
): Value {
  const attributes = { keys_tensor: keysOf(categories), values_tensor: values, default_tensor: otherwise };
  return g.add('LabelEncoder', [column.value()], attributes, ML);
}

const int64 = (values: ArrayLike<number>): Tensor => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

const float64 = (values: ArrayLike<number>): Tensor => ({
  dtype: 'float64',
  shape: [values.length],
  data: Float64Array.from(values),
});

/** One column's block as `[N, width]` booleans: its slot compared with 0, 1, 2, …; slot -1 is all false. */
function oneHotBlock(
  context: Context,
  column: Column,
  { categories, slots, width, unknownSlot }: OneHotColumn,
): Value {
  const { g } = context;
  const slot =
    categories.values.length === 0
      ? g.add('Expand', [g.int64([unknownSlot], [1, 1]), g.add('Shape', [column.value()])])
      : lookUp(context, column, categories, int64(slots), int64([unknownSlot]));
  return g.add('Equal', [
    slot,
    g.int64(
      Array.from({ length: width }, (_, i) => i),
      [1, width],
    ),
  ]);
}

export const oneHot: Compiler<OneHotStep> = {
  emit(context, step, input) {
    const { g } = context;
    const blocks = step.columns.flatMap((spec, index) => {
      const column = columnAt(context, input, index);
      checkType(step, index, spec.categories, column);
      return spec.width === 0 ? [] : [oneHotBlock(context, column, spec)];
    });
    if (blocks.length === 0)
      throw unsupported(step, 'categories_', 'without an output column', 'at least one is');
    const joined = blocks.length === 1 ? blocks[0]! : g.add('Concat', blocks, { axis: 1n });
    const width = step.columns.reduce((sum, column) => sum + column.width, 0);
    return { stream: matrix(g.add('Cast', [joined], { to: 11n }), width) };
  },
  certify: (step) => bitExact(step.unknown === 'error' ? UNKNOWN_NOTE : 'lookup by equal value'),
};

export const ordinal: Compiler<OrdinalStep> = {
  emit(context, step, input) {
    const codes = step.columns.map(({ categories, codes }, index) => {
      const column = columnAt(context, input, index);
      checkType(step, index, categories, column);
      return lookUp(context, column, categories, float64(codes), float64([step.unknownValue]));
    });
    const value = codes.length === 1 ? codes[0]! : context.g.add('Concat', codes, { axis: 1n });
    return { stream: matrix(value, codes.length) };
  },
  certify: (step) => bitExact(step.unknown === 'error' ? UNKNOWN_NOTE : 'lookup by equal value'),
};

/** Labels to their index in `classes`, `[N]` int64; -1 stands for a label that validation should have refused. */
export const labelEncoder: Compiler<LabelEncoderStep> = {
  emit(context, step, input) {
    const { g } = context;
    const indexes = () => {
      const labels = columnAt(context, input, 0).value();
      const keys = labelTensor(step.classes);
      const tensors = {
        keys_tensor: keys.dtype === 'bool' ? int64(keys.data) : keys,
        values_tensor: int64(step.classes.values.map((_, index) => index)),
        default_tensor: int64([-1]),
      };
      const comparable = keys.dtype === 'bool' ? g.add('Cast', [labels], { to: 7n }) : labels;
      return flat(context, g.add('LabelEncoder', [comparable], tensors, ML));
    };
    return { outputs: { transform: { dtype: 'int64', shape: [], value: indexes } } };
  },
  certify: () => bitExact('unknown labels are refused before the graph'),
};
