/** Inputs that take the samples of an image as they are, 0 to 255, since the graph itself scales them. Pure. */
import { imageAxes, unchangedImage } from '../../model/input-content.ts';
import type { TensorSpec } from '../../model/signature.ts';
import type { GraphTensor, OnnxGraph, OnnxNode } from '../../onnx/graph.ts';

/** Operators that leave samples what they are. */
const PASSES: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Resize', 'Transpose']);
/** What a sample of 255 becomes: 1, or 2 before 1 is taken from it. */
const LARGEST = [1, 2] as const;
/** Operators on the way, so that no graph is walked for long. */
const STEPS_MAX = 32;

/** A spec with what is declared by the graph: every use of the input is, sooner or later, a multiplication by 1/255 or 1/127.5. */
export function withPixels(spec: TensorSpec, graph: OnnxGraph): TensorSpec {
  const axes = imageAxes(spec.shape);
  const isImage = axes !== null && axes.dataFormat !== null && spec.dtype !== 'string';
  if (!isImage || !scalesPixels(spec.name, graph)) return spec;
  return { ...spec, content: unchangedImage(axes) };
}

function scalesPixels(input: string, graph: OnnxGraph): boolean {
  const open = [input];
  for (let steps = 0; open.length > 0; steps++) {
    const name = open.pop();
    if (name === undefined || steps > STEPS_MAX) return false;
    const uses = graph.nodes.filter((node) => node.op !== 'Shape' && node.inputs.includes(name));
    const isAnswer = graph.outputs.some((output) => output.name === name);
    if (uses.length === 0 || isAnswer) return false;
    for (const node of uses) {
      if (isScaling(node, name, graph)) continue;
      if (!PASSES.has(node.op) || node.inputs[0] !== name) return false;
      open.push(...node.outputs);
    }
  }
  return true;
}

function isScaling({ op, inputs }: OnnxNode, name: string, graph: OnnxGraph): boolean {
  const other = inputs[inputs[0] === name ? 1 : 0];
  const number = other === undefined ? undefined : constantOf(other, graph);
  if (number === undefined) return false;
  if (op === 'Mul') return isOneOfLargest(number * 255);
  return op === 'Div' && inputs[0] === name && isOneOfLargest(255 / number);
}

const isOneOfLargest = (found: number): boolean => LARGEST.some((wanted) => Math.abs(found - wanted) < 1e-4);

/** The one number of an initializer or of a constant. */
function constantOf(name: string, graph: OnnxGraph): number | undefined {
  const tensor = graph.initializers[name] ?? constantNode(name, graph);
  if (
    tensor === undefined ||
    tensor.dtype === 'packed' ||
    tensor.dtype === 'float16' ||
    tensor.data.length !== 1
  )
    return undefined;
  return Number(tensor.data[0]);
}

function constantNode(name: string, { nodes }: OnnxGraph): GraphTensor | undefined {
  const value = nodes.find(({ op, outputs }) => op === 'Constant' && outputs[0] === name)?.attributes[
    'value'
  ];
  return value?.type === 'tensor' ? value.value : undefined;
}
