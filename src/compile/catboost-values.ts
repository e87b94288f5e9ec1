import { elementAt } from '../core/element-at.ts';
import type { CatBoostStep, CtrColumn, CtrTable } from '../model/catboost.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { joinColumnValues, numbersAt, type StepStream } from './stream.ts';

/** Everything that questions look at, side by side: numbers, whether there is a category (1 or 0), CTRs. */
export interface AskedValues {
  /** `[N, width]` float64. */
  readonly value: ValueName;
  readonly width: number;
  /** Column and threshold of each question: it is `value > threshold`. */
  readonly columns: Int32Array;
  readonly thresholds: Float64Array;
}

const INT64 = 7n;
const FLOAT32 = 1n;
const FLOAT64 = 11n;
/** m of the hash (catboost/libs/model/hash.h), as int64: its products wrap. */
const MULTIPLIER = BigInt.asIntN(64, 0x4906ba494954cb65n);

/** Emits the values that the trees of `step` ask about. */
export function askedValues(context: CompileContext, step: CatBoostStep, input: StepStream): AskedValues {
  const { g } = context;
  const hashes = new Map<number, ValueName>();
  const hashOf = (column: number): ValueName => {
    const known = hashes.get(column) ?? columnHashes(context, step, input, column);
    hashes.set(column, known);
    return known;
  };
  const before = [
    ...(step.floats.length > 0 ? [floatValues(context, step, input)] : []),
    ...step.oneHots.map(({ column, values }) => {
      const wanted = g.float64(values, [1, values.length]);
      return g.add('Cast', [g.add('Equal', [hashOf(column), wanted])], { to: FLOAT64 });
    }),
  ];
  const places = questionPlaces(step);
  const asked = before.length > 0 ? joinColumnValues(g, before) : null;
  const rows = step.tables.map((table) => rowsOf(context, table, hashOf, asked, places));
  const ctrs = step.ctrs.map((ctr) =>
    ctrOf(context, ctr, elementAt(step.tables, ctr.table), elementAt(rows, ctr.table)),
  );
  const parts = [...(asked === null ? [] : [asked]), ...ctrs];
  if (parts.length === 0) parts.push(g.add('IsNaN', [numbersAt(context, step, input, 0)]));
  const width =
    step.floats.length + step.oneHots.reduce((sum, { values }) => sum + values.length, 0) + ctrs.length;
  return { value: joinColumnValues(g, parts), width, ...places };
}

/** Numbers rounded to float32; a missing one is beyond every border, on the side that the file says. */
function floatValues(context: CompileContext, step: CatBoostStep, input: StepStream): ValueName {
  const { g } = context;
  const given =
    input.kind === 'matrix'
      ? g.add(
          'Gather',
          [
            input.value,
            g.int64(
              step.floats.map(({ column }) => column),
              [step.floats.length],
            ),
          ],
          {
            axis: 1n,
          },
        )
      : joinColumnValues(
          g,
          step.floats.map(({ column }) => numbersAt(context, step, input, column)),
        );
  const x = g.add('Cast', [g.add('Cast', [given], { to: FLOAT32 })], { to: FLOAT64 });
  const sides = step.floats.map(({ missingAbove }) => (missingAbove ? Infinity : -Infinity));
  return g.add('Where', [g.add('IsNaN', [x]), g.float64(sides, [1, sides.length]), x]);
}

/** Texts are hashed natively, in front of the graph. */
function columnHashes(
  context: CompileContext,
  step: CatBoostStep,
  input: StepStream,
  index: number,
): ValueName {
  const column = input.kind === 'columns' ? elementAt(input.columns, index) : null;
  if (column === null || column.type !== 'string' || column.source === null) {
    const wanted = 'an untouched column of the input is (use the native engine: `--runtime native`)';
    throw compileUnsupported(step, `the categories in column ${index}`, 'computed', wanted);
  }
  return context.hashes(column.source);
}

/** Where the answer to each question is. */
function questionPlaces({
  floats,
  oneHots,
  ctrs,
  questions,
}: CatBoostStep): Pick<AskedValues, 'columns' | 'thresholds'> {
  const firstOneHot = floats.length;
  const starts = [firstOneHot];
  for (const { values } of oneHots) starts.push((starts.at(-1) ?? 0) + values.length);
  const firstCtr = starts.at(-1) ?? 0;
  const count = questions.kind.length;
  const borders = { floats: floats.map((one) => one.borders), ctrs: ctrs.map((one) => one.borders) };
  const columns = new Int32Array(count);
  const thresholds = new Float64Array(count);
  for (const [question, kind] of questions.kind.entries()) {
    const source = elementAt(questions.source, question);
    const item = elementAt(questions.item, question);
    if (kind === 1) {
      columns[question] = elementAt(starts, source) + item;
      thresholds[question] = 0.5;
    } else {
      columns[question] = kind === 0 ? source : firstCtr + source;
      thresholds[question] = elementAt(elementAt(kind === 0 ? borders.floats : borders.ctrs, source), item);
    }
  }
  return { columns, thresholds };
}

/** Rows of a table by its keys, numbered from 1; 0 is a key that it has not: `[N, 1]` int64. */
function rowsOf(
  context: CompileContext,
  table: CtrTable,
  hashOf: (column: number) => ValueName,
  asked: ValueName | null,
  { columns, thresholds }: Pick<AskedValues, 'columns' | 'thresholds'>,
): ValueName {
  const { g } = context;
  const multiplier = g.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(MULTIPLIER) });
  const parts = [
    ...table.categories.map((column) => g.add('Cast', [hashOf(column)], { to: INT64 })),
    ...[...table.floats, ...table.oneHots].map((question) => {
      const column = g.int64([elementAt(columns, question)], [1]);
      const value = g.add('Gather', [asked ?? column, column], { axis: 1n });
      const answer = g.add('Greater', [value, g.float64([elementAt(thresholds, question)], [])]);
      return g.add('Cast', [answer], { to: INT64 });
    }),
  ];
  let key = g.add('Mul', [elementAt(parts, 0), g.int64([0], [])]);
  for (const part of parts)
    key = g.add('Mul', [multiplier, g.add('Add', [key, g.add('Mul', [multiplier, part])])]);
  const count = table.keys.length / 2;
  if (count === 0) return g.add('Mul', [key, g.int64([0], [])]);
  const words = new BigInt64Array(table.keys.slice().buffer);
  const numbers = BigInt64Array.from({ length: count }, (_, row) => BigInt(row + 1));
  const attributes = {
    keys_tensor: { dtype: 'int64', shape: [count], data: words },
    values_tensor: { dtype: 'int64', shape: [count], data: numbers },
    default_tensor: { dtype: 'int64', shape: [1], data: BigInt64Array.of(0n) },
  } as const;
  return g.add('LabelEncoder', [key], attributes, 'ai.onnx.ml');
}

/** The CTR of each row, `[N, 1]`: a look-up of what the formula gives for the rows of the table. */
function ctrOf({ g }: CompileContext, ctr: CtrColumn, table: CtrTable, rows: ValueName): ValueName {
  const count = table.keys.length / 2 + 1;
  const values = Float64Array.from({ length: count }, (_, row) => statistic(ctr, table, row - 1));
  return g.add('Gather', [g.float64(values, [count]), rows], { axis: 0n });
}

/** The formula of `CtrColumn`, in float32 throughout. */
function statistic(ctr: CtrColumn, { counts, classes, sums, denominator }: CtrTable, row: number): number {
  const cells = row < 0 ? [] : [...counts.slice(row * classes, (row + 1) * classes)];
  const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, count) => sum + count, 0);
  const ways: Readonly<Record<CtrColumn['type'], () => readonly [number, number]>> = {
    Borders: () => [sumOf(cells.slice(ctr.target + 1)), sumOf(cells)],
    Buckets: () => [cells[ctr.target] ?? 0, sumOf(cells)],
    BinarizedTargetMeanValue: () => [sums?.[row] ?? 0, sumOf(cells)],
    FloatTargetMeanValue: () => [sums?.[row] ?? 0, sumOf(cells)],
    Counter: () => [sumOf(cells), denominator],
    FeatureFreq: () => [sumOf(cells), denominator],
  };
  const f32 = new Float32Array(ways[ctr.type]());
  const [good = 0, total = 0] = f32;
  f32[0] = good + ctr.priorNumerator;
  f32[1] = total + ctr.priorDenominator;
  f32[0] = elementAt(f32, 0) / elementAt(f32, 1);
  f32[0] = elementAt(f32, 0) + ctr.shift;
  f32[0] = elementAt(f32, 0) * ctr.scale;
  return elementAt(f32, 0);
}
