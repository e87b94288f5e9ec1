import { intOf, intsOf } from '../../onnx/check/fact.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { type BatchValue, isConstant, rankOf } from './batch-value.ts';

type Counts = BatchValue['counts'];
type Values = readonly (BatchValue | null)[];

/** Which sizes of a value are so many times the batch: what Shape gives of it. */
export function countsOfShape(node: OnnxNode, data: BatchValue): Counts {
  const { rows, shape } = data;
  if (rows === null || shape === null) return null;
  const counts = shape.map((_, at) => (at === rows.at ? rows.before * rows.after : null));
  return counts.slice(intOf(node, 'start', 0), intOf(node, 'end', counts.length));
}

/** Counts of rows through what picks, joins and multiplies sizes; null where they are used in any other way. */
export function countsThrough(node: OnnxNode, inputs: Values): Counts {
  const [data, second] = inputs;
  if (node.domain !== '' || data == null) return null;
  switch (node.op) {
    case 'Identity':
    case 'Cast':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
      return inputs.slice(1).every(isConstant) ? data.counts : null;
    case 'Gather':
      return picked(data, second);
    case 'Slice':
      return sliced(node, data, inputs);
    case 'Concat':
      return joined(inputs);
    case 'Mul':
      return multiplied(data, second);
    default:
      return null;
  }
}

function picked(data: BatchValue, indices: BatchValue | null | undefined): Counts {
  if (data.counts === null || rankOf(data) !== 1 || !isConstant(indices)) return null;
  const { counts } = data;
  const places = indices?.numbers ?? null;
  if (places === null || places.includes(null)) return null;
  return places.map((place) => counts.at(place ?? 0) ?? null);
}

function sliced(node: OnnxNode, data: BatchValue, inputs: Values): Counts {
  const list = (at: number, name: string) => intsOf(node, name) ?? inputs[at]?.numbers ?? null;
  const [starts, ends, steps] = [list(1, 'starts'), list(2, 'ends'), list(4, 'steps')];
  const [start, end] = [starts?.[0] ?? null, ends?.[0] ?? null];
  const single = steps === null ? inputs[4] == null : steps[0] === 1;
  if (data.counts === null || !single || start === null || end === null || !inputs.slice(1).every(isConstant))
    return null;
  return data.counts.slice(start, end);
}

function joined(inputs: Values): Counts {
  const parts = inputs.map((input) => input?.counts ?? input?.numbers?.map(() => null) ?? null);
  const whole = parts.filter((part) => part !== null);
  return whole.length === inputs.length && inputs.every((input) => rankOf(input) === 1) ? whole.flat() : null;
}

/** One count by constants: the elements of an axis that the batch shares. */
function multiplied(a: BatchValue, b: BatchValue | null | undefined): Counts {
  const [counted, factor] = a.counts === null ? [b, a] : [a, b];
  if (counted?.counts?.length !== 1 || factor?.numbers?.length !== 1 || !isConstant(factor)) return null;
  const [[count = null], [by = null]] = [counted.counts, factor.numbers];
  return count === null || by === null || by < 1 ? null : [count * by];
}
