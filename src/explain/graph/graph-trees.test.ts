import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { createOnnxEngine } from '../../engine/onnx/engine.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { OnnxGraph, OnnxNode } from '../../onnx/graph.ts';
import { explainModel } from '../explain-model.ts';
import type { ExplainedModel } from '../explained-model.ts';

const WIDTH = 4;
const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'];
/** Cells that are equal to thresholds now and then, and missing ones. */
const CELLS = [-1, -0.5, 0, 0.1, 0.5, 1, Number.NaN];

type Attributes = OnnxNode['attributes'];
type GraphContent = Extract<ModelContent, { kind: 'graph' }>;
type Random = () => number;

interface RandomNode {
  readonly tree: number;
  readonly id: number;
  readonly mode: string;
  readonly feature: number;
  readonly value: number;
  readonly yes: number;
  readonly no: number;
  readonly missing: boolean;
  /** Rows that came to it, as a training would have counted them. */
  readonly rows: number;
}

const ints = (values: readonly number[]): Attributes[string] => ({
  type: 'ints',
  value: values.map(BigInt),
});
const floats = (values: readonly number[]): Attributes[string] => ({ type: 'floats', value: values });

function randomNodes(random: Random, trees: number): RandomNode[] {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  return Array.from({ length: trees }, (_, tree) => {
    const nodes: RandomNode[] = [];
    let next = 0;
    const grow = (depth: number, rows: number): number => {
      const id = next++;
      const isLeaf = depth === 0 || (depth < 3 && random() < 0.2);
      const share = Math.max(1, Math.floor(rows * random()));
      const [yes, no] = isLeaf ? [0, 0] : [grow(depth - 1, share), grow(depth - 1, rows - share + 1)];
      const asked = { mode: isLeaf ? 'LEAF' : pick(MODES), feature: Math.floor(random() * WIDTH) };
      nodes.push({
        tree,
        id,
        ...asked,
        value: pick(CELLS.slice(0, -1)),
        yes,
        no,
        missing: random() < 0.5,
        rows,
      });
      return id;
    };
    grow(3, 100);
    // The first node of a tree is its root.
    return nodes.sort((a, b) => a.id - b.id);
  }).flat();
}

/** A graph of one ensemble of random trees, as ai.onnx.ml 3 or 5 writes it, whose columns are scaled first. */
function randomGraph(random: Random, isNew: boolean, hasCover: boolean): OnnxGraph {
  const nodes = randomNodes(random, 3);
  const leaves = nodes.filter(({ mode }) => mode === 'LEAF');
  const targets = 2;
  const weights = leaves.flatMap(({ tree, id }) =>
    Array.from({ length: targets }, (_, score) => ({ tree, id, score, weight: random() - 0.5 })),
  );
  const attributes: Attributes = {
    nodes_treeids: ints(nodes.map(({ tree }) => tree)),
    nodes_nodeids: ints(nodes.map(({ id }) => id)),
    nodes_modes: { type: 'strings', value: nodes.map(({ mode }) => mode) },
    nodes_featureids: ints(nodes.map(({ feature }) => feature)),
    nodes_values: floats(nodes.map(({ value }) => value)),
    nodes_truenodeids: ints(nodes.map(({ yes }) => yes)),
    nodes_falsenodeids: ints(nodes.map(({ no }) => no)),
    nodes_missing_value_tracks_true: ints(nodes.map(({ missing }) => Number(missing))),
    nodes_hitrates: floats(nodes.map(({ rows }) => (hasCover ? rows : 1))),
    target_treeids: ints(weights.map(({ tree }) => tree)),
    target_nodeids: ints(weights.map(({ id }) => id)),
    target_ids: ints(weights.map(({ score }) => score)),
    target_weights: floats(weights.map(({ weight }) => weight)),
    n_targets: { type: 'int', value: BigInt(targets) },
    base_values: floats([0.25, -0.5]),
  };
  const scaler: OnnxNode = {
    ...{ name: 's', op: 'Scaler', domain: 'ai.onnx.ml', inputs: ['X'], outputs: ['scaled'] },
    attributes: { offset: floats([0, 0, 0, 0]), scale: floats([1, 1, 1, 1]) },
  };
  const trees = { name: 't', domain: 'ai.onnx.ml', inputs: ['scaled'], outputs: ['variable'] };
  const ensemble: OnnxNode = isNew
    ? { ...trees, op: 'TreeEnsemble', attributes: tensorAttributes(nodes, random) }
    : { ...trees, op: 'TreeEnsembleRegressor', attributes };
  return {
    ...{ name: 'g', nodes: [scaler, ensemble], initializers: {} },
    inputs: [{ name: 'X', dtype: 'float32', shape: ['N', WIDTH] }],
    outputs: [{ name: 'variable', dtype: 'float32', shape: ['N', isNew ? 1 : targets] }],
  };
}

function tensorAttributes(all: readonly RandomNode[], random: Random): Attributes {
  const asking = all.filter(({ mode }) => mode !== 'LEAF');
  const leaves = all.filter(({ mode }) => mode === 'LEAF');
  const placeOf = (tree: number, id: number) => {
    const isSame = (node: RandomNode) => node.tree === tree && node.id === id;
    const leaf = leaves.findIndex(isSame);
    return leaf >= 0 ? { place: leaf, isLeaf: 1 } : { place: asking.findIndex(isSame), isLeaf: 0 };
  };
  const yes = asking.map(({ tree, yes: id }) => placeOf(tree, id));
  const no = asking.map(({ tree, no: id }) => placeOf(tree, id));
  const numbers = (values: readonly number[]): Attributes[string] => ({
    type: 'tensor',
    value: { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) },
  });
  // TensorProto.DataType 2 is uint8; LEQ, LT, GTE, GT, EQ and NEQ are numbered from 0.
  const modes = { dtype: 'packed', elementType: 2, shape: [asking.length] } as const;
  const data = Uint8Array.from(asking, ({ mode }) => MODES.indexOf(mode));
  return {
    ...{ n_targets: { type: 'int', value: 1n }, aggregate_function: { type: 'int', value: 1n } },
    tree_roots: ints([0, 1, 2].map((tree) => placeOf(tree, 0).place)),
    nodes_modes: { type: 'tensor', value: { dtype: 'uint8', shape: modes.shape, data } },
    nodes_featureids: ints(asking.map(({ feature }) => feature)),
    nodes_splits: numbers(asking.map(({ value }) => value)),
    nodes_truenodeids: ints(yes.map(({ place }) => place)),
    nodes_trueleafs: ints(yes.map(({ isLeaf }) => isLeaf)),
    nodes_falsenodeids: ints(no.map(({ place }) => place)),
    nodes_falseleafs: ints(no.map(({ isLeaf }) => isLeaf)),
    nodes_missing_value_tracks_true: ints(asking.map(({ missing }) => Number(missing))),
    leaf_targetids: ints(leaves.map(() => 0)),
    leaf_weights: numbers(leaves.map(() => random() - 0.5)),
  };
}

const NUMBERS: readonly TensorSpec[] = [{ name: 'X', dtype: 'float32', shape: [-1, WIDTH] }];

function contentOf(graph: OnnxGraph, version: number, tensors = NUMBERS): GraphContent {
  const opsets = [
    { domain: '', version: 17 },
    { domain: 'ai.onnx.ml', version },
  ];
  const onnx = encodeModel({
    irVersion: 10,
    producer: { name: '', version: '' },
    opsets,
    graph,
    metadata: {},
  });
  const signature = {
    form: 'tensors',
    tensors,
    outputs: [{ name: 'variable', dtype: 'float32', shape: [-1, Number(graph.outputs[0]!.shape![1])] }],
    classes: null,
  } as const;
  return { kind: 'graph', onnx, signature, memory: { kind: 'bounded', rowBytes: 1024 } };
}

async function modelOf(graph: OnnxGraph, version: number, tensors = NUMBERS): Promise<ExplainedModel> {
  const content = contentOf(graph, version, tensors);
  return { name: 'g', content, engine: await createOnnxEngine(content) };
}

const batchOf = (random: Random, rows: number): Batch => ({
  ...{ kind: 'tensors', rows },
  tensors: {
    X: {
      ...{ dtype: 'float32', shape: [rows, WIDTH] },
      data: Float32Array.from({ length: rows * WIDTH }, () => CELLS[Math.floor(random() * CELLS.length)]!),
    },
  },
});

describe('the trees of an ONNX graph', () => {
  test.each(Array.from({ length: 16 }, (_, seed) => seed))(
    'are explained as all coalitions asked of onnxruntime are, seed %i',
    async (seed) => {
      const random = seededRandom(seed).next;
      const isNew = seed % 2 === 1;
      const model = await modelOf(randomGraph(random, isNew, false), isNew ? 5 : 3);
      const [rows, background] = [batchOf(random, 5), batchOf(random, 6)];
      const found = await explainModel(model, { background });
      const wanted = await explainModel(model, { background, method: 'exact' });
      expect([found.method, found.output, wanted.method]).toEqual([
        'tree-interventional',
        'predict',
        'exact',
      ]);
      const [own, all] = [await found.explain(rows), await wanted.explain(rows)];
      expect(own.additivityError).toBeLessThanOrEqual(1e-6);
      for (const [k, value] of all.values.entries()) expect(own.values[k]).toBeCloseTo(value, 6);
      for (const [k, value] of wanted.baseValues.entries()) expect(found.baseValues[k]).toBeCloseTo(value, 6);
    },
  );

  test.each([false, true])(
    'are left to what asks the model where their scores are more than may be held, in ai.onnx.ml 5: %s',
    async (isNew) => {
      const graph = randomGraph(seededRandom(1).next, isNew, false);
      const [scaler, ensemble] = graph.nodes;
      const { base_values: _, ...given } = ensemble!.attributes;
      const attributes: Attributes = { ...given, n_targets: { type: 'int', value: 2n ** 40n } };
      const nodes = [scaler!, { ...ensemble!, attributes }];
      const engine: ExplainedModel['engine'] = {
        infer: ({ rows }) =>
          Promise.resolve({ variable: { dtype: 'float32', shape: [rows, 1], data: new Float32Array(rows) } }),
      };
      const content = contentOf({ ...graph, nodes }, isNew ? 5 : 3);
      const background = batchOf(seededRandom(2).next, 3);
      const { method } = await explainModel({ name: 'g', content, engine }, { background });
      expect(method).toBe('exact');
    },
  );

  test('are explained by the columns that people know, texts among them', async () => {
    const random = seededRandom(5).next;
    const plain = randomGraph(random, false, false);
    const int64 = (values: readonly number[]) =>
      ({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) }) as const;
    const node = (
      op: string,
      inputs: readonly string[],
      output: string,
      attributes: Attributes,
    ): OnnxNode => ({
      ...{ name: output, op, inputs, outputs: [output], attributes },
      domain: op === 'OneHotEncoder' ? 'ai.onnx.ml' : '',
    });
    const graph: OnnxGraph = {
      ...plain,
      nodes: [
        node('OneHotEncoder', ['k'], 'hot', { cats_strings: { type: 'strings', value: ['u', 'v'] } }),
        node('Reshape', ['hot', 'shape'], 'flat', {}),
        node('Concat', ['X', 'flat'], 'scaled', { axis: { type: 'int', value: 1n } }),
        plain.nodes[1]!,
      ],
      initializers: { shape: int64([-1, 2]) },
      inputs: [
        { name: 'X', dtype: 'float32', shape: ['N', 2] },
        { name: 'k', dtype: 'string', shape: ['N', 1] },
      ],
    };
    const tensors = [
      { name: 'X', dtype: 'float32', shape: [-1, 2] },
      { name: 'k', dtype: 'string', shape: [-1, 1] },
    ] as const;
    const model = await modelOf(graph, 3, tensors);
    const rows: Batch = {
      ...{ kind: 'tensors', rows: 4 },
      tensors: {
        X: { dtype: 'float32', shape: [4, 2], data: Float32Array.of(1, 0, -1, 0.5, 0.1, -0.5, 0, 1) },
        k: { dtype: 'string', shape: [4, 1], data: ['u', 'v', 'other', 'u'] },
      },
    };
    const found = await explainModel(model, { background: rows });
    const all = await explainModel(model, { background: rows, method: 'exact' });
    expect([found.method, found.features]).toEqual(['tree-interventional', ['X[0]', 'X[1]', 'k']]);
    const { values } = await found.explain(rows);
    for (const [k, value] of (await all.explain(rows)).values.entries())
      expect(values[k]).toBeCloseTo(value, 6);
  });

  test('are explained by their paths where the file says how many rows came to each node, and only there', async () => {
    const random = seededRandom(3).next;
    const model = await modelOf(randomGraph(random, false, true), 3);
    const explainer = await explainModel(model, { background: null });
    expect(explainer.method).toBe('tree-path-dependent');
    const { additivityError } = await explainer.explain(batchOf(random, 5));
    expect(additivityError).toBeLessThanOrEqual(1e-6);
    const without = await modelOf(randomGraph(seededRandom(3).next, false, false), 3);
    await expect(explainModel(without, { background: null })).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
      message: expect.stringContaining('how many training rows'),
    });
  });
});
