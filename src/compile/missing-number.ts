import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';

/** NaN in the place of the number that is missing, of values in that precision. */
export function withoutMarked(
  { g }: CompileContext,
  precision: 'float32' | 'float64',
  value: ValueName,
  marked: number,
): ValueName {
  const number = (constant: number): ValueName =>
    precision === 'float64' ? g.float64([constant], []) : g.float32([constant], []);
  return g.add('Where', [g.add('Equal', [value, number(marked)]), number(Number.NaN), value]);
}
