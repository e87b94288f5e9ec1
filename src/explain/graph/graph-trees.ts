import { readFileSync, statSync } from 'node:fs';
import { elementAt } from '../../core/element-at.ts';
import type { ModelContent } from '../../model/description.ts';
import { type GraphBytes, graphPieces, joinedBytes } from '../../model/graph-bytes.ts';
import { decodeModel } from '../../onnx/decode.ts';
import type { OnnxGraph, OnnxNode } from '../../onnx/graph.ts';
import { limitsForFile } from '../../onnx/limits.ts';
import { type CheckedTrees, isHeld, type ScoreLink } from '../checked-trees.ts';
import type { DecisionTrees } from '../trees/decision-trees.ts';
import { type EnsembleNodes, nodesOfLists, nodesOfTensors } from './ensemble-nodes.ts';
import { grownTrees } from './grown-trees.ts';
import { inputColumns } from './input-columns.ts';
import { preparedRows } from './prepared-rows.ts';
import { floatsOf, treeColumns } from './tree-columns.ts';

type GraphContent = Extract<ModelContent, { kind: 'graph' }>;

/** Bytes of graphs that are looked at: those of trees are not larger. */
const MOST_BYTES = 2 ** 26;

const known = new WeakMap<object, CheckedTrees | null>();

/**
 * The trees of a graph that is made of one TreeEnsembleClassifier, TreeEnsembleRegressor or TreeEnsemble, before which columns are put
 * together, cast and scaled one by one, and behind which nothing happens; else null.
 */
export function graphTrees(content: GraphContent): CheckedTrees | null {
  const { signature } = content;
  const found = known.get(signature);
  if (found !== undefined) return found;
  const trees = readTrees(content);
  known.set(signature, trees);
  return trees;
}

function readTrees({ onnx, signature }: GraphContent): CheckedTrees | null {
  if (signature.form !== 'tensors') return null;
  const columns = inputColumns(signature);
  const bytes = columns === null ? null : bytesOf(onnx);
  if (columns === null || bytes === null) return null;
  const { graph } = decodeModel(bytes, limitsForFile(bytes.length));
  const ensembles = graph.nodes.filter(({ op, domain }) => domain === 'ai.onnx.ml' && op in KINDS);
  const [node, ...others] = ensembles;
  if (node === undefined || others.length > 0) return null;
  const isSingle = precisionOf(graph, node);
  const given = treeColumns(graph, node.inputs[0] ?? '', columns.firsts);
  const scored = scoresOf(node);
  const output = outputOf(graph, node.outputs[node.op === 'TreeEnsembleClassifier' ? 1 : 0] ?? '');
  if (isSingle === null || given === null || scored === null || output === null) return null;
  const { nodes, base, link, isBinary, divisor } = scored;
  const layout = {
    ...{ scores: base.length, divisor, isSingle },
    scoreOf: (written: number) => (isBinary ? 0 : written),
  };
  const single = grownTrees(nodes, given.length, layout);
  if (single === null) return null;
  // One score that no link follows is the probability of the second class, and of the first what is left.
  const isSplit = isBinary && link === 'NONE';
  const rest = nodes.weights.every(({ weight }) => weight >= 0) ? 1 : 0;
  const [only = 0] = base;
  const bases = isSplit ? Float64Array.of(rest - only, only) : base;
  const { classes } = signature;
  const { trees, questions } = single;
  const asked = questions.map(({ feature }) => elementAt(given, feature));
  return {
    trees: isSplit ? ofTwoClasses(trees) : trees,
    source: Int32Array.from([...given, ...asked], ({ source }) => source),
    ...{ base: bases, link, output },
    single: isBinary && !isSplit ? { place: 1, classes: 2 } : null,
    classes: classes?.values.length === bases.length ? classes : null,
    hasCover: nodes.cover !== null,
    prepare: (batch) => preparedRows(given, questions, isSingle, batch),
  };
}

/** Trees of one score as those of its opposite and of itself. */
function ofTwoClasses(trees: DecisionTrees): DecisionTrees {
  const values = Float64Array.from({ length: 2 * trees.values.length }, (_, k) => {
    const value = trees.values[Math.floor(k / 2)] ?? 0;
    return k % 2 === 0 ? -value : value;
  });
  return { ...trees, values, valueWidth: 2, scores: 2 };
}

/** Null where there are too many. */
function bytesOf(onnx: GraphBytes): Uint8Array | null {
  if (typeof onnx === 'string') return statSync(onnx).size > MOST_BYTES ? null : readFileSync(onnx);
  const size = graphPieces(onnx).reduce((sum, { length }) => sum + length, 0);
  return size > MOST_BYTES ? null : joinedBytes(onnx);
}

const KINDS = {
  TreeEnsembleClassifier: 'class',
  TreeEnsembleRegressor: 'target',
  TreeEnsemble: 'tensors',
} as const;

/** Whether numbers are compared as float32; null where that is not told. Only inputs of float64 are not, alone or cast to it. */
function precisionOf(graph: OnnxGraph, { inputs: [name] }: OnnxNode): boolean | null {
  // Texts become 0 and 1.
  const dtypes = new Set(graph.inputs.map(({ dtype }) => dtype).filter((dtype) => dtype !== 'string'));
  const maker = graph.nodes.find(({ outputs }) => outputs.includes(name ?? ''));
  const to = maker?.op === 'Cast' && maker.attributes.to?.type === 'int' ? maker.attributes.to.value : null;
  if (to === 1n || maker?.domain === 'ai.onnx.ml') return true;
  if (to === 11n) return false;
  if (dtypes.size !== 1) return null;
  if (dtypes.has('float32')) return true;
  return dtypes.has('float64') ? false : null;
}

interface ScoredEnsemble {
  readonly nodes: EnsembleNodes;
  readonly base: Float64Array;
  readonly link: ScoreLink;
  readonly isBinary: boolean;
  readonly divisor: number;
}

function scoresOf({ op, attributes }: OnnxNode): ScoredEnsemble | null {
  if (op === 'TreeEnsemble') return scoresOfTensors(attributes);
  const isClassifier = op === 'TreeEnsembleClassifier';
  const nodes = nodesOfLists(attributes, isClassifier ? 'class' : 'target');
  if (nodes === null) return null;
  const { classlabels_int64s: whole, classlabels_strings: texts, n_targets: targets } = attributes;
  const labels = whole?.type === 'ints' ? whole.value : texts?.type === 'strings' ? texts.value : [];
  const written = isClassifier ? labels.length : targets?.type === 'int' ? Number(targets.value) : 0;
  // Two classes whose weights are all of one score.
  const isBinary =
    isClassifier && written === 2 && new Set(nodes.weights.map(({ score }) => score)).size === 1;
  const scores = isBinary ? 1 : written;
  const given = baseOf(attributes);
  const base = isBinary && given.length === 2 ? given.subarray(1) : given;
  const link = textOf(attributes.post_transform, 'NONE');
  const aggregate = textOf(attributes.aggregate_function, 'SUM');
  if (!isHeld(nodes.mode.length, scores) || !isLink(link)) return null;
  if (base.length !== scores && base.length !== 0) return null;
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') return null;
  const divisor = aggregate === 'AVERAGE' ? nodes.roots.length : 1;
  return { nodes, base: base.length === 0 ? new Float64Array(scores) : base, link, isBinary, divisor };
}

function baseOf(attributes: OnnxNode['attributes']): Float64Array {
  const tensor = attributes.base_values_as_tensor;
  if (tensor?.type === 'tensor' && tensor.value.dtype === 'float64') return tensor.value.data;
  return floatsOf(attributes.base_values) ?? new Float64Array(0);
}

const textOf = (attribute: OnnxNode['attributes'][string] | undefined, usual: string): string =>
  attribute?.type === 'string' ? attribute.value : usual;

const isLink = (link: string): link is ScoreLink => ['NONE', 'LOGISTIC', 'SOFTMAX'].includes(link);

/** Of TreeEnsemble: 0 is an average and 1 a sum, 0 no link, 1 SOFTMAX, 2 LOGISTIC. */
function scoresOfTensors(attributes: OnnxNode['attributes']): ScoredEnsemble | null {
  const nodes = nodesOfTensors(attributes);
  const { n_targets: targets, aggregate_function: aggregate, post_transform: transform } = attributes;
  if (nodes === null || targets?.type !== 'int') return null;
  const way = aggregate?.type === 'int' ? aggregate.value : 1n;
  const link = (['NONE', 'LOGISTIC', 'SOFTMAX'] as const)[
    transform?.type === 'int' ? Number(transform.value) : 0
  ];
  const scores = Number(targets.value);
  if ((way !== 0n && way !== 1n) || link === undefined || !isHeld(nodes.mode.length, scores)) return null;
  const divisor = way === 0n ? nodes.roots.length : 1;
  return { nodes, base: new Float64Array(scores), link, isBinary: false, divisor };
}

/** Output that holds a value unchanged; null where there is none. */
function outputOf({ nodes, outputs }: OnnxGraph, value: string): string | null {
  const same = new Set([value]);
  // Nodes stand after those whose values they take.
  for (const { op, domain, inputs, outputs: made } of nodes)
    if (domain === '' && op === 'Identity' && same.has(inputs[0] ?? '')) same.add(made[0] ?? '');
  return outputs.find(({ name }) => same.has(name))?.name ?? null;
}
