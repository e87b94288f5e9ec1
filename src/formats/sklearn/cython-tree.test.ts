import { expect, test } from 'vitest';
import { type CythonTree, readCythonTree } from './cython-tree.ts';
import { floats, instance, int, records, testReading } from './testing/values.ts';

const NODES = {
  left_child: [1, -1, 3, -1, -1],
  right_child: [2, -1, 4, -1, -1],
  feature: [0, -2, 1, -2, -2],
  threshold: [0.5, -2, 1.5, -2, -2],
  impurity: [1, 0, 1, 0, 0],
  n_node_samples: [4, 2, 2, 1, 1],
  weighted_n_node_samples: [4, 2, 2, 1, 1],
};
const SOUND = {
  max_depth: int(2),
  node_count: int(5),
  nodes: records(NODES),
  values: floats([0, 1, 2, 3, 4], [5, 1, 1]),
};

/** A regression tree of two columns, with parts of its state and of its sizes replaced. */
function read(
  state: Record<string, unknown> = {},
  sizes: readonly [number, number[], number] = [2, [1], 1],
): CythonTree {
  const given = { ...SOUND, ...state };
  const kept = Object.entries(given).filter(([, value]) => value !== undefined);
  const [features, classes, outputs] = sizes;
  const args = [int(features), floats(classes), int(outputs)];
  const tree = instance('sklearn.tree._tree.Tree', Object.fromEntries(kept), args);
  const model = instance('sklearn.tree._classes.DecisionTreeRegressor', { tree_: tree });
  return readCythonTree(testReading().view(model, ''));
}

const without = (name: string) =>
  records(Object.fromEntries(Object.entries(NODES).filter(([field]) => field !== name)));

test("a depth that its nodes do not have is nobody's business", () => {
  expect(read({ max_depth: int(3) })).toEqual(read());
});

test('a sound tree is read as its arrays', () => {
  expect(read()).toMatchObject({ features: 2, outputs: 1, valuesPerOutput: 1 });
  expect(Array.from(read().left)).toEqual([1, -1, 3, -1, -1]);
});

test.each([
  ['fewer nodes than there are', { node_count: int(4) }, 'tree_.node_count'],
  ['more nodes than there are', { node_count: int(6) }, 'tree_.node_count'],
  ['no count of nodes', { node_count: undefined }, 'tree_.node_count'],
  ['no nodes', { nodes: undefined }, 'tree_.nodes'],
  ['nodes without impurity', { nodes: without('impurity') }, 'tree_.nodes.impurity'],
  ['nodes without counts', { nodes: without('n_node_samples') }, 'tree_.nodes.n_node_samples'],
  [
    'a child beyond the nodes',
    { nodes: records({ ...NODES, right_child: [2, -1, 5, -1, -1] }) },
    'tree_.nodes',
  ],
  [
    'a node that is its own child',
    { nodes: records({ ...NODES, left_child: [1, -1, 2, -1, -1] }) },
    'tree_.nodes',
  ],
  ['a node that leads back', { nodes: records({ ...NODES, left_child: [1, -1, 0, -1, -1] }) }, 'tree_.nodes'],
  [
    'a column that is not there',
    { nodes: records({ ...NODES, feature: [2, -2, 1, -2, -2] }) },
    'tree_.nodes',
  ],
  ['a value too few', { values: floats([0, 1, 2, 3], [4, 1, 1]) }, 'tree_.values'],
  ['values of two axes', { values: floats([0, 1, 2, 3, 4], [5, 1]) }, 'tree_.values'],
  ['values of two classes', { values: floats(new Array(10).fill(1), [5, 1, 2]) }, 'tree_.values'],
])(
  'a tree with %s is refused with the place, as scikit-learn refuses it or reads beside it',
  (_, state, field) => {
    expect(() => read(state)).toThrow(field);
  },
);

test('sizes that contradict the values are refused', () => {
  expect(() => read({}, [2, [2], 1])).toThrow('tree_.values');
  expect(() => read({}, [2, [1, 1], 2])).toThrow('tree_.values');
  expect(() => read({}, [1, [1], 1])).toThrow('tree_.nodes');
});
