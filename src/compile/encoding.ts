import type {
  CategoryTableStep,
  ColumnCategories,
  LabelEncoderStep,
  OneHotColumn,
  OneHotStep,
  TableColumn,
} from '../model/encoding.ts';
import type { LabelSet, Tensor } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { bitExact, type CompileContext, type StepCompiler, type StepCompilers } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { labelTensor } from './labels.ts';
import { flat } from './links.ts';
import { columnAt, joinColumnValues, matrix, type StepStream, type StreamColumn } from './stream.ts';

const ML = 'ai.onnx.ml';
const NOTE = "lookup by equal value; unknown categories under 'error' are marked in the output `refused`";

/** Keys under which a column's values are looked up; a missing category is NaN, or the missing string. */
function keysOf(categories: ColumnCategories): Tensor {
  const shape = [categories.values.length];
  switch (categories.type) {
    case 'number':
      return { dtype: 'float64', shape, data: categories.values };
    case 'bool':
      return {
        dtype: 'float64',
        shape,
        data: Float64Array.from(categories.values, (value) => (value === null ? Number.NaN : Number(value))),
      };
    case 'string':
      return { dtype: 'string', shape, data: categories.values.map((value) => value ?? MISSING_STRING) };
  }
}

/**
 * Value of each row's category: a hash lookup by equal value, in which NaN finds NaN and -0 finds 0.
 * The operator OneHotEncoder is not used: it truncates doubles to integers.
 */
export function lookUpCategories(
  { g }: CompileContext,
  column: StreamColumn,
  categories: ColumnCategories,
  values: Tensor,
  otherwise: Tensor,
): ValueName {
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

/** Input column `index` of an encoder, whose type fits the categories; infinities are refused. */
function encodedColumn(
  context: CompileContext,
  step: OneHotStep | CategoryTableStep,
  input: StepStream,
  index: number,
  categories: ColumnCategories,
): StreamColumn {
  const column = columnAt(context, input, index);
  const type = categories.type === 'string' ? 'string' : 'number';
  if (type !== column.type) {
    const found = `${categories.type}s over a column of ${column.type}s`;
    throw compileUnsupported(step, `categories_[${index}]`, found, 'the same type is');
  }
  if (type === 'number') context.refusals.numbers(column.value(), step.refusesMissing ? 'finite' : 'missing');
  else if (step.refusesMissing) {
    const { g } = context;
    context.refusals.where(g.add('Equal', [column.value(), g.strings([MISSING_STRING], [1])]));
  }
  return column;
}

/** Slot of an unknown category that refuses its row. */
const REFUSED_SLOT = -2;

/** One column's block as `[N, width]` booleans: its slot compared with 0, 1, 2, …; slot -1 is all false. */
function oneHotBlock(
  context: CompileContext,
  column: StreamColumn,
  { categories, slots, width, unknownSlot }: OneHotColumn,
  unknown: OneHotStep['unknown'],
): ValueName {
  const { g, refusals } = context;
  const otherwise = unknown === 'error' ? REFUSED_SLOT : unknownSlot;
  const slot =
    categories.values.length === 0
      ? g.add('Expand', [g.int64([otherwise], [1, 1]), g.add('Shape', [column.value()])])
      : lookUpCategories(context, column, categories, int64(slots), int64([otherwise]));
  if (unknown === 'error') refusals.where(g.add('Equal', [slot, g.int64([REFUSED_SLOT], [1, 1])]));
  return g.add('Equal', [
    slot,
    g.int64(
      Array.from({ length: width }, (_, i) => i),
      [1, width],
    ),
  ]);
}

const oneHot: StepCompiler<OneHotStep> = {
  emit(context, step, input) {
    const { g } = context;
    const blocks = step.columns.flatMap((spec, index) => {
      const column = encodedColumn(context, step, input, index, spec.categories);
      const block = oneHotBlock(context, column, spec, step.unknown);
      return spec.width === 0 ? [] : [block];
    });
    if (blocks.length === 0)
      throw compileUnsupported(step, 'categories_', 'without an output column', 'at least one is');
    const joined = joinColumnValues(g, blocks);
    const width = step.columns.reduce((sum, column) => sum + column.width, 0);
    return { stream: matrix(g.add('Cast', [joined], { to: 11n }), width) };
  },
  certify: () => bitExact(NOTE),
};

/** `[N, width]` of one column: looked up at once where a category is one number, else through the number of its row. */
function tableBlock(context: CompileContext, column: StreamColumn, spec: TableColumn): ValueName {
  const { g, refusals } = context;
  const { categories, rows, width, unknown } = spec;
  const count = categories.values.length;
  if (width === 1 && unknown !== null && count > 0)
    return lookUpCategories(context, column, categories, float64(rows), float64(unknown));
  const indexes = int64(Array.from({ length: count }, (_, i) => i));
  const index =
    count === 0
      ? g.add('Expand', [g.int64([count], [1, 1]), g.add('Shape', [column.value()])])
      : lookUpCategories(context, column, categories, indexes, int64([count]));
  if (unknown === null) refusals.where(g.add('Equal', [index, g.int64([count], [1, 1])]));
  const table = g.float64([...rows, ...(unknown ?? new Float64Array(width))], [count + 1, width]);
  return g.add('Gather', [table, flat(context, index)], { axis: 0n });
}

const categoryTable: StepCompiler<CategoryTableStep> = {
  emit(context, step, input) {
    const blocks = step.columns.flatMap((spec, index) => {
      const column = encodedColumn(context, step, input, index, spec.categories);
      const block = tableBlock(context, column, spec);
      return spec.width === 0 ? [] : [block];
    });
    if (blocks.length === 0)
      throw compileUnsupported(step, 'mapping', 'without an output column', 'at least one is');
    const width = step.columns.reduce((sum, column) => sum + column.width, 0);
    return { stream: matrix(joinColumnValues(context.g, blocks), width) };
  },
  certify: () => bitExact(NOTE),
};

/** Index of each of `labels` `[N, 1]` in `classes`, int64; -1 of one that is not known. */
export function labelIndex({ g }: CompileContext, classes: LabelSet, labels: ValueName): ValueName {
  const keys = labelTensor(classes);
  const tensors = {
    keys_tensor: keys.dtype === 'bool' ? int64(keys.data) : keys,
    values_tensor: int64(classes.values.map((_, index) => index)),
    default_tensor: int64([-1]),
  };
  const comparable = keys.dtype === 'bool' ? g.add('Cast', [labels], { to: 7n }) : labels;
  return g.add('LabelEncoder', [comparable], tensors, ML);
}

/** Labels to their index in `classes`, `[N]` int64; -1 where the row is refused. */
const labelEncoder: StepCompiler<LabelEncoderStep> = {
  emit(context, step, input) {
    const { g } = context;
    const indexes = () => {
      const index = labelIndex(context, step.classes, columnAt(context, input, 0).value());
      context.refusals.where(g.add('Equal', [index, g.int64([-1], [1, 1])]));
      return flat(context, index);
    };
    return { outputs: { transform: { dtype: 'int64', shape: [], value: indexes } } };
  },
  certify: () => bitExact('unknown labels are marked in the output `refused`'),
};

export const ENCODING_COMPILERS: StepCompilers<OneHotStep | CategoryTableStep | LabelEncoderStep> = {
  'one-hot': oneHot,
  'category-table': categoryTable,
  'label-encoder': labelEncoder,
};
