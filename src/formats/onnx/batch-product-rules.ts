import { attributeOf, intOf } from '../../onnx/check/fact.ts';
import type { BatchValues, RowRule } from './batch-rule.ts';
import {
  type BatchValue,
  isConstant,
  isPlain,
  plainAxis,
  type RowAxis,
  rankOf,
  rowsMovedTo,
} from './batch-value.ts';

/** Broadcasting lines shapes up at their ends: rows meet rows, and constants have one there. */
export function alignedRows(values: BatchValues, least = 1): RowAxis | null {
  const given = values.filter((value) => value !== null);
  const ranks = given.map(rankOf);
  const known = ranks.filter((rank) => rank !== null);
  if (known.length < ranks.length) return null;
  const rank = Math.max(...known);
  const places = given.flatMap(({ rows, shape }) =>
    rows === null || shape === null ? [] : [{ ...rows, at: rows.at - shape.length }],
  );
  const [first] = places;
  if (first === undefined || -first.at < least) return null;
  if (
    places.some(
      ({ at, before, after }) => at !== first.at || before !== first.before || after !== first.after,
    )
  )
    return null;
  const fits = given.every(
    (value) => value.rows !== null || (isConstant(value) && (value.shape?.at(first.at) ?? 1) === 1),
  );
  // `at(-n)` of a shorter shape is undefined: what is not there is broadcast.
  return fits ? rowsMovedTo(first, rank + first.at) : null;
}

export const elementwiseRows: RowRule = (node, inputs, { batch, repeat }) => {
  // Before opset 7 this attribute lined a small operand up with any axis.
  if (attributeOf(node, 'axis') !== undefined) return null;
  const direct = alignedRows(inputs);
  if (direct !== null || batch === 1) return direct;
  const owner = inputs.find((input) => input?.rows != null);
  const rank = rankOf(owner);
  if (owner?.rows == null || rank === null || !isPlain(owner.rows)) return null;
  const { at } = owner.rows;
  // A constant that has the frozen size where the rows are.
  const repeated = inputs.map((input, i): BatchValue | null => {
    const place = input?.shape == null ? -1 : at - rank + input.shape.length;
    if (input === null || !isConstant(input) || place < 0 || input.shape?.[place] !== batch) return input;
    return repeat(i, place, input.shape.length) ? { ...input, rows: plainAxis(place) } : input;
  });
  return alignedRows(repeated);
};

export const matmulRows: RowRule = (_node, inputs) => {
  const [a, b] = inputs;
  const [left, right] = [rankOf(a), rankOf(b)];
  if (a == null || b == null || left === null || right === null) return null;
  const rank = Math.max(left, right);
  // Rows of the left matrix, columns of the right one: the other side is the same for all of them.
  if (a.rows?.at === left - 2 && left >= 2 && isConstant(b))
    return rowsMovedTo(a.rows, right === 1 ? left - 2 : rank - 2);
  if (b.rows?.at === right - 1 && right >= 2 && left >= 2 && isConstant(a))
    return rowsMovedTo(b.rows, rank - 1);
  if (left < 2 || right < 2)
    return a.rows !== null && right === 1 && a.rows.at < left - 1 && isConstant(b) ? a.rows : null;
  const inStacks = [a, b].every(({ rows, shape }) => rows === null || rows.at < (shape?.length ?? 0) - 2);
  return inStacks ? alignedRows(inputs, 3) : null;
};

export const gemmRows: RowRule = (node, [a, b, c]) => {
  const bias = c?.shape;
  const isBroadcast = c == null || (isConstant(c) && bias != null && (bias.length < 2 || bias[0] === 1));
  if (a?.rows == null || !isConstant(b) || !isBroadcast) return null;
  return a.rows.at === intOf(node, 'transA', 0) ? rowsMovedTo(a.rows, 0) : null;
};

/** Letter by letter: the one of the rows is in the output, and no constant has it. */
export const einsumRows: RowRule = (node, inputs) => {
  const equation = attributeOf(node, 'equation');
  const text = equation?.type === 'string' ? equation.value.replaceAll(' ', '') : '';
  const [left = '', output] = text.split('->');
  if (output === undefined || text.includes('.')) return null;
  const terms = left.split(',');
  const letters = new Set<string>();
  let factors: RowAxis | null = null;
  for (const [i, input] of inputs.entries()) {
    const rows = input?.rows;
    if (rows == null) continue;
    if (factors !== null && (factors.before !== rows.before || factors.after !== rows.after)) return null;
    factors = rows;
    letters.add(terms[i]?.[rows.at] ?? '');
  }
  const [letter = ''] = letters;
  if (factors === null || letters.size !== 1 || letter === '' || output.split(letter).length !== 2)
    return null;
  const fits = inputs.every((input, i) => {
    const term = terms[i] ?? '';
    const own = term.split(letter).length - 1;
    return input?.rows == null ? isConstant(input) && own === 0 : own === 1 && term.length === rankOf(input);
  });
  return fits ? rowsMovedTo(factors, output.indexOf(letter)) : null;
};
