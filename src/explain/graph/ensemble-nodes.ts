import type { GraphTensor, NodeAttribute, OnnxNode } from '../../onnx/graph.ts';
import { floatsOf } from './tree-columns.ts';

export type NodeMode = 'LEQ' | 'LT' | 'GTE' | 'GT' | 'EQ' | 'NEQ' | 'MEMBER' | 'LEAF';
/** As TreeEnsemble of ai.onnx.ml 5 numbers them. */
const MODES: readonly NodeMode[] = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ', 'MEMBER'];

/** The nodes of all trees of a TreeEnsemble, as they stand in a graph. */
export interface EnsembleNodes {
  readonly mode: readonly NodeMode[];
  readonly feature: readonly number[];
  readonly value: readonly number[];
  /** Places of nodes. */
  readonly whereTrue: readonly number[];
  readonly whereFalse: readonly number[];
  readonly missingIsTrue: readonly boolean[];
  /** Weight of the training rows at each node; null where the file does not say. */
  readonly cover: readonly number[] | null;
  readonly roots: readonly number[];
  /** What a node adds to which score. */
  readonly weights: readonly { readonly node: number; readonly score: number; readonly weight: number }[];
}

type Attributes = OnnxNode['attributes'];

const intsOf = (attribute: NodeAttribute | undefined): readonly number[] | null =>
  attribute?.type === 'ints' ? Array.from(attribute.value, Number) : null;

const textsOf = (attribute: NodeAttribute | undefined): readonly string[] | null =>
  attribute?.type === 'strings' ? attribute.value : null;

/** Numbers of a tensor attribute, or of a list of float32. */
function numbersOf(attributes: Attributes, name: string): readonly number[] | null {
  const tensor = attributes[`${name}_as_tensor`] ?? attributes[name];
  if (tensor?.type === 'tensor') return tensorNumbers(tensor.value);
  const floats = floatsOf(attributes[name]);
  return floats === null ? null : [...floats];
}

const tensorNumbers = ({ dtype, data }: GraphTensor): readonly number[] | null =>
  dtype === 'string' || dtype === 'packed' ? null : Array.from(data as ArrayLike<number | bigint>, Number);

/** TreeEnsembleClassifier (`class`) and TreeEnsembleRegressor (`target`); null where something is missing. */
export function nodesOfLists(attributes: Attributes, kind: 'class' | 'target'): EnsembleNodes | null {
  const trees = intsOf(attributes.nodes_treeids);
  const ids = intsOf(attributes.nodes_nodeids);
  const modes = textsOf(attributes.nodes_modes);
  const feature = intsOf(attributes.nodes_featureids);
  const value = numbersOf(attributes, 'nodes_values');
  const yes = intsOf(attributes.nodes_truenodeids);
  const no = intsOf(attributes.nodes_falsenodeids);
  const weights = weightLists(attributes, kind);
  if (!trees || !ids || !modes || !feature || !value || !yes || !no || !weights) return null;
  const count = ids.length;
  if ([trees, modes, feature, value, yes, no].some(({ length }) => length !== count)) return null;
  const places = new Map(ids.map((id, place) => [`${trees[place]} ${id}`, place]));
  if (places.size !== count) return null;
  const placeOf = (tree: number | undefined, id: number | undefined): number =>
    places.get(`${tree} ${id}`) ?? -1;
  const mode = modes.map((name) => name.replace('BRANCH_', '') as NodeMode);
  const isLeaf = (place: number): boolean => mode[place] === 'LEAF';
  const whereTrue = yes.map((id, place) => (isLeaf(place) ? -1 : placeOf(trees[place], id)));
  const whereFalse = no.map((id, place) => (isLeaf(place) ? -1 : placeOf(trees[place], id)));
  const missing = intsOf(attributes.nodes_missing_value_tracks_true);
  const covers = numbersOf(attributes, 'nodes_hitrates');
  return {
    ...{ mode, feature, value, whereTrue, whereFalse },
    missingIsTrue: ids.map((_, place) => missing?.[place] === 1),
    cover: covers !== null && isCover(covers, count) ? covers : null,
    // As onnxruntime takes them (tree_ensemble_common.h): the first node of each tree, whatever is above it.
    roots: trees.flatMap((tree, place) => (tree === trees[place - 1] ? [] : [place])),
    weights: weights.map(({ tree, id, score, weight }) => ({ node: placeOf(tree, id), score, weight })),
  };
}

/** Converters that do not know how many rows came to a node write 1 everywhere. */
const isCover = (covers: readonly number[], count: number): boolean =>
  covers.length === count && covers.every((one) => one >= 0) && covers.some((one) => one !== covers[0]);

function weightLists(attributes: Attributes, kind: 'class' | 'target') {
  const trees = intsOf(attributes[`${kind}_treeids`]);
  const ids = intsOf(attributes[`${kind}_nodeids`]);
  const scores = intsOf(attributes[`${kind}_ids`]);
  const weights = numbersOf(attributes, `${kind}_weights`);
  if (!trees || !ids || !scores || !weights) return null;
  if ([trees, ids, scores].some(({ length }) => length !== weights.length)) return null;
  return weights.map((weight, k) => ({ tree: trees[k], id: ids[k], score: scores[k] ?? -1, weight }));
}

/** TreeEnsemble of ai.onnx.ml 5, whose leaves stand apart; null where something is missing or asks about sets. */
export function nodesOfTensors(attributes: Attributes): EnsembleNodes | null {
  const roots = intsOf(attributes.tree_roots);
  const feature = intsOf(attributes.nodes_featureids);
  const modes = numbersOf(attributes, 'nodes_modes');
  const value = numbersOf(attributes, 'nodes_splits');
  const yes = intsOf(attributes.nodes_truenodeids);
  const no = intsOf(attributes.nodes_falsenodeids);
  const yesLeaf = intsOf(attributes.nodes_trueleafs);
  const noLeaf = intsOf(attributes.nodes_falseleafs);
  const targets = intsOf(attributes.leaf_targetids);
  const weights = numbersOf(attributes, 'leaf_weights');
  if (!roots || !feature || !modes || !value || !yes || !no || !yesLeaf || !noLeaf || !targets || !weights)
    return null;
  const count = feature.length;
  if ([modes, value, yes, no, yesLeaf, noLeaf].some(({ length }) => length !== count)) return null;
  if (targets.length !== weights.length) return null;
  const missing = intsOf(attributes.nodes_missing_value_tracks_true);
  // Leaves follow the nodes.
  const placeOf = (id: number, isLeaf: boolean): number => {
    const most = isLeaf ? weights.length : count;
    return id >= 0 && id < most ? (isLeaf ? count + id : id) : -1;
  };
  const leaves = weights.map(() => 0);
  const mode = [...modes.map((number) => MODES[number] ?? 'MEMBER'), ...weights.map(() => 'LEAF' as const)];
  return {
    ...{ mode, feature: [...feature, ...leaves], value: [...value, ...leaves] },
    whereTrue: [...yes.map((id, k) => placeOf(id, yesLeaf[k] === 1)), ...leaves],
    whereFalse: [...no.map((id, k) => placeOf(id, noLeaf[k] === 1)), ...leaves],
    missingIsTrue: [...feature.map((_, k) => missing?.[k] === 1), ...leaves.map(() => false)],
    ...{ cover: null, roots },
    weights: weights.map((weight, k) => ({ node: count + k, score: targets[k] ?? -1, weight })),
  };
}
