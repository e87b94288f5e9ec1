import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProtoWriter } from '../../bytes/protobuf-writer.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { savedModelFormat } from './format.ts';
import {
  functionNamed,
  type GraphWrite,
  INT32,
  input,
  intAttr,
  node,
  outcomeOf,
  scalar,
  typeAttr,
} from './testing/graph.ts';

/** Graphs of a few bytes that ask for much: each is refused with a code, before memory is taken for what it says. */

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

describe('a graph of TensorFlow', () => {
  test.each<[string, GraphWrite]>([
    [
      '2³¹ outputs',
      (w) => {
        input(w, [-1, 4]);
        node(w, 'u', 'Unpack', ['x'], { num: intAttr(2 ** 31), axis: intAttr(1) });
        node(w, 'y', 'Neg', ['u:1']);
      },
    ],
    [
      'a split in 2²⁶ parts',
      (w) => {
        input(w, [-1, 4]);
        node(w, 'a', 'Const', [], { value: scalar(1), dtype: typeAttr(INT32) });
        node(w, 'u', 'Split', ['a', 'x'], { num_split: intAttr(2 ** 26) });
        node(w, 'y', 'Neg', ['u:1']);
      },
    ],
    [
      'a split of 5 in 2 parts',
      (w) => {
        input(w, [-1, 5]);
        node(w, 'a', 'Const', [], { value: scalar(1), dtype: typeAttr(INT32) });
        node(w, 'u', 'Split', ['a', 'x'], { num_split: intAttr(2) });
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

  test('that fills 2⁴⁰ elements is refused by what it would take', () => {
    const { outcome } = outcomeOf((w) => {
      input(w, [-1, 4]);
      node(w, 'n', 'Const', [], { value: scalar(2 ** 30), dtype: typeAttr(INT32) });
      node(w, 's', 'Pack', ['n', 'n']);
      node(w, 'v', 'Const', [], { value: scalar(1), dtype: typeAttr(INT32) });
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
      node(w, 'a', 'Const', [], { value: scalar(1), dtype: typeAttr(INT32) });
      for (let i = 0; i < 10; i += 1) node(w, `u${i}`, 'Split', ['a', 'x'], { num_split: intAttr(60_000) });
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
