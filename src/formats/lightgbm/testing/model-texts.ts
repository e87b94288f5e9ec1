/** Lines to put in the place of others; null leaves one out. */
export type Edits = Readonly<Record<string, string | null>>;

const HEADER: Edits = {
  version: 'v4',
  num_class: '1',
  num_tree_per_iteration: '1',
  label_index: '0',
  max_feature_idx: '1',
  objective: 'regression',
  feature_names: 'a b',
  feature_infos: '[0:1] 0:1:2',
};

/** Three splits: by number, by category, and by number where zeros are missing. */
export const TREE: Edits = {
  num_leaves: '4',
  num_cat: '2',
  split_feature: '0 1 0',
  split_gain: '1 1 1',
  threshold: '0.25 0 1e-35',
  decision_type: '2 1 8',
  left_child: '1 -1 -3',
  right_child: '2 -2 -4',
  leaf_value: '0.5 -1.5 2 4',
  cat_boundaries: '0 2 3',
  cat_threshold: '5 0 1',
  is_linear: '0',
  shrinkage: '1',
};

const lines = (values: Edits): string =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => (key === 'average_output' ? 'average_output\n' : `${key}=${value}\n`))
    .join('');

interface Parts {
  readonly header?: Edits;
  /** Edits of TREE, one a tree. */
  readonly trees?: readonly Edits[];
  readonly parameters?: Edits;
  readonly pandas?: string;
}

/** A model as `save_model` writes it. */
export function modelText({ header = {}, trees = [{}], parameters = {}, pandas = 'null' }: Parts): string {
  const blocks = trees.map((tree, i) => `Tree=${i}\n${lines({ ...TREE, ...tree })}\n\n`);
  const sizes = { tree_sizes: blocks.map(({ length }) => length).join(' ') };
  const settings = Object.entries({ boosting: 'gbdt', categorical_feature: '1', ...parameters });
  return [
    `tree\n${lines({ ...HEADER, ...sizes, ...header })}\n`,
    ...blocks,
    'end of trees\n\nfeature_importances:\na=2\n\nparameters:\n',
    ...settings.map(([key, value]) => `[${key}: ${value}]\n`),
    `\nend of parameters\n\npandas_categorical:${pandas}\n`,
  ].join('');
}
