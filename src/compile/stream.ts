import { elementAt } from '../core/element-at.ts';
import type { PlimsollError } from '../core/errors.ts';
import type { ModelStep } from '../model/step.ts';
import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';
import { compileUnsupported } from './failure.ts';

/** What nodes are emitted into. */
export interface Emitter {
  readonly g: GraphBuilderApi;
}

/** One `[N, 1]` column; its value is emitted on first use, so that a column nobody reads costs nothing. */
export interface StreamColumn {
  readonly type: 'number' | 'string';
  readonly value: () => ValueName;
  /** Column of the signature that this is, unchanged; null for a computed one. */
  readonly source: number | null;
}

/** What flows between steps: one float64 matrix `[N, width]` (null: the file does not say), or columns of mixed types. */
export type StepStream =
  | { readonly kind: 'matrix'; readonly value: ValueName; readonly width: number | null }
  | { readonly kind: 'columns'; readonly columns: readonly StreamColumn[] };

export const matrix = (value: ValueName, width: number | null): StepStream => ({
  kind: 'matrix',
  value,
  width,
});

export const streamWidthOf = (stream: StepStream): number | null =>
  stream.kind === 'matrix' ? stream.width : stream.columns.length;

/** Emits at most once, however often the value is asked for. */
export function once(emit: () => ValueName): () => ValueName {
  let value: ValueName | null = null;
  return () => {
    value ??= emit();
    return value;
  };
}

/** Values side by side; one alone is itself. */
export function joinColumnValues(g: GraphBuilderApi, values: readonly ValueName[]): ValueName {
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 ? only : g.add('Concat', values, { axis: 1n });
}

/**
 * The stream as one float64 matrix `[N, width]`.
 * @throws MODEL_UNSUPPORTED where a column holds strings
 */
export function matrixOf({ g }: Emitter, stream: StepStream, step: ModelStep): ValueName {
  if (stream.kind === 'matrix') return stream.value;
  const text = stream.columns.findIndex((column) => column.type === 'string');
  if (text >= 0) throw textColumn(step, text);
  const values = stream.columns.map((column) => column.value());
  return joinColumnValues(g, values);
}

/** Column `index` as `[N, 1]`. */
export function columnAt({ g }: Emitter, stream: StepStream, index: number): StreamColumn {
  if (stream.kind === 'columns') return elementAt(stream.columns, index);
  const pick = () =>
    stream.width === 1 ? stream.value : g.add('Gather', [stream.value, g.int64([index], [1])], { axis: 1n });
  return { type: 'number', value: once(pick), source: null };
}

/** Column `index` as `[N, 1]`, for a step that takes numbers. */
export function numbersAt(emitter: Emitter, step: ModelStep, stream: StepStream, index: number): ValueName {
  const { type, value } = columnAt(emitter, stream, index);
  if (type === 'string') throw textColumn(step, index);
  return value();
}

const textColumn = (step: ModelStep, index: number): PlimsollError =>
  compileUnsupported(step, `input column ${index}`, 'a string column', 'numbers are');

/** The columns at `indexes`, in that order. */
export function select({ g }: Emitter, stream: StepStream, indexes: readonly number[]): StepStream {
  if (stream.kind === 'columns') {
    return { kind: 'columns', columns: indexes.map((index) => elementAt(stream.columns, index)) };
  }
  const whole = indexes.length === stream.width && indexes.every((index, at) => index === at);
  if (whole) return stream;
  const picked = g.add('Gather', [stream.value, g.int64(indexes, [indexes.length])], { axis: 1n });
  return matrix(picked, indexes.length);
}

/** Streams side by side: one matrix where all are numeric, else columns. */
export function concatStreams(emitter: Emitter, streams: readonly StepStream[], step: ModelStep): StepStream {
  const [first] = streams;
  if (first !== undefined && streams.length === 1) return first;
  const numeric = streams.every(
    (stream) => stream.kind === 'matrix' || stream.columns.every((column) => column.type === 'number'),
  );
  if (!numeric) return { kind: 'columns', columns: streams.flatMap((stream) => columnsOf(emitter, stream)) };
  const values = streams.map((stream) => matrixOf(emitter, stream, step));
  const width = streams
    .map(streamWidthOf)
    .reduce((sum, own) => (sum === null || own === null ? null : sum + own), 0);
  return matrix(emitter.g.add('Concat', values, { axis: 1n }), width);
}

const columnsOf = (emitter: Emitter, stream: StepStream): readonly StreamColumn[] =>
  stream.kind === 'columns'
    ? stream.columns
    : Array.from({ length: stream.width ?? 0 }, (_, index) => columnAt(emitter, stream, index));

/** The number of rows as a `[1]` int64 tensor. */
export function rowCountOf({ g }: Emitter, stream: StepStream): ValueName {
  const value = stream.kind === 'matrix' ? stream.value : elementAt(stream.columns, 0).value();
  return g.add('Shape', [value], { start: 0n, end: 1n });
}
