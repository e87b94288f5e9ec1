/** Trees of scikit-learn, LightGBM and XGBoost. Pure. */
import type { TreeEnsembleOf } from '../../model/tree.ts';
import { numberText } from '../../text/numbers.ts';
import { type ColumnLabels, labelAt } from '../column-labels.ts';
import { setText, type TreeSource } from './tree-source.ts';

/** A bit of a set that is looked at: a file may have sets of any length. */
const MOST_BITS = 4096;

export function ensembleSource(step: TreeEnsembleOf<unknown>, labels: ColumnLabels): TreeSource {
  const { arena, split, acceptsMissing } = step;
  const { left, right, feature, threshold, missingLeft, categorical, values, valueWidth, cover } = arena;
  const sign = split === 'le' ? '≤' : '<';
  const setOf = (node: number): number => categorical?.[node] ?? -1;
  const isLeft = (node: number): boolean => missingLeft[node] === 1;
  const targets = targetsOf(step);
  return {
    roots: arena.roots,
    nodes: left.length,
    targets: valueWidth === 1 && step.target === null ? [] : targets,
    children: (node) => (left[node] === -1 ? [] : [left[node] ?? -1, right[node] ?? -1]),
    question(node) {
      const label = labelAt(labels, feature[node] ?? -1);
      const set = setOf(node);
      if (set >= 0) return { text: `${label} in ${setText(membersOf(arena, set))}`, threshold: null };
      const bound = threshold[node] ?? Number.NaN;
      return { text: `${label} ${sign} ${numberText(bound)}`, threshold: bound };
    },
    way(node, place) {
      const takesMissing = acceptsMissing && isLeft(node) === (place === 0);
      return { text: place === 0 ? 'yes' : 'no', takesMissing };
    },
    values(node, tree) {
      const own = Array.from(values.subarray(node * valueWidth, (node + 1) * valueWidth));
      const target = step.target?.[tree];
      if (target === undefined || targets.length < 2) return own;
      return targets.map((_, k) => (k === target ? (own[0] ?? 0) : 0));
    },
    cover: (node) => cover?.[node] ?? null,
  };
}

function membersOf(
  { setOffsets, bitsets }: TreeEnsembleOf<unknown>['arena'],
  set: number,
): readonly number[] {
  const words = bitsets.subarray(setOffsets[set], setOffsets[set + 1]);
  const members: number[] = [];
  for (let bit = 0; bit < Math.min(MOST_BITS, words.length * 32); bit++)
    if (((words[bit >> 5] ?? 0) >>> (bit & 31)) & 1) members.push(bit);
  return members;
}

/** What each score is of. */
function targetsOf({ head, scores }: TreeEnsembleOf<unknown>): readonly string[] {
  if (head.kind === 'vote') {
    const { groups, stride } = head;
    const [only] = groups;
    if (groups.length === 1 && only !== undefined) return only.values.map(String);
    return groups.flatMap(({ values }, k) =>
      Array.from({ length: stride }, (_, at) => (at < values.length ? `output ${k + 1}: ${values[at]}` : '')),
    );
  }
  const classes = head.kind === 'regression' ? null : head.classes;
  if (classes !== null && classes.values.length === scores) return classes.values.map(String);
  return scores === 1 ? [] : Array.from({ length: scores }, (_, k) => `score ${k + 1}`);
}
