import { describe, expect, test } from 'vitest';
import type { ProtoWriter } from '../../bytes/protobuf-writer.ts';
import {
  type GraphWrite,
  INT32,
  input,
  intAttr,
  node,
  outcomeOf,
  STRING,
  shapeAttr,
  textAttr,
  typeAttr,
  vector,
} from './testing/graph.ts';

/** Control flow, texts and examples that contradict themselves, or ask for much. */

/** A condition of the input, and a Switch by it of each of `names`. */
function switched(w: ProtoWriter, names: readonly string[], test = 'test'): void {
  for (const name of names) node(w, `${name}/${test}`, 'Switch', [name, test]);
}

function condition(w: ProtoWriter): void {
  input(w, [-1, 4]);
  node(w, 'axes', 'Const', [], { value: vector([0, 1]), dtype: typeAttr(INT32) });
  node(w, 'sum', 'Sum', ['x', 'axes']);
  node(w, 'test', 'Greater', ['sum', 'sum']);
}

/** A loop of one value, whose condition and next value are given. */
function frame(w: ProtoWriter, test: string, next: string): void {
  node(w, 'enter', 'Enter', ['x'], { frame_name: textAttr('f') });
  node(w, 'merge', 'Merge', ['enter', 'next']);
  node(w, 'cond', 'LoopCond', [test]);
  node(w, 'switch', 'Switch', ['merge', 'cond']);
  node(w, 'next', 'NextIteration', [next]);
  node(w, 'y', 'Exit', ['switch']);
}

describe('a graph of TensorFlow', () => {
  test.each<[string, GraphWrite, string]>([
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
      'a Merge of three values',
      (w) => {
        condition(w);
        switched(w, ['x']);
        node(w, 'n', 'Neg', ['x/test:1']);
        node(w, 'y', 'Merge', ['x/test', 'n', 'x/test:1']);
      },
      'MODEL_INVALID',
    ],
    [
      'a Merge of branches that lie apart',
      (w) => {
        condition(w);
        node(w, 'other', 'Less', ['sum', 'sum']);
        switched(w, ['x']);
        node(w, 'inner', 'Switch', ['x/test', 'other']);
        node(w, 'n', 'Neg', ['x/test:1']);
        node(w, 'y', 'Merge', ['n', 'inner:1']);
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
        node(w, 'enter', 'Enter', ['y'], { frame_name: textAttr('f') });
        node(w, 'z', 'Neg', ['y']);
      },
      'MODEL_INVALID',
    ],
    [
      'a pattern that takes exponential time',
      (w) => {
        node(w, 'x', 'Placeholder', [], { dtype: typeAttr(STRING), shape: shapeAttr([-1]) });
        node(w, 'y', 'StaticRegexReplace', ['x'], { pattern: textAttr('(a+)+$'), rewrite: textAttr('') });
      },
      'refused',
    ],
    [
      'examples whose features are counted wrongly',
      (w) => {
        node(w, 'x', 'Placeholder', [], { dtype: typeAttr(STRING), shape: shapeAttr([-1]) });
        node(w, 'p', 'ParseExample', ['x', 'x'], { Nsparse: intAttr(2 ** 30), Ndense: intAttr(2 ** 30) });
        node(w, 'y', 'Neg', ['p:1']);
      },
      'MODEL_INVALID',
    ],
    [
      'examples parsed twice over',
      (w) => {
        node(w, 'x', 'Placeholder', [], { dtype: typeAttr(STRING), shape: shapeAttr([-1]) });
        node(w, 'n', 'Identity', ['x']);
        node(w, 'y', 'StringLower', ['n']);
        node(w, 'p', 'ParseExample', ['x', 'x'], { Nsparse: intAttr(0), Ndense: intAttr(0) });
        node(w, 'z', 'Neg', ['p']);
      },
      'refused',
    ],
    [
      'texts split into a ragged axis of three levels',
      (w) => {
        input(w, [-1]);
        node(w, 'y', 'RaggedTensorToTensor', ['x', 'x', 'x', 'x', 'x', 'x'], {});
      },
      'refused',
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
      'GRAPH_LIMIT',
    ],
  ])('with %s ends with a code', (_what, write, code) => {
    // The clock stands still: what ends a graph is how much it asks for, on a slow machine too.
    const { outcome, millis } = outcomeOf(write, () => 0);
    expect(outcome).toBe(code);
    expect(millis).toBeLessThan(5000);
  });
});
