import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { pyDict, pyList } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';
import { describeSklearn } from './describe.ts';
import { file, floats, instance, int, objects, py, records, tuple } from './testing/values.ts';

const scaler = (attributes: Record<string, unknown> = {}): ReturnType<typeof instance> =>
  instance(
    'sklearn.preprocessing._data.StandardScaler',
    { mean_: floats([1, 2]), scale_: floats([3, 4]), _sklearn_version: '1.6.1', ...attributes },
    [],
    40,
  );

const pipeline = (...steps: (readonly [string, unknown])[]): ReturnType<typeof instance> =>
  instance(
    'sklearn.pipeline.Pipeline',
    { steps: steps.map(([name, step]) => tuple(name, step)), _sklearn_version: '1.6.1' },
    [],
    3,
  );

test('a step of an unknown class blocks with path, class and offset, and the outline is still there', () => {
  const ratio = instance('churn_features.Ratio', { columns: 2 }, [], 96);
  const description = describeSklearn(file(pipeline(['ratio', ratio], ['scale', scaler()])));
  expect(description.content).toBeNull();
  expect(description.blockers).toMatchObject([
    { path: 'steps.ratio', class: 'churn_features.Ratio', offset: 96, field: 'the class' },
  ]);
  expect(description.outline?.children.map((child) => [child.path, child.class])).toEqual([
    ['steps.ratio', 'churn_features.Ratio'],
    ['steps.scale', 'sklearn.preprocessing._data.StandardScaler'],
  ]);
  expect(description.framework).toEqual({ name: 'scikit-learn', version: '1.6.1' });
});

test('an unknown class is told apart from code of one’s own', () => {
  const wanted = (name: string) => describeSklearn(file(instance(name, {}, [], 9))).blockers[0]?.wanted;
  expect(wanted('sklearn.manifold._mds.MDS')).toContain('docs/estimators.md');
  expect(wanted('__main__.MyModel')).toBe(
    'classes of scikit-learn, and of the libraries of docs/estimators.md, are',
  );
});

test('values that hold themselves end the search for a release', () => {
  const endless = pyList();
  for (let i = 0; i < 100; i++) endless.items.push(endless);
  expect(describeSklearn(file(instance('a.B', { steps: endless }))).framework.version).toBeNull();
});

test('an estimator that holds itself is refused, with a list of blockers that people can read', () => {
  const steps = pyList();
  const root = instance('sklearn.pipeline.Pipeline', { steps });
  for (let i = 0; i < 2000; i++) steps.items.push(tuple('again', root));
  const { content, blockers } = describeSklearn(file(root));
  expect(content).toBeNull();
  expect(blockers.length).toBeLessThanOrEqual(1000);
});

test('a container of any size is looked through', () => {
  const entries = Array.from({ length: 300_000 }, (_, i): [PyValue, PyValue] => [int(i), py(i)]);
  const stated = instance('sklearn.svm._base.SVC', { support_vectors_: floats([1]) });
  const root = instance('a.B', { dict: pyDict([...entries, ['part', stated]]) });
  expect(describeSklearn(file(root)).notes).toMatchObject([{ text: expect.stringContaining('support') }]);
});

test('one large array shared by thousands of estimators is refused', () => {
  const shared = scaler({
    mean_: floats(new Array(50_000).fill(1)),
    scale_: floats(new Array(50_000).fill(1)),
  });
  const union = (count: number) =>
    instance('sklearn.pipeline.FeatureUnion', {
      transformer_list: pyList(new Array(count).fill(tuple('part', shared))),
    });
  expect(describeSklearn(file(union(10))).content).not.toBeNull();
  const { content, blockers } = describeSklearn(file(union(5000)));
  expect(content).toBeNull();
  expect(blockers[0]).toMatchObject({ field: 'the size', found: expect.stringContaining('shared') });
});

test('selections that come to more columns than any table has are refused', () => {
  const all = instance('builtins.slice', {}, [null, null, null]);
  const transformer = instance('sklearn.compose._column_transformer.ColumnTransformer', {
    n_features_in_: int(1_000_000),
    transformers_: pyList(new Array(1000).fill(tuple('part', 'passthrough', all))),
  });
  expect(describeSklearn(file(transformer)).blockers).toMatchObject([{ field: 'the size' }]);
});

test('every blocker is listed, not the first alone', () => {
  const description = describeSklearn(file(pipeline(['one', instance('a.One')], ['two', instance('b.Two')])));
  expect(description.blockers.map((blocker) => blocker.path)).toEqual(['steps.one', 'steps.two']);
});

test('an estimator that was never fitted says which field is missing', () => {
  const { blockers } = describeSklearn(
    file(instance('sklearn.preprocessing._data.StandardScaler', { with_mean: true })),
  );
  expect(blockers).toMatchObject([
    { path: 'the model', field: 'mean_', found: 'missing (the estimator was never fitted)' },
  ]);
});

test('a dict, a list or an array is named as what it is', () => {
  for (const [root, name] of [
    [py([1]), 'list'],
    [floats([1]), 'numpy.ndarray'],
    ['text', 'str'],
    [null, 'None'],
  ] as const) {
    expect(describeSklearn(file(root)).blockers).toMatchObject([
      { class: name, wanted: expect.stringMatching(/fitted model|estimator/) },
    ]);
  }
});

test('classes are found wherever the releases kept them', () => {
  for (const module of [
    'sklearn.preprocessing.data',
    'sklearn.preprocessing._data',
    'sklearn.preprocessing',
  ]) {
    const moved = instance(`${module}.StandardScaler`, { mean_: floats([0]), scale_: floats([1]) });
    expect(describeSklearn(file(moved)).content).toMatchObject({
      kind: 'steps',
      root: { kind: 'standard-scaler' },
    });
  }
  const other = instance('other.preprocessing.StandardScaler', { mean_: floats([0]), scale_: floats([1]) });
  expect(describeSklearn(file(other)).content).toBeNull();
});

const refusal = (root: ReturnType<typeof instance>): unknown => {
  try {
    describeSklearn(file(root));
  } catch (error) {
    return isPlimsollError(error) ? error.toJSON() : error;
  }
  return 'no refusal';
};

test('state that contradicts itself is refused with what was found and wanted', () => {
  expect(refusal(scaler({ scale_: floats([1]) }))).toMatchObject({
    code: 'MODEL_INVALID',
    details: { field: 'scale_', found: '1 long', wanted: '2 long', offset: 40 },
  });
  expect(refusal(scaler({ n_features_in_: int(5) }))).toMatchObject({
    code: 'MODEL_INVALID',
    details: { field: 'n_features_in_' },
  });
  expect(refusal(scaler({ mean_: 'zero' }))).toMatchObject({
    code: 'MODEL_INVALID',
    details: { field: 'mean_', found: "'zero'" },
  });
  const wider = scaler({ mean_: floats([1, 2, 3]), scale_: floats([1, 2, 3]) });
  expect(refusal(pipeline(['a', scaler()], ['b', wider]))).toMatchObject({
    details: { field: 'steps.b', found: '3 columns wide' },
  });
});

const NODES = {
  left_child: [1, -1, -1],
  right_child: [2, -1, -1],
  feature: [0, -2, -2],
  threshold: [0.5, -2, -2],
  impurity: [1, 0, 0],
  n_node_samples: [2, 1, 1],
  weighted_n_node_samples: [2, 1, 1],
};

const treeOf = (nodes: Record<string, readonly number[]>): ReturnType<typeof instance> =>
  instance('sklearn.tree._classes.DecisionTreeRegressor', {
    n_outputs_: int(1),
    tree_: instance(
      'sklearn.tree._tree.Tree',
      { node_count: int(3), nodes: records(nodes), values: floats([0, 1, 2], [3, 1, 1]) },
      [int(2), objects(int(1)), int(1)],
    ),
    _sklearn_version: '1.6.1',
  });

test('a tree whose children loop or whose columns do not exist is refused', () => {
  expect(describeSklearn(file(treeOf(NODES))).content).toMatchObject({
    root: { kind: 'tree-ensemble', features: 2 },
  });
  expect(refusal(treeOf({ ...NODES, left_child: [0, -1, -1] }))).toMatchObject({
    code: 'MODEL_INVALID',
    details: { field: 'tree_.nodes' },
  });
  expect(refusal(treeOf({ ...NODES, feature: [2, -2, -2] }))).toMatchObject({
    details: { found: 'node 0 testing column 2 of 2' },
  });
  const { threshold: _, ...without } = NODES;
  expect(refusal(treeOf(without))).toMatchObject({ details: { field: 'tree_.nodes.threshold' } });
});

test('a model fitted on float32 numbers is said to be one', () => {
  const wide = floats([1, 2]);
  const single = { ...wide, dtype: { ...wide.dtype, itemSize: 4 }, shape: [4] };
  const pca = (components_: unknown) =>
    describeSklearn(file(instance('sklearn.decomposition._pca.PCA', { components_ }))).notes;
  expect(pca(single)).toMatchObject([
    { level: 'warning', text: expect.stringContaining('float32 numbers: PCA.') },
  ]);
  expect(pca(wide)).toEqual([]);
});

test('parts from several releases and kept training data are noted', () => {
  const mixed = pipeline(['old', scaler({ _sklearn_version: '1.2.0' })], ['new', scaler()]);
  expect(describeSklearn(file(mixed)).notes).toMatchObject([
    { level: 'warning', text: expect.stringContaining('1.2.0, 1.6.1') },
  ]);
  const svc = instance('sklearn.svm._classes.SVC', { support_vectors_: floats([1, 2], [1, 2]) });
  expect(describeSklearn(file(svc)).notes).toMatchObject([
    { level: 'risk', text: expect.stringContaining('support vectors') },
  ]);
});

test('an estimator nested in itself ends as a blocker', () => {
  const loop = pipeline(['again', null]);
  const steps = (loop.state as { entries: [unknown, { items: { items: unknown[] }[] }][] }).entries[0]![1];
  steps.items[0]!.items[1] = loop;
  expect(describeSklearn(file(loop)).blockers).toMatchObject([{ field: 'nesting' }]);
});
