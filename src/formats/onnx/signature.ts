import type { PlimsollError } from '../../core/errors.ts';
import type { OutputSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { type DType, type LabelSet, labelDType } from '../../model/tensor.ts';
import { modelUnsupported } from '../../model/way-past.ts';
import { elementName } from '../../onnx/dtype.ts';
import type { GraphShape, OnnxGraph, ValueInfo, ValueType } from '../../onnx/graph.ts';
import { textExpressionOf } from '../../onnx/text-stage/expression.ts';
import { withPixels } from './pixel-inputs.ts';
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
    tensors: graph.inputs
      .filter(({ name }) => textExpressionOf(name) === null)
      .map((input) => withPixels(inputSpec(input), graph)),
    outputs: graph.outputs.map((output) => outputSpec(output, zipped.get(output.name) ?? null, classes)),
    classes,
  };
}

function inputSpec(input: ValueInfo): TensorSpec {
  const dtype = dtypeOf(input, 'input');
  if (input.shape === null)
    throw unsupported(input, 'input', 'a tensor of unstated rank', 'tensors of a stated rank are');
  return { name: input.name, dtype, shape: sizesOf(input.shape) };
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
  throw unsupported(value, role, typeText(value.type), 'tensors of numbers, booleans and strings are');
}

/** A type as people say it: `a sequence of maps from int64 to tensors of float32`. */
function typeText(type: ValueType | undefined): string {
  if (type === undefined) return 'nothing';
  if (type.kind === 'optional') return `an optional, ${typeText(type.element)} or nothing`;
  return `a ${manyText(type).replace(/^(\S+)s\b/, '$1')}`;
}

function manyText(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return `tensors of ${elementName(type.elementType)}`;
    case 'sparse-tensor':
      return `sparse-tensors of ${elementName(type.elementType)}`;
    case 'sequence':
      return `sequences of ${manyText(type.element)}`;
    case 'optional':
      return `optionals of ${manyText(type.element)}`;
    case 'map':
      return `maps from ${elementName(type.keyType)} to ${manyText(type.element)}`;
  }
}

const sizesOf = (shape: NonNullable<GraphShape>): number[] =>
  shape.map((size) => (typeof size === 'number' ? size : -1));

/** Labels of the ZipMaps, else of the classifiers, where all have the same; else nothing is said. */
function mainClasses(graph: OnnxGraph, zipped: ReadonlyMap<string, LabelSet>): LabelSet | null {
  const labels =
    zipped.size > 0 ? zipped.values() : graph.nodes.map(classLabels).filter((found) => found !== null);
  const [first = null, ...others] = labels;
  return others.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : null;
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
