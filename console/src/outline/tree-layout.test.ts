import { expect, test } from 'vitest';
import { layoutTree, moved, NODE_WIDTH, type TreeNode } from './tree-layout.ts';
import { leafText, nodeLines, nodeSentence } from './tree-words.ts';

const node = (id: number, parent: number | null, more: Partial<TreeNode> = {}): TreeNode => ({
  ...{ id, parent, when: parent === null ? null : 'yes', takesMissing: false, asks: 'a ≤ 1', threshold: 1 },
  ...{ values: null, omittedValues: 0, share: 0.5, nodes: 2, depth: 1, isFolded: false },
  ...more,
});
const leaf = (id: number, parent: number) =>
  node(id, parent, { asks: null, threshold: null, values: [0.2, 0.8], nodes: 0, depth: 0 });

const TREE = [node(0, null), node(1, 0), leaf(2, 1), leaf(3, 1), leaf(4, 0)];

test('levels are rows, parents stand above the middle of their children, and no node covers another', () => {
  const { nodes, width } = layoutTree(TREE);
  const at = new Map(nodes.map((one) => [one.node.id, one]));
  expect([0, 1, 2, 3, 4].map((id) => at.get(id)?.level)).toEqual([0, 1, 2, 2, 1]);
  expect(at.get(1)?.x).toBe(((at.get(2)?.x ?? 0) + (at.get(3)?.x ?? 0)) / 2);
  expect(at.get(0)?.x).toBe(((at.get(1)?.x ?? 0) + (at.get(4)?.x ?? 0)) / 2);
  const row = nodes.filter(({ level }) => level === 2).map(({ x }) => x);
  expect(Math.abs((row[0] ?? 0) - (row[1] ?? 0))).toBeGreaterThanOrEqual(NODE_WIDTH);
  expect(Math.max(...nodes.map(({ x }) => x + NODE_WIDTH / 2))).toBeLessThanOrEqual(width);
  expect(layoutTree([]).nodes).toEqual([]);
});

test('arrows walk up, down and along a level, and stay where there is nothing', () => {
  const { nodes } = layoutTree(TREE);
  expect(moved(nodes, 0, 'down')).toBe(1);
  expect(moved(nodes, 1, 'right')).toBe(4);
  expect(moved(nodes, 3, 'left')).toBe(2);
  expect(moved(nodes, 3, 'up')).toBe(1);
  expect([moved(nodes, 0, 'up'), moved(nodes, 4, 'down'), moved(nodes, 2, 'left')]).toEqual([0, 4, 2]);
});

test('a part of a tree has a root whose parent is not drawn', () => {
  const { nodes } = layoutTree([node(7, null), leaf(8, 7)]);
  expect(moved(nodes, 7, 'up')).toBe(7);
});

test('nodes say what they ask or answer, and who comes', () => {
  const targets = ['no', 'yes'];
  expect(leafText(leaf(2, 1), targets)).toBe('yes: 0.8');
  expect(leafText(node(2, 1, { values: [-0.25] }), [])).toBe('-0.25');
  expect(nodeLines(node(1, 0, { isFolded: true, nodes: 12 }), targets)).toEqual([
    'a ≤ 1',
    '50 % of rows, +12',
  ]);
  expect(nodeLines(node(1, 0, { share: null }), targets)).toEqual(['a ≤ 1', '']);
  expect(
    nodeSentence(node(1, 0, { takesMissing: true, asks: 'a ≤ 4.85', threshold: 4.8500001 }), { targets }),
  ).toBe(
    'yes, or missing. Asks: a ≤ 4.85, exactly 4.8500001. 50 % of the training rows come here. 2 nodes on 1 level below.',
  );
  expect(nodeSentence(leaf(2, 1), { targets })).toBe(
    'yes. Answers no 0.2, yes 0.8. 50 % of the training rows come here.',
  );
});
