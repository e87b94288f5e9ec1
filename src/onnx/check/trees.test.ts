import { describe, expect, test } from 'vitest';
import { processorMillis } from '../../../tools/processor-time.ts';
import { GraphBuilder } from '../builder.ts';
import type { AttributeInput, OnnxModel } from '../graph.ts';
import { ONNX_LIMITS } from '../limits.ts';
import { checkModel } from './model.ts';

type Lists = Record<string, AttributeInput>;

const ints = (...values: number[]): BigInt64Array => BigInt64Array.from(values, BigInt);
const floats = (...data: number[]) =>
  ({ dtype: 'float32', shape: [data.length], data: Float32Array.from(data) }) as const;
const bytes = (...data: number[]) =>
  ({ dtype: 'uint8', shape: [data.length], data: Uint8Array.from(data) }) as const;

function modelOf(op: string, lists: Lists): OnnxModel {
  const g = new GraphBuilder('m');
  const x = g.input('x', 'float32', ['N', 2]);
  const outputs = op === 'TreeEnsembleClassifier' ? 2 : 1;
  g.output('y', g.addMany(op, [x], outputs, lists, 'ai.onnx.ml').at(-1)!, 'float32', ['N', 1]);
  return g.build({});
}

const check = (op: string, lists: Lists): void => checkModel(modelOf(op, lists), ONNX_LIMITS);

/** Two trees: 0 has a split with two leaves, 1 is a leaf. */
const NODES: Lists = {
  nodes_treeids: ints(0, 0, 0, 1),
  nodes_nodeids: ints(0, 1, 2, 0),
  nodes_featureids: ints(0, 0, 0, 0),
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
  nodes_values: new Float32Array(4),
  nodes_truenodeids: ints(1, 0, 0, 0),
  nodes_falsenodeids: ints(2, 0, 0, 0),
};
const REGRESSOR: Lists = {
  ...NODES,
  n_targets: 1n,
  target_treeids: ints(0, 0, 1),
  target_nodeids: ints(1, 2, 0),
  target_ids: ints(0, 0, 0),
  target_weights: new Float32Array(3),
};
const CLASSIFIER: Lists = {
  ...NODES,
  classlabels_int64s: ints(7, 9),
  class_treeids: ints(0, 0, 1),
  class_nodeids: ints(1, 2, 0),
  class_ids: ints(0, 1, 0),
  class_weights: new Float32Array(3),
};
/** Two splits and three leaves, by their indexes. */
const INDEXED: Lists = {
  n_targets: 1n,
  tree_roots: ints(0),
  nodes_featureids: ints(0, 1),
  nodes_modes: bytes(0, 0),
  nodes_splits: floats(0.5, 0.2),
  nodes_truenodeids: ints(1, 1),
  nodes_falsenodeids: ints(0, 2),
  nodes_trueleafs: ints(0, 1),
  nodes_falseleafs: ints(1, 1),
  leaf_weights: floats(1, 2, 3),
  leaf_targetids: ints(0, 0, 0),
};

const refused = (text: string, code = 'GRAPH_INVALID') =>
  expect.objectContaining({ code, exit: 3, message: expect.stringContaining(text) });

describe('checkModel() on trees', () => {
  test.each([
    ['TreeEnsembleRegressor', REGRESSOR],
    ['TreeEnsembleClassifier', CLASSIFIER],
    ['TreeEnsemble', INDEXED],
  ])('accepts a sound %s', (op, lists) => check(op, lists));

  test('accepts nodes that share a child, which converters of LightGBM write', () => {
    check('TreeEnsembleRegressor', { ...REGRESSOR, nodes_falsenodeids: ints(1, 0, 0, 0) });
  });

  test.each<[string, string, Lists, string]>([
    [
      'a root that is its own child',
      'the first node as a child',
      { nodes_truenodeids: ints(0, 0, 0, 0) },
      'tree 0, node 0',
    ],
    [
      'a cycle below the root',
      'a cycle through it',
      {
        nodes_modes: ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF'],
        nodes_truenodeids: ints(1, 1, 0, 0),
        nodes_falsenodeids: ints(2, 2, 0, 0),
      },
      'tree 0, node 1',
    ],
    ['a child out of range', 'the child 99', { nodes_falsenodeids: ints(99, 0, 0, 0) }, 'tree 0, node 0'],
    ['a child below zero', 'the child -1', { nodes_falsenodeids: ints(-1, 0, 0, 0) }, 'tree 0, node 0'],
    [
      'a root that does not come first',
      'the first node as a child',
      {
        nodes_nodeids: ints(2, 1, 0, 0),
        nodes_modes: ['LEAF', 'LEAF', 'BRANCH_LEQ', 'LEAF'],
        nodes_truenodeids: ints(0, 0, 1, 0),
        nodes_falsenodeids: ints(0, 0, 2, 0),
      },
      'tree 0, node 2',
    ],
    ['nodes of a tree that lie apart', 'apart', { nodes_treeids: ints(0, 1, 0, 1) }, 'tree 0, node 2'],
    ['a node twice', 'a second node of its id', { nodes_nodeids: ints(0, 1, 1, 0) }, 'tree 0, node 1'],
    ['a weight of no node', 'not there', { target_nodeids: ints(1, 99, 0) }, 'tree 0, node 99'],
    ['a weight of no tree', 'not there', { target_treeids: ints(0, 7, 1) }, 'tree 7, node 2'],
    ['a target out of range', 'found 1', { target_ids: ints(0, 1, 0) }, 'target_ids[1]'],
    ['a list that is too short', '2 entries', { nodes_values: new Float32Array(2) }, 'nodes_values'],
    [
      'directions of missing values that are too few',
      '1 entries',
      { nodes_missing_value_tracks_true: ints(1) },
      'nodes_missing_value_tracks_true',
    ],
    ['too few weights', '1 entries', { target_weights: new Float32Array(1) }, 'target_weights'],
  ])('refuses %s', (_what, found, change, where) => {
    const lists = { ...REGRESSOR, ...change };
    expect(() => check('TreeEnsembleRegressor', lists)).toThrowError(refused(found));
    expect(() => check('TreeEnsembleRegressor', lists)).toThrowError(refused(where));
  });

  test('refuses a class that a classifier does not have', () => {
    const lists = { ...CLASSIFIER, class_ids: ints(0, 2, 0) };
    expect(() => check('TreeEnsembleClassifier', lists)).toThrowError(refused('class_ids[1]'));
  });

  test.each<[string, string, Lists]>([
    ['a root out of range', 'root of tree 0', { tree_roots: ints(2) }],
    ['a root below zero', 'root of tree 0', { tree_roots: ints(-1) }],
    ['a child that is not there', 'the node 2 as a child', { nodes_truenodeids: ints(2, 1) }],
    ['a leaf that is not there', 'the leaf 3 as a child', { nodes_falsenodeids: ints(3, 2) }],
    ['a cycle', 'a cycle through it', { nodes_truenodeids: ints(0, 1) }],
    [
      'a tree without leaves',
      'a cycle',
      { nodes_trueleafs: ints(0, 0), nodes_falseleafs: ints(0, 0), nodes_falsenodeids: ints(0, 1) },
    ],
    ['a target out of range', 'target of leaf 2', { leaf_targetids: ints(0, 0, 1) }],
    ['a list that is too short', 'nodes_splits', { nodes_splits: floats(1) }],
    ['too few weights', 'leaf_weights', { leaf_weights: floats(1) }],
  ])('refuses %s in TreeEnsemble', (_what, found, change) => {
    expect(() => check('TreeEnsemble', { ...INDEXED, ...change })).toThrowError(refused(found));
  });

  test('sees trees in the branches of an If', () => {
    const damaged = modelOf('TreeEnsembleRegressor', { ...REGRESSOR, nodes_truenodeids: ints(0, 0, 0, 0) });
    const branch = { type: 'graph', value: { ...damaged.graph, inputs: [] } } as const;
    const g = new GraphBuilder('m');
    const x = g.input('x', 'float32', ['N', 2]);
    g.output('z', g.add('Identity', [x]), 'float32', ['N', 2]);
    const whole = g.build({});
    const choose = { name: '', op: 'If', domain: '', inputs: ['x'], outputs: ['chosen'] };
    const nodes = [...whole.graph.nodes, { ...choose, attributes: { then_branch: branch } }];
    expect(() => checkModel({ ...whole, graph: { ...whole.graph, nodes } }, ONNX_LIMITS)).toThrowError(
      refused('the first node as a child'),
    );
  });

  /** A tree that goes on at every second child, so many levels deep. */
  function chain(levels: number) {
    const next = ints(...Array.from({ length: levels }, (_, level) => (level + 1) % levels));
    const isLeaf = new BigInt64Array(levels);
    isLeaf[levels - 1] = 1n;
    return {
      ...INDEXED,
      nodes_featureids: new BigInt64Array(levels),
      nodes_modes: bytes(...new Uint8Array(levels)),
      nodes_splits: floats(...new Float32Array(levels)),
      nodes_truenodeids: new BigInt64Array(levels),
      nodes_falsenodeids: next,
      nodes_trueleafs: new BigInt64Array(levels).fill(1n),
      nodes_falseleafs: isLeaf,
    };
  }

  test('refuses a tree that takes more stack than a thread has', () => {
    const { onnxTreeDepth } = ONNX_LIMITS;
    check('TreeEnsemble', chain(onnxTreeDepth));
    expect(() => check('TreeEnsemble', chain(onnxTreeDepth + 1))).toThrowError(
      refused('onnxTreeDepth', 'GRAPH_LIMIT'),
    );
  });

  test('walks shared children once, however many paths lead to them', () => {
    const { nodes_falsenodeids: nodes_truenodeids, nodes_falseleafs: nodes_trueleafs, ...rest } = chain(1000);
    const shared = { nodes_truenodeids, nodes_falsenodeids: nodes_truenodeids, nodes_trueleafs };
    const lists = { ...rest, ...shared, nodes_falseleafs: nodes_trueleafs };
    expect(processorMillis(() => check('TreeEnsemble', lists))).toBeLessThan(1000);
  });
});
