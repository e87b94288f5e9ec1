import type { PlimsollError } from '../../core/errors.ts';
import type { OutputSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { type DType, type LabelSet, labelDType } from '../../model/tensor.ts';
import { modelUnsupported } from '../../model/way-past.ts';
import type { GraphShape, OnnxGraph, ValueInfo } from '../../onnx/graph.ts';
import { classLabels } from './zipmap.ts';

/**
 * Names, types and shapes of a linted graph; -1 is a free dimension.
 *
 * @param zipped labels of the ZipMaps that were dropped, by output
 * @throws MODEL_UNSUPPORTED where an input or output is no tensor that JSON can carry
 */
export function graphSignature(graph: OnnxGraph, zipped: ReadonlyMap<string, LabelSet>): Signature {
  const classes = mainClasses(graph, zipped);
  return {
    form: 'tensors',
    tensors: graph.inputs.map(inputSpec),
    outputs: graph.outputs.map((output) => outputSpec(output, zipped.get(output.name) ?? null, classes)),
    classes,
  };
}

function inputSpec(input: ValueInfo): TensorSpec {
  if (input.shape === null)
    throw unsupported(input, 'input', 'a tensor of unstated rank', 'tensors of a stated rank are');
  return { name: input.name, dtype: dtypeOf(input, 'input'), shape: sizesOf(input.shape) };
}

function outputSpec(output: ValueInfo, zipped: LabelSet | null, classes: LabelSet | null): OutputSpec {
  const dtype = dtypeOf(output, 'output');
  const shape = sizesOf(output.shape ?? ['']);
  const isLabel = shape.length === 1 && classes !== null && dtype === labelDType(classes);
  const labels = zipped ?? (isLabel ? classes : null);
  return { name: output.name, dtype, shape, ...(labels === null ? {} : { classes: labels }) };
}

function dtypeOf(value: ValueInfo, role: string): DType {
  if (value.dtype !== null) return value.dtype;
  const kind = value.type?.kind ?? 'nothing';
  const found = kind === 'tensor' ? 'a tensor of a type that JSON does not carry' : `a ${kind}`;
  throw unsupported(value, role, found, 'tensors of numbers, booleans and strings are');
}

const sizesOf = (shape: NonNullable<GraphShape>): number[] =>
  shape.map((size) => (typeof size === 'number' ? size : -1));

/** Labels of the one ZipMap, else of the one classifier; of several nothing is said. */
function mainClasses(graph: OnnxGraph, zipped: ReadonlyMap<string, LabelSet>): LabelSet | null {
  const labels =
    zipped.size > 0 ? zipped.values() : graph.nodes.map(classLabels).filter((found) => found !== null);
  const [only = null, ...others] = labels;
  return others.length === 0 ? only : null;
}

const unsupported = (value: ValueInfo, role: string, found: string, wanted: string): PlimsollError =>
  modelUnsupported({
    path: `${role} "${value.name}"`,
    class: 'ONNX graph',
    offset: 0,
    field: 'type',
    found,
    wanted,
  });
