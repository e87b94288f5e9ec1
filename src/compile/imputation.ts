import { elementAt } from '../core/element-at.ts';
import { filledColumns, type MissingMarker, type SimpleImputerStep } from '../model/imputation.ts';
import type { ValueName } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { bitExact, type CompileContext, type StepCompiler } from './compiler.ts';
import { invalidDescription } from './failure.ts';
import {
  columnAt,
  concatStreams,
  matrix,
  once,
  type StepStream,
  type StreamColumn,
  select,
  streamWidthOf,
} from './stream.ts';

/** Where numbers are missing: NaN, or equal to the marker (NaN itself is never equal to anything). */
export function missingNumbers(
  { g }: CompileContext,
  x: ValueName,
  missing: MissingMarker,
): ValueName | null {
  if (missing.kind === 'string') return null;
  const byNaN = missing.kind === 'null' || Number.isNaN(missing.value);
  return byNaN ? g.add('IsNaN', [x]) : g.add('Equal', [x, g.float64([missing.value], [])]);
}

/** Where strings are missing: the stand-in for null, or equal to the marker. */
function missingStrings({ g }: CompileContext, x: ValueName, missing: MissingMarker): ValueName | null {
  if (missing.kind === 'number') return null;
  return g.add('Equal', [x, g.strings([missing.kind === 'null' ? MISSING_STRING : missing.value], [1])]);
}

const maskOf = (
  context: CompileContext,
  { type, value }: StreamColumn,
  missing: MissingMarker,
): ValueName | null =>
  type === 'number' ? missingNumbers(context, value(), missing) : missingStrings(context, value(), missing);

/** A whole numeric matrix at once. */
function imputeMatrix(
  context: CompileContext,
  step: SimpleImputerStep,
  x: ValueName,
  width: number,
): StepStream {
  const { g } = context;
  const fill = step.fill.map((value, index) => {
    if (typeof value === 'string')
      throw invalidDescription(step, `statistics_[${index}]`, 'a string', 'a number');
    return value ?? 0;
  });
  const mask = missingNumbers(context, x, step.missing);
  const filled = mask === null ? x : g.add('Where', [mask, g.float64(fill, [1, width]), x]);
  const kept = filledColumns(step);
  const values = select(context, matrix(filled, width), kept);
  if (step.indicators.length === 0 || mask === null) return values;
  const flags = select(context, matrix(g.add('Cast', [mask], { to: 11n }), width), step.indicators);
  return kept.length === 0 ? flags : concatStreams(context, [values, flags], step);
}

function imputeColumn(
  context: CompileContext,
  step: SimpleImputerStep,
  column: StreamColumn,
  index: number,
): StreamColumn {
  const fill = elementAt(step.fill, index);
  const type = typeof fill === 'string' ? 'string' : 'number';
  if (type !== column.type) {
    throw invalidDescription(
      step,
      `statistics_[${index}]`,
      `a ${type} over a column of ${column.type}s`,
      'the same type',
    );
  }
  const { g } = context;
  const value = () => {
    const mask = maskOf(context, column, step.missing);
    const constant = typeof fill === 'string' ? g.strings([fill], [1]) : g.float64([fill as number], [1]);
    return mask === null ? column.value() : g.add('Where', [mask, constant, column.value()]);
  };
  return { type, value: once(value), source: null };
}

function indicator(context: CompileContext, step: SimpleImputerStep, column: StreamColumn): StreamColumn {
  const { g } = context;
  const value = () => {
    const mask = maskOf(context, column, step.missing);
    const none = () => g.add('Expand', [g.float64([0], [1, 1]), g.add('Shape', [column.value()])]);
    return mask === null ? none() : g.add('Cast', [mask], { to: 11n });
  };
  return { type: 'number', value: once(value), source: null };
}

/** NaN is refused too where something else stands for missing. */
function checkNumbers({ refusals }: CompileContext, step: SimpleImputerStep, input: StepStream): void {
  const { missing } = step;
  if (step.type === 'any') return;
  const byNaN = missing.kind === 'null' || (missing.kind === 'number' && Number.isNaN(missing.value));
  const accepts = byNaN ? 'missing' : 'finite';
  if (input.kind === 'matrix') refusals.numbers(input.value, accepts);
  else {
    for (const { type, value } of input.columns) if (type === 'number') refusals.numbers(value(), accepts);
  }
}

/** Refuses rows that miss a value in a column where none was missing at fit. */
function checkComplete(context: CompileContext, step: SimpleImputerStep, input: StepStream): void {
  for (const index of step.complete ?? []) {
    const mask = maskOf(context, columnAt(context, input, index), step.missing);
    if (mask !== null) context.refusals.where(mask);
  }
}

/** Missing cells by their column's fill value; columns without one are dropped; indicators come last. */
export const simpleImputer: StepCompiler<SimpleImputerStep> = {
  emit(context, step, input) {
    const width = streamWidthOf(input) ?? step.fill.length;
    if (step.fill.length !== width) {
      throw invalidDescription(step, 'statistics_', `${step.fill.length} long`, `${width} long`);
    }
    checkNumbers(context, step, input);
    checkComplete(context, step, input);
    if (input.kind === 'matrix') return { stream: imputeMatrix(context, step, input.value, width) };
    const imputed = filledColumns(step).map((index) =>
      imputeColumn(context, step, columnAt(context, input, index), index),
    );
    const flags = step.indicators.map((index) => indicator(context, step, columnAt(context, input, index)));
    return { stream: { kind: 'columns', columns: [...imputed, ...flags] } };
  },
  certify: () => bitExact(),
};
