/** What is said of the nodes of a tree. Pure. */
import type { TreePart } from '../api/generated/control-api.ts';
import { countWords, plural, shareWords } from '../facts/words.ts';
import type { TreeNode } from './tree-layout.ts';

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

/** What a leaf answers: its number, or the target that it adds most to. */
export function leafText({ values, omittedValues }: TreeNode, targets: readonly string[]): string {
  if (values === null) return '';
  const [first = Number.NaN] = values;
  if (values.length <= 1 || targets.length === 0) return NUMBER.format(first);
  const most = values.indexOf(Math.max(...values));
  const more = omittedValues === 0 ? '' : ', …';
  return `${targets[most] ?? most}: ${NUMBER.format(values[most] ?? first)}${more}`;
}

/** The two lines of a node. */
export function nodeLines(node: TreeNode, targets: readonly string[]): readonly [string, string] {
  const { asks, values, share, isFolded, nodes } = node;
  const first = values !== null ? leafText(node, targets) : (asks ?? plural(nodes, 'node'));
  const told = [
    ...(share === null ? [] : [`${shareWords(share)} of rows`]),
    ...(isFolded ? [`+${countWords(nodes)}`] : []),
  ];
  return [first, told.join(', ')];
}

/** All that is known of a node, for who hears it and for who wants to know exactly. */
export function nodeSentence(node: TreeNode, { targets }: Pick<TreePart, 'targets'>): string {
  const { when, takesMissing, asks, threshold, values, share, nodes, depth, isFolded } = node;
  const way = when === null ? '' : `${when}${takesMissing ? ', or missing' : ''}. `;
  const exact = threshold === null || asks?.endsWith(String(threshold)) ? '' : `, exactly ${threshold}`;
  const all = values?.map(
    (value, k) => `${targets[k] === undefined ? '' : `${targets[k]} `}${NUMBER.format(value)}`,
  );
  const own =
    all === undefined ? `Asks: ${asks ?? 'what each way says'}${exact}` : `Answers ${all.join(', ')}`;
  const rows = share === null ? '' : `. ${shareWords(share)} of the training rows come here`;
  const below =
    nodes === 0
      ? ''
      : `. ${plural(nodes, 'node')} on ${plural(depth, 'level')} below${isFolded ? ', folded' : ''}`;
  return `${way}${own}${rows}${below}.`;
}
