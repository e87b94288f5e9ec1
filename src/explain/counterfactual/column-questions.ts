import type { DecisionTrees } from '../trees/decision-trees.ts';
import type { ColumnChoices, ForestProblem } from './forest-problem.ts';
import { allValues, type ValueLayout } from './value-sets.ts';

/** What the nodes of trees ask of the values of columns. */
export interface ColumnQuestions {
  readonly layout: ValueLayout;
  /** The values of its column that go left at a node, and those that go right. An interval without values ends before it begins. */
  sides(node: number, column: number): readonly [left: Int32Array, right: Int32Array];
}

/** Over those values of each column that cost less than `below`. */
export function columnQuestions(problem: ForestProblem, below: number): ColumnQuestions {
  const { trees, columns, place } = problem;
  const kept = columns.map((choices) => keptValues(choices, below));
  const layout = layoutOf(columns, kept);
  const sides = (node: number, column: number): readonly [Int32Array, Int32Array] => {
    const { prepared, costs } = columns[column]!;
    const stride = prepared.length / costs.length;
    const at = place[trees.column[node]!]!;
    const first = layout.values[column]!;
    const count = layout.values[column + 1]! - first;
    const isLeft = (k: number): boolean =>
      goesLeft(trees, node, prepared[layout.choice[first + k]! * stride + at]!);
    if (layout.isOrdered[column] === 1) return intervalsOf(first, count, isLeft);
    const left = allValues(layout, column);
    const right = new Int32Array(left.length);
    for (let k = 0; k < count; k++)
      if (!isLeft(k)) {
        left[k >> 5]! &= ~(1 << (k & 31));
        right[k >> 5]! |= 1 << (k & 31);
      }
    return [left, right];
  };
  return { layout, sides };
}

interface KeptValues {
  /** In the order in which they are numbered. */
  readonly choices: readonly number[];
  readonly isOrdered: boolean;
}

function keptValues({ costs, prepared, order }: ColumnChoices, below: number): KeptValues {
  const cheap = (choice: number): boolean => choice === 0 || costs[choice]! < below;
  if (order !== null) {
    const choices = [...order].filter(cheap);
    if (isMonotone(prepared, prepared.length / costs.length, choices)) return { choices, isOrdered: true };
  }
  return { choices: [...costs.keys()].filter(cheap), isOrdered: false };
}

/** Whether each number that is made of a column never falls, or never rises, as its values ascend. */
function isMonotone(prepared: Float64Array, stride: number, choices: readonly number[]): boolean {
  for (let at = 0; at < stride; at++) {
    let [rises, falls] = [true, true];
    for (let k = 1; k < choices.length; k++) {
      const [a, b] = [prepared[choices[k - 1]! * stride + at]!, prepared[choices[k]! * stride + at]!];
      rises &&= a <= b;
      falls &&= a >= b;
    }
    if (!rises && !falls) return false;
  }
  return true;
}

function layoutOf(columns: readonly ColumnChoices[], kept: readonly KeptValues[]): ValueLayout {
  const slots = new Int32Array(kept.length + 1);
  const values = new Int32Array(kept.length + 1);
  for (const [k, { choices, isOrdered }] of kept.entries()) {
    slots[k + 1] = slots[k]! + (isOrdered ? 2 : Math.ceil(choices.length / 32));
    values[k + 1] = values[k]! + choices.length;
  }
  return {
    ...{ slots, values, isOrdered: Uint8Array.from(kept, ({ isOrdered }) => Number(isOrdered)) },
    own: Int32Array.from(kept, ({ choices }, k) => values[k]! + choices.indexOf(0)),
    costs: Float64Array.from(
      kept.flatMap(({ choices }, k) => choices.map((value) => columns[k]!.costs[value]!)),
    ),
    choice: Int32Array.from(kept.flatMap(({ choices }) => choices)),
  };
}

/** Of values in their order, of which the first ones answer one way and the others the other way. */
function intervalsOf(
  first: number,
  count: number,
  isLeft: (k: number) => boolean,
): readonly [Int32Array, Int32Array] {
  const begins = isLeft(0);
  let [same, other] = [0, count];
  while (other - same > 1) {
    const middle = (same + other) >> 1;
    if (isLeft(middle) === begins) same = middle;
    else other = middle;
  }
  const [front, back] = [
    Int32Array.of(first, first + same),
    Int32Array.of(first + same + 1, first + count - 1),
  ];
  return begins ? [front, back] : [back, front];
}

function goesLeft({ threshold, missingLeft, split }: DecisionTrees, node: number, x: number): boolean {
  if (Number.isNaN(x)) return missingLeft[node] === 1;
  return split === 'le' ? x <= threshold[node]! : x < threshold[node]!;
}
