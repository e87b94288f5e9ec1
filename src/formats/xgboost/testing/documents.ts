/** For tests only: boosters as plain objects, and their bytes as JSON and UBJSON. */

export type PlainValue =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Int32Array
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

type Fields = { readonly [name: string]: PlainValue };

/** A tree of one split of column 0 at 0.5: left 1, right 2. */
export const STUMP: Fields = {
  tree_param: { num_nodes: '3', size_leaf_vector: '1', num_feature: '2', num_deleted: '0' },
  left_children: [1, -1, -1],
  right_children: [2, -1, -1],
  parents: [2147483647, 0, 0],
  split_indices: [0, 0, 0],
  split_conditions: [0.5, 1, 2],
  split_type: [0, 0, 0],
  default_left: [1, 0, 0],
  categories: [],
  categories_nodes: [],
  categories_segments: [],
  categories_sizes: [],
  base_weights: [0, 1, 2],
};

/** The split of `STUMP` by category: those given go right. */
export const categoricalStump = (categories: readonly number[], change: Fields = {}): Fields => ({
  ...STUMP,
  split_type: [1, 0, 0],
  categories,
  categories_nodes: [0],
  categories_segments: [0],
  categories_sizes: [categories.length],
  ...change,
});

interface Changes {
  readonly params?: Fields;
  readonly objective?: string;
  readonly booster?: Fields;
  readonly model?: Fields;
  readonly learner?: Fields;
}

/** A booster of two columns; `changes` replace its parts. */
export function boosterDocument(trees: readonly Fields[], changes: Changes = {}): Fields {
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        model: {
          gbtree_model_param: { num_parallel_tree: '1', num_trees: String(trees.length) },
          tree_info: trees.map(() => 0),
          trees: trees.map((tree, id) => ({ id, ...tree })),
          ...changes.model,
        },
        name: 'gbtree',
        ...changes.booster,
      },
      learner_model_param: {
        base_score: '5E-1',
        num_class: '0',
        num_feature: '2',
        num_target: '1',
        ...changes.params,
      },
      objective: { name: changes.objective ?? 'reg:squarederror' },
      ...changes.learner,
    },
    version: [2, 1, 4],
  };
}

const encoder = new TextEncoder();

export const jsonBytes = (value: PlainValue): Uint8Array =>
  encoder.encode(
    JSON.stringify(value, (_, item) => (ArrayBuffer.isView(item) ? Array.from(item as Float32Array) : item)),
  );

const concat = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

function numberBytes(type: 'L' | 'd' | 'l', value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(type === 'L' ? 8 : 4));
  if (type === 'L') view.setBigInt64(0, BigInt(value));
  else if (type === 'd') view.setFloat32(0, value);
  else view.setInt32(0, value);
  return new Uint8Array(view.buffer);
}

const marked = (marker: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  concat([encoder.encode(marker), ...parts]);

function textBytes(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  return marked('L', numberBytes('L', bytes.length), bytes);
}

/** As XGBoost writes it: typed arrays with counts, the rest without. */
export function ubjsonBytes(value: PlainValue): Uint8Array {
  if (value === null) return marked('Z');
  if (typeof value === 'boolean') return marked(value ? 'T' : 'F');
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? marked('L', numberBytes('L', value))
      : marked('d', numberBytes('d', value));
  if (typeof value === 'string') return marked('S', textBytes(value));
  if (value instanceof Uint8Array) return marked('[$U#L', numberBytes('L', value.length), value);
  if (value instanceof Int32Array)
    return marked(
      '[$l#L',
      numberBytes('L', value.length),
      ...Array.from(value, (item) => numberBytes('l', item)),
    );
  if (value instanceof Float32Array)
    return marked(
      '[$d#L',
      numberBytes('L', value.length),
      ...Array.from(value, (item) => numberBytes('d', item)),
    );
  if (Array.isArray(value)) return marked('[', ...value.map(ubjsonBytes), encoder.encode(']'));
  const entries = Object.entries(value as Fields).flatMap(([name, item]) => [
    textBytes(name),
    ubjsonBytes(item),
  ]);
  return marked('{', ...entries, encoder.encode('}'));
}
