/** Tree ensembles of ai.onnx.ml: what their lists say of one another. Each list is read once. */
import type { OnnxNode } from '../graph.ts';
import type { OnnxLimits } from '../limits.ts';
import { attributeOf, intOf } from './fact.ts';
import { checkTreePaths, LEAF, type TreeLinks } from './tree-paths.ts';
import { graphInvalid, nodeName } from './where.ts';

/**
 * Checks that the lists of a tree ensemble are as long as one another, that children, leaves and targets exist, that every
 * path ends, and within `onnxTreeDepth` levels. onnxruntime finds most of this by itself, but says nothing of trees whose
 * first node is not their root or whose nodes lie apart (and answers wrong numbers), and dies on trees that are too deep.
 *
 * @throws GRAPH_INVALID, GRAPH_LIMIT with tree and node
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html
 */
export function checkTrees(node: OnnxNode, limits: OnnxLimits): void {
  if (node.domain !== 'ai.onnx.ml') return;
  // What a caller of a function gives is not known here.
  if (Object.values(node.attributes).some(({ type }) => type === 'reference')) return;
  if (node.op === 'TreeEnsemble') checkTreePaths(indexedLinks(node), limits);
  else if (node.op === 'TreeEnsembleRegressor') checkTreePaths(namedLinks(node, 'target'), limits);
  else if (node.op === 'TreeEnsembleClassifier') checkTreePaths(namedLinks(node, 'class'), limits);
}

/** Operators up to version 3: trees and nodes have ids, and each node says whether it is a leaf. */
function namedLinks(node: OnnxNode, leaves: 'target' | 'class'): TreeLinks {
  const ids = integers(node, 'nodes_nodeids');
  const trees = integers(node, 'nodes_treeids');
  checkLengths(node, ids.length, [
    ...NODE_LISTS,
    'nodes_treeids',
    ['nodes_values', 'nodes_values_as_tensor'],
  ]);
  checkLengths(node, ids.length, [['nodes_hitrates', 'nodes_hitrates_as_tensor']], true);
  const where = (index: number): string => placeOf(node, trees[index]!, ids[index]!);
  const segments = new Map(segmentsOf(trees, where).map((segment) => [trees[segment.start]!, segment]));
  const indexIn = new Map([...segments].map(([tree, segment]) => [tree, indexOf(ids, segment, where)]));
  const modes = attributeOf(node, 'nodes_modes');
  const isLeaf = (index: number): boolean => modes?.type === 'strings' && modes.value[index] === 'LEAF';
  const roots = new Set([...segments.values()].map(({ start }) => start));
  const childrenIn = (name: string): Int32Array =>
    Int32Array.from(integers(node, name), (child, index) => {
      if (isLeaf(index)) return LEAF;
      const found = indexIn.get(trees[index]!)!(child);
      if (found === undefined) throw graphInvalid(where(index), `the child ${child}`, 'a node of its tree');
      if (roots.has(found))
        throw graphInvalid(where(found), 'the first node as a child', 'a root that comes first');
      return found;
    });
  checkNamedLeaves(node, leaves, (tree, id) => indexIn.get(tree)?.(id) !== undefined);
  return {
    roots: [...roots],
    yes: childrenIn('nodes_truenodeids'),
    no: childrenIn('nodes_falsenodeids'),
    where,
  };
}

/** TreeEnsemble, from version 5 on: children are indexes of nodes or of leaves. */
function indexedLinks(node: OnnxNode): TreeLinks {
  const roots = integers(node, 'tree_roots');
  const targets = integers(node, 'leaf_targetids');
  const count = lengthOf(node, 'nodes_featureids');
  checkLengths(node, count, [...NODE_LISTS, 'nodes_splits', 'nodes_trueleafs', 'nodes_falseleafs']);
  checkLengths(node, count, ['nodes_hitrates'], true);
  checkLengths(node, targets.length, ['leaf_weights']);
  const where = (index: number): string => `${nodeName(node)}, node ${index}`;
  checkRange(roots, count, (tree) => `${nodeName(node)}, root of tree ${tree}`);
  checkRange(targets, intOf(node, 'n_targets', 0), (leaf) => `${nodeName(node)}, target of leaf ${leaf}`);
  const childrenIn = (name: string, leafs: string): Int32Array => {
    const isLeaf = integers(node, leafs);
    return Int32Array.from(integers(node, name), (child, index) => {
      const [known, kind] = isLeaf[index] === 0 ? [count, 'node'] : [targets.length, 'leaf'];
      if (child >= 0 && child < known) return isLeaf[index] === 0 ? child : LEAF;
      throw graphInvalid(where(index), `the ${kind} ${child} as a child`, `one of ${known}, counted from 0`);
    });
  };
  const yes = childrenIn('nodes_truenodeids', 'nodes_trueleafs');
  return { roots, yes, no: childrenIn('nodes_falsenodeids', 'nodes_falseleafs'), where };
}

/** Lists with an entry a node, in all versions; two names are two forms of one list. */
const NODE_LISTS = ['nodes_featureids', 'nodes_modes', 'nodes_truenodeids', 'nodes_falsenodeids'];

function checkLengths(
  node: OnnxNode,
  wanted: number,
  lists: readonly (string | readonly string[])[],
  mayLack = false,
): void {
  const optional = mayLack ? [...lists, 'nodes_missing_value_tracks_true'] : lists;
  for (const names of optional.map((list) => [list].flat())) {
    const found = Math.max(...names.map((name) => lengthOf(node, name)));
    if (found === wanted || (mayLack && found === 0)) continue;
    throw graphInvalid(
      `${nodeName(node)}, ${names[0]}`,
      `${found} entries`,
      `${wanted}, as the other lists have`,
    );
  }
}

function checkNamedLeaves(
  node: OnnxNode,
  leaves: 'target' | 'class',
  exists: (tree: number, id: number) => boolean,
): void {
  const [trees, ids] = [integers(node, `${leaves}_treeids`), integers(node, `${leaves}_nodeids`)];
  const outputs = integers(node, `${leaves}_ids`);
  const weights = [`${leaves}_weights`, `${leaves}_weights_as_tensor`];
  checkLengths(node, ids.length, [`${leaves}_treeids`, `${leaves}_ids`, weights]);
  ids.forEach((id, index) => {
    if (exists(trees[index]!, id)) return;
    throw graphInvalid(placeOf(node, trees[index]!, id), 'a weight for a node that is not there', 'a leaf');
  });
  const labels = Math.max(lengthOf(node, 'classlabels_strings'), lengthOf(node, 'classlabels_int64s'));
  const known = leaves === 'target' ? intOf(node, 'n_targets', 0) : labels;
  if (known > 0) checkRange(outputs, known, (index) => `${nodeName(node)}, ${leaves}_ids[${index}]`);
}

function checkRange(values: Float64Array | Int32Array, end: number, where: (index: number) => string): void {
  for (const [index, value] of values.entries()) {
    if (value >= 0 && value < end) continue;
    throw graphInvalid(where(index), `${value}`, `one of ${end}, counted from 0`);
  }
}

/** Where the nodes of one tree lie: from `start` on, before `end`. */
interface Segment {
  readonly start: number;
  readonly end: number;
}

function segmentsOf(trees: Float64Array, where: (index: number) => string): readonly Segment[] {
  const seen = new Set<number>();
  const starts: number[] = [];
  trees.forEach((tree, index) => {
    if (index > 0 && trees[index - 1] === tree) return;
    if (seen.has(tree))
      throw graphInvalid(where(index), 'nodes of its tree apart', 'nodes that lie together');
    seen.add(tree);
    starts.push(index);
  });
  return starts.map((start, tree) => ({ start, end: starts[tree + 1] ?? trees.length }));
}

/** Finds nodes of one tree by their ids. */
function indexOf(
  ids: Float64Array,
  { start, end }: Segment,
  where: (index: number) => string,
): (id: number) => number | undefined {
  const places = new Map<number, number>();
  for (const [at, id] of ids.subarray(start, end).entries()) {
    if (places.has(id)) throw graphInvalid(where(start + at), 'a second node of its id', 'ids used once');
    places.set(id, start + at);
  }
  return (id) => places.get(id);
}

const placeOf = (node: OnnxNode, tree: number, id: number): string =>
  `${nodeName(node)}, tree ${tree}, node ${id}`;

/** Entries of a list, of whatever kind; 0 where it is absent. */
function lengthOf(node: OnnxNode, name: string): number {
  const attribute = attributeOf(node, name);
  if (attribute?.type === 'tensor') return attribute.value.shape.reduce((count, size) => count * size, 1);
  const isList = attribute?.type === 'ints' || attribute?.type === 'floats' || attribute?.type === 'strings';
  return isList ? attribute.value.length : 0;
}

function integers(node: OnnxNode, name: string): Float64Array {
  const attribute = attributeOf(node, name);
  return attribute?.type === 'ints' ? Float64Array.from(attribute.value, Number) : new Float64Array(0);
}
