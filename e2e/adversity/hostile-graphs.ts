/** Graphs that are accepted, and for some rows take all memory or all time. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { folder } from '../cli.ts';

/** A row whose answer takes 24 GB (or all time), and one whose answer is the same of both graphs. */
export const EXPLODING_ROW = [1, 2, 3, 3e9];
export const TAME_ROW = [1, 1, 1, 2];
export const TAME_ANSWER = 7;

const one = { dtype: 'float64', shape: [1], data: Float64Array.of(1) } as const;

/** Finishes a graph whose answer is the sum of a row and a scalar, and writes it; answers its path. */
function written(name: string, g: GraphBuilder, x: string, scalar: string): string {
  const sums = g.add('ReduceSum', [x, g.int64([1], [1])], { keepdims: 0n });
  g.output('y', g.add('Add', [sums, scalar]), 'float64', ['N']);
  const path = join(folder(), `${name}.onnx`);
  writeFileSync(path, encodeModel(g.build({})));
  return path;
}

/** A graph that adds as many ones as the largest value of its rows says. */
export function explodingFile(): string {
  const g = new GraphBuilder('exploding');
  const x = g.input('x', 'float64', ['N', 4]);
  const largest = g.add('ReduceMax', [x], { keepdims: 0n });
  const length = g.add('Reshape', [g.add('Cast', [largest], { to: 7n }), g.int64([1], [1])]);
  const ones = g.add('ConstantOfShape', [length], { value: one });
  return written('exploding', g, x, g.add('ReduceSum', [ones], { keepdims: 0n }));
}

const TRIPS = 100_000;
const NUMBERS = 100_000;

/** A graph that adds 2, and takes half an hour over it where a value is above a thousand. */
export function endlessFile(): string {
  const g = new GraphBuilder('endless');
  const x = g.input('x', 'float64', ['N', 4]);
  const largest = g.add('ReduceMax', [x], { keepdims: 0n });
  const slow = g.add('Greater', [largest, g.float64([1000], [])]);
  const numbers = g.add('ConstantOfShape', [g.int64([NUMBERS], [1])], { value: one });
  const body = new GraphBuilder('body');
  body.input('trip', 'int64', []);
  const going = body.input('going', 'bool', []);
  const carried = body.input('carried', 'float64', [NUMBERS]);
  body.output('going_out', going, 'bool', []);
  body.output('carried_out', body.add('Sin', [carried]), 'float64', [NUMBERS]);
  const loop = g.add('Loop', [g.int64([TRIPS], []), slow, numbers], { body: body.graph() });
  const mean = g.add('ReduceMean', [loop], { keepdims: 0n });
  return written('endless', g, x, g.add('Add', [mean, g.float64([1], [])]));
}
