import type { CellTreatment, DomainColumn, NumberInterval, ValueDomainStep } from '../model/domain.ts';
import { domainType } from '../model/domain.ts';
import type { MissingMarker } from '../model/imputation.ts';
import type { ValueName } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { bitExact, type CompileContext, type StepCompiler } from './compiler.ts';
import { lookUpCategories } from './encoding.ts';
import { compileUnsupported } from './failure.ts';
import { columnAt, joinColumnValues, matrix, once, type StreamColumn } from './stream.ts';

/** A condition `[N, 1]` of the rows, and what becomes of them. */
interface TreatedRows {
  readonly where: ValueName;
  readonly treatment: CellTreatment;
}

/** Cells by their domain: a chain of choices, the first that holds. */
export const valueDomain: StepCompiler<ValueDomainStep> = {
  emit(context, step, input) {
    const columns = step.columns.map((spec, index): StreamColumn => {
      const column = columnAt(context, input, index);
      const type = domainType(spec) === 'string' ? 'string' : 'number';
      if (type !== column.type)
        throw compileUnsupported(step, `column ${index}`, `${type}s over ${column.type}s`, 'one type is');
      // Refusals are part of the answer, whoever reads the column.
      const value = domainColumn(context, spec, column);
      return { type, value: once(() => value), source: null };
    });
    if (columns.some(({ type }) => type === 'string')) return { stream: { kind: 'columns', columns } };
    const values = columns.map(({ value }) => value());
    return { stream: matrix(joinColumnValues(context.g, values), columns.length) };
  },
  certify: () => bitExact('cells are compared and replaced, never computed with'),
};

function domainColumn(context: CompileContext, spec: DomainColumn, column: StreamColumn): ValueName {
  const { g } = context;
  const x = column.value();
  if (column.type === 'number') context.refusals.numbers(x, 'missing');
  const missing = spec.missing.flatMap((marker) => markedBy(context, column, marker) ?? []);
  const rows: TreatedRows[] = missing.map((where) => ({ where, treatment: spec.whenMissing }));
  rows.push({ where: g.add('Not', [isValid(context, spec, column)]), treatment: spec.whenInvalid });
  if (spec.valid.type === 'interval') rows.push(...outlierRows(context, spec.valid, x));
  return chosen(context, column, rows);
}

function markedBy(
  { g }: CompileContext,
  { type, value }: StreamColumn,
  marker: MissingMarker,
): ValueName | null {
  if (marker.kind === 'null')
    return type === 'number'
      ? g.add('IsNaN', [value()])
      : g.add('Equal', [value(), g.strings([MISSING_STRING], [1])]);
  if (marker.kind !== type) return null;
  const constant = marker.kind === 'string' ? g.strings([marker.value], [1]) : g.float64([marker.value], [1]);
  return g.add('Equal', [value(), constant]);
}

function isValid(context: CompileContext, { valid }: DomainColumn, column: StreamColumn): ValueName {
  const { g } = context;
  if (valid.type === 'interval')
    return g.add('And', [
      g.add('GreaterOrEqual', [column.value(), g.float64([valid.low], [])]),
      g.add('LessOrEqual', [column.value(), g.float64([valid.high], [])]),
    ]);
  const { length } = valid.values;
  if (length === 0) {
    const none = g.add('Expand', [g.int64([0], [1, 1]), g.add('Shape', [column.value()])]);
    return g.add('Cast', [none], { to: 9n });
  }
  const known = lookUpCategories(
    context,
    column,
    valid,
    { dtype: 'int64', shape: [length], data: new BigInt64Array(length).fill(1n) },
    { dtype: 'int64', shape: [1], data: BigInt64Array.of(0n) },
  );
  return g.add('Cast', [known], { to: 9n });
}

function outlierRows(
  { g }: CompileContext,
  { outliers }: NumberInterval,
  x: ValueName,
): readonly TreatedRows[] {
  if (outliers === null) return [];
  return [
    { where: g.add('Less', [x, g.float64([outliers.low], [])]), treatment: outliers.below },
    { where: g.add('Greater', [x, g.float64([outliers.high], [])]), treatment: outliers.above },
  ];
}

/** The first condition that holds decides; a row that is to be refused has its cell's own value. */
function chosen(
  context: CompileContext,
  { type, value }: StreamColumn,
  rows: readonly TreatedRows[],
): ValueName {
  const { g, refusals } = context;
  let taken: ValueName | null = null;
  for (const { where, treatment } of rows) {
    if (treatment.kind === 'refuse') {
      const first: ValueName = taken === null ? where : g.add('And', [where, g.add('Not', [taken])]);
      refusals.where(first);
    }
    taken = taken === null ? where : g.add('Or', [taken, where]);
  }
  return rows.reduceRight((otherwise, { where, treatment }) => {
    if (treatment.kind === 'keep' || treatment.kind === 'refuse')
      return g.add('Where', [where, value(), otherwise]);
    const constant =
      type === 'string'
        ? g.strings([typeof treatment.value === 'string' ? treatment.value : MISSING_STRING], [1])
        : g.float64([typeof treatment.value === 'number' ? treatment.value : Number.NaN], [1]);
    return g.add('Where', [where, constant, otherwise]);
  }, value());
}
