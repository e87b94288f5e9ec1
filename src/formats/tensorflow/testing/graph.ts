import { ProtoWriter } from '../../../bytes/protobuf-writer.ts';
import { isPlimsollError } from '../../../core/errors.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { frozenGraphFormat } from '../format.ts';

/** Graphs of a few bytes, written field by field, and what reading them comes to. */

export type GraphWrite = (w: ProtoWriter) => void;

const FLOAT = 1;
export const INT32 = 3;
export const STRING = 7;
export const intAttr =
  (value: number): GraphWrite =>
  (w) =>
    w.int(3, value);
export const typeAttr =
  (value: number): GraphWrite =>
  (w) =>
    w.int(6, value);
const sizes = (w: ProtoWriter, field: number, dims: readonly number[]): void =>
  w.message(field, (shape) => {
    for (const dim of dims) shape.message(2, (one) => one.int(1, dim));
  });
export const shapeAttr =
  (dims: readonly number[]): GraphWrite =>
  (w) =>
    sizes(w, 7, dims);
export const scalar =
  (value: number): GraphWrite =>
  (w) =>
    w.message(8, (tensor) => {
      tensor.int(1, INT32);
      tensor.message(2, () => undefined);
      tensor.int(7, value);
    });
export const vector =
  (values: readonly number[]): GraphWrite =>
  (w) =>
    w.message(8, (tensor) => {
      tensor.int(1, INT32);
      sizes(tensor, 2, [values.length]);
      for (const value of values) tensor.int(7, value);
    });
export const textAttr =
  (value: string): GraphWrite =>
  (w) =>
    w.string(2, value);
export const functionNamed =
  (name: string): GraphWrite =>
  (w) =>
    w.message(10, (fn) => fn.string(1, name));

/** A NodeDef in field 1 of a GraphDef, or field 3 of a FunctionDef. */
export function node(
  w: ProtoWriter,
  name: string,
  op: string,
  inputs: readonly string[],
  attrs: Readonly<Record<string, GraphWrite>> = {},
  field = 1,
): void {
  w.message(field, (n) => {
    n.string(1, name);
    n.string(2, op);
    for (const input of inputs) n.string(3, input);
    for (const [key, write] of Object.entries(attrs))
      n.message(5, (entry) => {
        entry.string(1, key);
        entry.message(2, write);
      });
  });
}

export const input = (w: ProtoWriter, dims: readonly number[]): void =>
  node(w, 'x', 'Placeholder', [], { dtype: typeAttr(FLOAT), shape: shapeAttr(dims) });

/** @param now the clock of the limit of time */
export function outcomeOf(
  write: GraphWrite,
  now = (): number => performance.now(),
): { readonly outcome: string; readonly millis: number } {
  const w = new ProtoWriter();
  write(w);
  const bytes = w.finish();
  const source = {
    name: 'graph.pb',
    size: bytes.length,
    slice: (start: number, end: number) => bytes.subarray(start, end),
    sibling: () => null,
  };
  const started = performance.now();
  const millis = (): number => performance.now() - started;
  try {
    const context = { limits: DEFAULT_LIMITS, codecs: [], now };
    const { content } = frozenGraphFormat.read(source, context);
    return { outcome: content === null ? 'refused' : 'read', millis: millis() };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { outcome: error.code, millis: millis() };
  }
}
