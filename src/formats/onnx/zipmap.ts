import type { PlimsollError } from '../../core/errors.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { attributeOf } from '../../onnx/check/fact.ts';
import { graphScope, orderNodes, subgraphs } from '../../onnx/check/scope.ts';
import { graphInvalid, nodeName } from '../../onnx/check/where.ts';
import type { OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/graph.ts';

/** A graph without ZipMaps, and the classes of the tensors that took their place. */
export interface ZipMapRemoval {
  readonly graph: OnnxGraph;
  /** By graph output. */
  readonly classes: ReadonlyMap<string, LabelSet>;
}

/** Labels of the maps that a value holds, where it is a list of them. */
type MapLabels = (value: string) => LabelSet | null;

/**
 * Drops every ZipMap (ai.onnx.ml: a list of maps from class to probability, one a row); the tensor `[N, C]` that it wrapped,
 * columns in `classlabels` order, takes over the name of its output. Maps go to outputs of the graph, through Identity and the
 * branches of If, or nowhere.
 *
 * @throws GRAPH_INVALID where anything else reads maps, branches differ in them, or a ZipMap has no labels
 */
export function dropZipMaps(graph: OnnxGraph): ZipMapRemoval {
  const classes = new Map<string, LabelSet>();
  const unzipped = unzip(graph, () => null);
  const outputs = graph.outputs.map((output) => {
    const labels = unzipped.labelsOf(output.name);
    if (labels === null) return output;
    classes.set(output.name, labels);
    return tensorOf(output, ['N', labels.values.length]);
  });
  return { graph: { ...unzipped.graph, outputs }, classes };
}

/** ZipMap takes float tensors only (ai.onnx.ml 1). */
const tensorOf = ({ name }: ValueInfo, shape: ValueInfo['shape']): ValueInfo => ({
  name,
  dtype: 'float32',
  shape,
});

interface Unzipped {
  readonly graph: OnnxGraph;
  readonly labelsOf: MapLabels;
}

/** One graph without ZipMaps; what is around it is without them already. */
function unzip(graph: OnnxGraph, outer: MapLabels): Unzipped {
  const own = new Map<string, LabelSet>();
  const labelsOf: MapLabels = (value) => own.get(value) ?? outer(value);
  const replaced = new Map<OnnxNode, OnnxNode>();
  // Names and order were checked before: any scope that answers for the names around will do.
  for (const node of orderNodes(graphScope(graph, () => true))) {
    const { node: without, labels } = unzipNode(node, labelsOf);
    replaced.set(node, without);
    for (const [name, set] of labels) own.set(name, set);
  }
  const nodes = graph.nodes.map((node) => replaced.get(node) ?? node);
  const outputs = graph.outputs.map((output) =>
    labelsOf(output.name) === null ? output : tensorOf(output, null),
  );
  const values = graph.values?.filter(({ name }) => !own.has(name)) ?? [];
  return { graph: { ...graph, nodes, outputs, values }, labelsOf };
}

interface UnzippedNode {
  readonly node: OnnxNode;
  /** Outputs that hold maps, and their labels. */
  readonly labels: readonly (readonly [string, LabelSet])[];
}

function unzipNode(node: OnnxNode, labelsOf: MapLabels): UnzippedNode {
  const [output = ''] = node.outputs;
  if (node.domain === 'ai.onnx.ml' && node.op === 'ZipMap') {
    const { name, inputs } = node;
    const identity = { name, op: 'Identity', domain: '', inputs, outputs: [output], attributes: {} };
    return { node: identity, labels: [[output, labelsOfZipMap(node)]] };
  }
  if (node.domain === '' && node.op === 'Identity') {
    const labels = labelsOf(node.inputs[0] ?? '');
    return { node, labels: labels === null ? [] : [[output, labels]] };
  }
  if (node.inputs.some((input) => labelsOf(input) !== null)) throw readsMaps(node);
  const inner = subgraphs(node).map((graph) => unzip(graph, labelsOf));
  if (inner.length === 0) return { node, labels: [] };
  const labels = node.op === 'If' && node.domain === '' ? branchLabels(node, inner) : noLabels(node, inner);
  return { node: { ...node, attributes: withGraphs(node.attributes, inner) }, labels };
}

/** Labels of what both branches answer; maps in one and a tensor in the other are no one type. */
function branchLabels(node: OnnxNode, branches: readonly Unzipped[]): [string, LabelSet][] {
  return node.outputs.flatMap((name, index): [string, LabelSet][] => {
    const sets = branches.map(({ graph, labelsOf }) => labelsOf(graph.outputs[index]?.name ?? ''));
    const [labels = null] = sets;
    if (sets.some((set) => JSON.stringify(set) !== JSON.stringify(labels)))
      throw graphInvalid(nodeName(node), 'branches with maps of different labels', 'the same labels in both');
    return labels === null ? [] : [[name, labels]];
  });
}

/** Loops carry and gather tensors. */
function noLabels(node: OnnxNode, bodies: readonly Unzipped[]): [] {
  const holdsMaps = ({ graph, labelsOf }: Unzipped): boolean =>
    graph.outputs.some(({ name }) => labelsOf(name) !== null);
  if (bodies.some(holdsMaps)) throw readsMaps(node);
  return [];
}

/** Attributes with their graphs, in order, replaced. */
function withGraphs(attributes: OnnxNode['attributes'], inner: readonly Unzipped[]): OnnxNode['attributes'] {
  const graphs = inner.values();
  const next = (graph: OnnxGraph): OnnxGraph => graphs.next().value?.graph ?? graph;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      if (attribute.type === 'graph') return [name, { ...attribute, value: next(attribute.value) }];
      if (attribute.type === 'graphs') return [name, { ...attribute, value: attribute.value.map(next) }];
      return [name, attribute];
    }),
  );
}

const readsMaps = (node: OnnxNode): PlimsollError =>
  graphInvalid(nodeName(node), 'maps of a ZipMap that it reads', 'maps as outputs of the graph');

/** `classlabels_*` of a ZipMap or a classifier. */
export function classLabels(node: OnnxNode): LabelSet | null {
  for (const name of ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints']) {
    const attribute = attributeOf(node, name);
    if (attribute?.type === 'strings' && attribute.value.length > 0)
      return { type: 'string', values: attribute.value };
    if (attribute?.type === 'ints' && attribute.value.length > 0) {
      return { type: 'int', values: Array.from(attribute.value, Number) };
    }
  }
  return null;
}

function labelsOfZipMap(node: OnnxNode): LabelSet {
  const labels = classLabels(node);
  if (labels === null)
    throw graphInvalid(nodeName(node), 'no class labels', 'classlabels_strings or classlabels_int64s');
  return labels;
}
