import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProtoWriter } from '../../bytes/protobuf-writer.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { frozenGraphFormat, savedModelFormat } from './format.ts';

/** Graphs of a few bytes that ask for much: each is refused with a code, before memory is taken for what it says. */

type Write = (w: ProtoWriter) => void;

const FLOAT = 1;
const INT32 = 3;
const int =
  (value: number): Write =>
  (w) =>
    w.int(3, value);
const type =
  (value: number): Write =>
  (w) =>
    w.int(6, value);
const sizes = (w: ProtoWriter, field: number, dims: readonly number[]): void =>
  w.message(field, (shape) => {
    for (const dim of dims) shape.message(2, (one) => one.int(1, dim));
  });
const shape =
  (dims: readonly number[]): Write =>
  (w) =>
    sizes(w, 7, dims);
const scalar =
  (value: number): Write =>
  (w) =>
    w.message(8, (tensor) => {
      tensor.int(1, INT32);
      tensor.message(2, () => undefined);
      tensor.int(7, value);
    });
const vector =
  (values: readonly number[]): Write =>
  (w) =>
    w.message(8, (tensor) => {
      tensor.int(1, INT32);
      sizes(tensor, 2, [values.length]);
      for (const value of values) tensor.int(7, value);
    });
const text =
  (value: string): Write =>
  (w) =>
    w.string(2, value);
const functionNamed =
  (name: string): Write =>
  (w) =>
    w.message(10, (fn) => fn.string(1, name));

/** A NodeDef in field 1 of a GraphDef, or field 3 of a FunctionDef. */
function node(
  w: ProtoWriter,
  name: string,
  op: string,
  inputs: readonly string[],
  attrs: Readonly<Record<string, Write>> = {},
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

const input = (w: ProtoWriter, dims: readonly number[]): void =>
  node(w, 'x', 'Placeholder', [], { dtype: type(FLOAT), shape: shape(dims) });

/** `y = f(f(… f(x)))`, where `f` has many nodes that its answer does not need. */
function manyCalls(w: ProtoWriter): void {
  input(w, [-1, 4]);
  const count = 5000;
  for (let i = 0; i < count; i += 1)
    node(w, `c${i}`, 'PartitionedCall', [i === 0 ? 'x' : `c${i - 1}`], { f: functionNamed('f') });
  w.message(2, (library) =>
    library.message(1, (fn) => {
      fn.message(1, (signature) => {
        signature.string(1, 'f');
        signature.message(2, (arg) => arg.string(1, 'a'));
        signature.message(3, (arg) => arg.string(1, 'o'));
      });
      for (let i = 0; i < count; i += 1) node(fn, `n${i}`, 'Neg', ['a'], {}, 3);
      fn.message(4, (returned) => {
        returned.string(1, 'o');
        returned.string(2, 'n0:y:0');
      });
    }),
  );
}

/** A condition of the input, and a Switch by it of each of `names`. */
function switched(w: ProtoWriter, names: readonly string[], test = 'test'): void {
  for (const name of names) node(w, `${name}/${test}`, 'Switch', [name, test]);
}

function condition(w: ProtoWriter): void {
  input(w, [-1, 4]);
  node(w, 'axes', 'Const', [], { value: vector([0, 1]), dtype: type(INT32) });
  node(w, 'sum', 'Sum', ['x', 'axes']);
  node(w, 'test', 'Greater', ['sum', 'sum']);
}

/** A loop of one value, whose condition and next value are given. */
function frame(w: ProtoWriter, test: string, next: string): void {
  node(w, 'enter', 'Enter', ['x'], { frame_name: text('f') });
  node(w, 'merge', 'Merge', ['enter', 'next']);
  node(w, 'cond', 'LoopCond', [test]);
  node(w, 'switch', 'Switch', ['merge', 'cond']);
  node(w, 'next', 'NextIteration', [next]);
  node(w, 'y', 'Exit', ['switch']);
}

function outcomeOf(write: Write): { readonly outcome: string; readonly millis: number } {
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
    const context = { limits: DEFAULT_LIMITS, codecs: [], now: () => performance.now() };
    const { content } = frozenGraphFormat.read(source, context);
    return { outcome: content === null ? 'refused' : 'read', millis: millis() };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { outcome: error.code, millis: millis() };
  }
}

describe('a graph of TensorFlow', () => {
  test.each<[string, Write]>([
    [
      '2³¹ outputs',
      (w) => {
        input(w, [-1, 4]);
        node(w, 'u', 'Unpack', ['x'], { num: int(2 ** 31), axis: int(1) });
        node(w, 'y', 'Neg', ['u:1']);
      },
    ],
    [
      'a split in 2²⁶ parts',
      (w) => {
        input(w, [-1, 4]);
        node(w, 'a', 'Const', [], { value: scalar(1), dtype: type(INT32) });
        node(w, 'u', 'Split', ['a', 'x'], { num_split: int(2 ** 26) });
        node(w, 'y', 'Neg', ['u:1']);
      },
    ],
    [
      'a split of 5 in 2 parts',
      (w) => {
        input(w, [-1, 5]);
        node(w, 'a', 'Const', [], { value: scalar(1), dtype: type(INT32) });
        node(w, 'u', 'Split', ['a', 'x'], { num_split: int(2) });
        node(w, 'y', 'Neg', ['u:1']);
      },
    ],
    [
      'a diagonal of 2³⁰',
      (w) => {
        input(w, [-1, 2 ** 30]);
        node(w, 'y', 'MatrixDiag', ['x']);
      },
    ],
  ])('with %s is refused', (_what, write) => {
    expect(outcomeOf(write).outcome).toBe('MODEL_INVALID');
  });

  test.each<[string, Write, string]>([
    [
      'Merges that read one another',
      (w) => {
        input(w, [-1, 4]);
        node(w, 'a', 'Merge', ['b', 'x']);
        node(w, 'b', 'Merge', ['a', 'x']);
        node(w, 'y', 'Neg', ['a']);
      },
      'MODEL_INVALID',
    ],
    [
      'a Merge of one side',
      (w) => {
        condition(w);
        switched(w, ['x']);
        node(w, 'n', 'Neg', ['x/test:1']);
        node(w, 'y', 'Merge', ['n', 'x/test:1']);
      },
      'MODEL_INVALID',
    ],
    [
      'a value of one branch as its answer',
      (w) => {
        condition(w);
        switched(w, ['x']);
        node(w, 'y', 'Neg', ['x/test:1']);
      },
      'refused',
    ],
    [
      'branches a hundred deep',
      (w) => {
        condition(w);
        for (let i = 0; i < 100; i += 1) node(w, `s${i}`, 'Switch', [i === 0 ? 'x' : `s${i - 1}:1`, 'test']);
        node(w, 'y', 'Merge', ['s99:1', 's99']);
      },
      'MODEL_INVALID',
    ],
    [
      'an Exit without a loop',
      (w) => {
        condition(w);
        switched(w, ['x']);
        node(w, 'y', 'Exit', ['x/test']);
      },
      'MODEL_INVALID',
    ],
    [
      'a loop whose value does not come round',
      (w) => {
        condition(w);
        node(w, 'cond', 'LoopCond', ['test']);
        node(w, 'switch', 'Switch', ['x', 'cond']);
        node(w, 'y', 'Exit', ['switch']);
      },
      'MODEL_INVALID',
    ],
    [
      'a loop whose condition is its own end',
      (w) => {
        input(w, [-1, 4]);
        frame(w, 'y', 'switch:1');
        node(w, 'z', 'Neg', ['y']);
      },
      'MODEL_INVALID',
    ],
    [
      'a loop that enters itself',
      (w) => {
        condition(w);
        frame(w, 'test', 'switch:1');
        node(w, 'enter', 'Enter', ['y'], { frame_name: text('f') });
        node(w, 'z', 'Neg', ['y']);
      },
      'MODEL_INVALID',
    ],
    [
      'a long branch that thousands of Merges choose',
      (w) => {
        condition(w);
        switched(w, ['x']);
        node(w, 'n0', 'Neg', ['x/test:1']);
        for (let i = 1; i < 2000; i += 1) node(w, `n${i}`, 'Neg', [`n${i - 1}`]);
        const merges = Array.from({ length: 2000 }, (_, i) => `m${i}`);
        for (const name of merges) node(w, name, 'Merge', ['x/test', 'n1999']);
        node(w, 'y', 'AddN', merges);
      },
      'READ_LIMIT',
    ],
  ])('with %s ends with a code', (_what, write, code) => {
    const { outcome, millis } = outcomeOf(write);
    expect(outcome).toBe(code);
    expect(millis).toBeLessThan(5000);
  });

  test('that fills 2⁴⁰ elements is refused by what it would take', () => {
    const { outcome } = outcomeOf((w) => {
      input(w, [-1, 4]);
      node(w, 'n', 'Const', [], { value: scalar(2 ** 30), dtype: type(INT32) });
      node(w, 's', 'Pack', ['n', 'n']);
      node(w, 'v', 'Const', [], { value: scalar(1), dtype: type(INT32) });
      node(w, 'y', 'Fill', ['s', 'v']);
    });
    expect(outcome).toBe('GRAPH_LIMIT');
  });

  test('that calls a large function again and again is looked through once', () => {
    const { outcome, millis } = outcomeOf(manyCalls);
    expect(outcome).toBe('read');
    expect(millis).toBeLessThan(2000);
  });

  test('whose split is asked for again and again ends at what a graph may hold', () => {
    const { outcome } = outcomeOf((w) => {
      input(w, [-1, 60_000]);
      node(w, 'a', 'Const', [], { value: scalar(1), dtype: type(INT32) });
      for (let i = 0; i < 10; i += 1) node(w, `u${i}`, 'Split', ['a', 'x'], { num_split: int(60_000) });
      node(
        w,
        'y',
        'AddN',
        Array.from({ length: 10 }, (_, i) => `u${i}:0`),
      );
    });
    expect(outcome).toBe('GRAPH_LIMIT');
  });

  test('whose variables were left behind names the file that is missing', () => {
    const graph = readFileSync(
      join(import.meta.dirname, '../../../fixtures/tensorflow/2.21.0/mlp/saved_model.pb'),
    );
    const source = {
      name: 'saved_model.pb',
      size: graph.length,
      slice: (start: number, end: number) => graph.subarray(start, end),
      sibling: () => null,
    };
    const context = { limits: DEFAULT_LIMITS, codecs: [], now: () => 0 };
    expect(() => savedModelFormat.read(source, context)).toThrow(
      'Cannot read the folder of the SavedModel at byte 0: found no file "variables/variables.index", wanted all that was saved',
    );
  });
});
