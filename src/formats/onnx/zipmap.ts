import type { LabelSet } from '../../model/tensor.ts';
import { attributeOf } from '../../onnx/check/fact.ts';
import { graphInvalid, nodeName } from '../../onnx/check/where.ts';
import type { OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/graph.ts';

/** A graph without ZipMaps, and the classes of the tensors that took their place. */
export interface ZipMapRemoval {
  readonly graph: OnnxGraph;
  /** By graph output. */
  readonly classes: ReadonlyMap<string, LabelSet>;
}

/**
 * Drops every ZipMap (ai.onnx.ml: a list of maps from class to probability, one a row) that feeds a graph output; the
 * tensor `[N, C]` that it wrapped, columns in `classlabels` order, takes over the output's name.
 *
 * @throws GRAPH_INVALID where a ZipMap feeds anything else, or has no labels
 */
export function dropZipMaps(graph: OnnxGraph): ZipMapRemoval {
  const classes = new Map<string, LabelSet>();
  const outputs = new Map<string, ValueInfo>(graph.outputs.map((output) => [output.name, output]));
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const nodes = graph.nodes.map((node) => {
    if (node.domain !== 'ai.onnx.ml' || node.op !== 'ZipMap') return node;
    const name = node.outputs[0] ?? '';
    if (!outputs.has(name) || read.has(name)) {
      throw graphInvalid(nodeName(node), 'maps that other operators read', 'maps as outputs of the graph');
    }
    const labels = labelsOf(node);
    classes.set(name, labels);
    // ZipMap takes float tensors only (ai.onnx.ml 1).
    outputs.set(name, { name, dtype: 'float32', shape: ['N', labels.values.length] });
    return {
      name: node.name,
      op: 'Identity',
      domain: '',
      inputs: node.inputs,
      outputs: [name],
      attributes: {},
    };
  });
  const list = graph.outputs.map(({ name }) => outputs.get(name)!);
  return { graph: { ...graph, nodes, outputs: list }, classes };
}

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

function labelsOf(node: OnnxNode): LabelSet {
  const labels = classLabels(node);
  if (labels === null)
    throw graphInvalid(nodeName(node), 'no class labels', 'classlabels_strings or classlabels_int64s');
  return labels;
}
