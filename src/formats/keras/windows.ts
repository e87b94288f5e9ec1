import type { AttributeInput } from '../../onnx/graph.ts';
import type { LayerContext } from './layer.ts';

/** A window that slides over the spatial axes. */
export interface SlidingWindow {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: string;
}

/** What ONNX needs to slide it, and the sizes that come out. */
export interface SlidPlan {
  readonly attributes: Record<string, AttributeInput>;
  readonly spatial: readonly (number | null)[];
}

const bigints = (values: readonly number[]): readonly bigint[] => values.map(BigInt);

/** Elements that a window spans. */
const spanOf = ({ sizes, dilations }: SlidingWindow, axis: number): number =>
  ((sizes[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;

/**
 * Padding as TensorFlow has it: `same` gives ceil(size / stride) places, with what cannot be halved at the end; `causal` pads in
 * front only (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
export function planWindow(
  context: LayerContext,
  window: SlidingWindow,
  spatial: readonly (number | null)[],
): SlidPlan {
  const { strides, dilations, padding } = window;
  const attributes: Record<string, AttributeInput> = {
    kernel_shape: bigints(window.sizes),
    strides: bigints(strides),
  };
  if (dilations.some((dilation) => dilation !== 1)) attributes['dilations'] = bigints(dilations);
  if (padding === 'same' && spatial.some((size, axis) => size === null && strides[axis] !== 1)) {
    attributes['auto_pad'] = 'SAME_UPPER';
    return {
      attributes,
      spatial: spatial.map((size, axis) => (size === null ? null : Math.ceil(size / (strides[axis] ?? 1)))),
    };
  }
  const pads = spatial.map((size, axis) => padsOf(window, size, axis));
  const begins = pads.map(([begin]) => begin);
  const ends = pads.map(([, end]) => end);
  if ([...begins, ...ends].some((pad) => pad > 0)) attributes['pads'] = bigints([...begins, ...ends]);
  const out = spatial.map((size, axis) => {
    if (size === null) return null;
    const places =
      Math.floor(
        (size + (begins[axis] ?? 0) + (ends[axis] ?? 0) - spanOf(window, axis)) / (strides[axis] ?? 1),
      ) + 1;
    if (places < 1)
      throw context.invalid(
        'its input',
        `${size} places along a spatial axis`,
        `${spanOf(window, axis)} or more, as its window has`,
      );
    return places;
  });
  return { attributes, spatial: out };
}

function padsOf(
  window: SlidingWindow,
  size: number | null,
  axis: number,
): readonly [begin: number, end: number] {
  const [span, stride] = [spanOf(window, axis), window.strides[axis] ?? 1];
  if (window.padding === 'causal') return [span - 1, 0];
  if (window.padding !== 'same') return [0, 0];
  // At a stride of 1 the size plays no part.
  const places = size === null ? 1 : Math.ceil(size / stride);
  const total = Math.max((places - 1) * stride + span - (size ?? 1), 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}
