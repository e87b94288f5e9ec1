import type { LayerContext, LayerTable } from '../layer.ts';
import { isChannelsLast, spatialAxes } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { dropsMask } from './kind.ts';
import { type Interpolation, resamplingMatrix } from './resampling.ts';

/** Images that are changed at random in training only, as numbers of the layer's type. */
const augmentation = dropsMask(({ graph, input, computeType }) => graph.cast(input, computeType));

const INTERPOLATIONS = [
  'bilinear',
  'nearest',
  'bicubic',
  'area',
  'lanczos3',
  'lanczos5',
  'gaussian',
  'mitchellcubic',
] as const;

interface ResizingPlan {
  /** Height and width that are wanted. */
  readonly sizes: readonly number[];
  readonly method: Interpolation;
  readonly antialias: boolean;
}

const sizesOf = ({ config }: LayerContext): readonly number[] => [
  config.count('height'),
  config.count('width'),
];

/** Images of one size, between pixels as TensorFlow places them: at the middle of each. */
function resizing(context: LayerContext): KerasTensor {
  const { graph, config, scope } = context;
  const x = graph.cast(context.input, context.computeType);
  context.expectRank(x, [4]);
  const plan = {
    sizes: sizesOf(context),
    method: config.oneOf('interpolation', INTERPOLATIONS, 'bilinear'),
    antialias: config.flag('antialias', false),
  };
  const crops = config.flag('crop_to_aspect_ratio', false);
  const pads = config.flag('pad_to_aspect_ratio', false);
  // Keras 2 crops with a method of its own, which is the plain one.
  if (crops)
    return resize(
      context,
      inAspect(context, x, plan.sizes),
      scope.kerasMajor < 3 ? { ...plan, antialias: false } : plan,
    );
  return resize(context, pads ? paddedToAspect(context, x, plan.sizes) : x, plan);
}

function resize(context: LayerContext, x: KerasTensor, plan: ResizingPlan): KerasTensor {
  const axes = spatialAxes(context, 2);
  const isFixed = axes.every((axis) => x.shape[axis] !== null);
  const isSimple = !plan.antialias && (plan.method === 'bilinear' || plan.method === 'nearest');
  if (isSimple) return resizeSimply(context, x, plan);
  if (!isFixed)
    throw context.unsupported(
      'interpolation',
      `${plan.method} of images of free sizes`,
      'bilinear and nearest are',
    );
  return axes.reduce((image, axis, i) => {
    const [from, to] = [context.fixed(image, axis), plan.sizes[i] ?? 1];
    context.expectStorable('the weights of its pixels', from * to);
    return alongAxis(context, image, axis, resamplingMatrix(plan.method, from, to, plan.antialias), to);
  }, x);
}

/** The elements of an axis put together anew, by a matrix `[to, from]`. */
export function alongAxis(
  { graph }: LayerContext,
  x: KerasTensor,
  axis: number,
  matrix: Float64Array,
  to: number,
): KerasTensor {
  const rank = x.shape.length;
  const weights = graph.numbers(Array.from(matrix), x.dtype, [to, matrix.length / to]);
  // [to, from] · [batch, …, from, rest]
  const order = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
  const [last = 0] = order.slice(-1);
  const there = [...order.slice(0, -1), axis, last];
  const back = Array.from({ length: rank }, (_, i) => there.indexOf(i));
  return graph.transpose(graph.matmul(weights, graph.transpose(x, there)), back);
}

function resizeSimply(context: LayerContext, x: KerasTensor, { sizes, method }: ResizingPlan): KerasTensor {
  const { graph } = context;
  const order = isChannelsLast(context) ? [0, 3, 1, 2] : [0, 1, 2, 3];
  const first = graph.transpose(x, order);
  const [batch = null, channels = null] = first.shape;
  const target = graph.concat([graph.sizesOf(first, 0, 2), graph.numbers(sizes, 'int64')], 0);
  const attributes =
    method === 'bilinear'
      ? { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }
      : {
          mode: 'nearest',
          coordinate_transformation_mode: 'half_pixel',
          nearest_mode: 'round_prefer_ceil',
        };
  const result = graph.node(
    'Resize',
    [first, null, null, target],
    { dtype: x.dtype, shape: [batch, channels, ...sizes] },
    attributes,
  );
  return isChannelsLast(context) ? graph.transpose(result, [0, 2, 3, 1]) : result;
}

/** Sizes of the part of an image, or of the image around it, that has the shape of what is wanted. */
function aspectSizes(
  context: LayerContext,
  x: KerasTensor,
  wanted: readonly number[],
): readonly { readonly axis: number; readonly all: number; readonly fitting: number }[] {
  const axes = spatialAxes(context, 2);
  const [height = 0, width = 0] = axes.map((axis) => context.fixed(x, axis));
  const [high = 1, wide = 1] = wanted;
  const fitting = [Math.fround((width * high) / wide), Math.fround((height * wide) / high)].map(Math.trunc);
  return axes.map((axis, i) => ({ axis, all: [height, width][i] ?? 0, fitting: fitting[i] ?? 0 }));
}

/** The largest part in the middle that has the shape of what is wanted. */
function inAspect(context: LayerContext, x: KerasTensor, wanted: readonly number[]): KerasTensor {
  return aspectSizes(context, x, wanted).reduce((image, { axis, all, fitting }) => {
    const size = Math.max(Math.min(all, fitting), 1);
    const start = Math.trunc((all - size) / 2);
    return context.graph.slice(image, axis, start, start + size);
  }, x);
}

/** With margins on both sides: as much before as behind, as Keras has it. */
function paddedToAspect(context: LayerContext, x: KerasTensor, wanted: readonly number[]): KerasTensor {
  const { graph, config } = context;
  const value = config.isGiven('fill_value') ? config.number('fill_value') : 0;
  const margins = new Map(
    aspectSizes(context, x, wanted).map(({ axis, all, fitting }) => [
      axis,
      Math.trunc((Math.max(all, fitting) - all) / 2),
    ]),
  );
  const pads = x.shape.map((_, axis) => margins.get(axis) ?? 0);
  const shape = x.shape.map((size, axis) => (size === null ? null : size + 2 * (pads[axis] ?? 0)));
  const inputs = [x, graph.numbers([...pads, ...pads], 'int64'), graph.scalar(value, x.dtype)];
  return graph.node('Pad', inputs, { dtype: x.dtype, shape });
}

/** `smart_resize` of Keras: the largest part of the right shape, resized. */
const smartly = (context: LayerContext, x: KerasTensor): KerasTensor => {
  const sizes = sizesOf(context);
  const plan = { sizes, method: 'bilinear', antialias: false } as const;
  return resize(context, inAspect(context, x, sizes), plan);
};

/** The middle of images that are large enough; others are resized. */
function centerCrop(context: LayerContext): KerasTensor {
  const { graph } = context;
  const x = graph.cast(context.input, context.computeType);
  context.expectRank(x, [4]);
  const sizes = sizesOf(context);
  const axes = spatialAxes(context, 2);
  if (axes.some((axis, i) => context.fixed(x, axis) < (sizes[i] ?? 0))) return smartly(context, x);
  return axes.reduce((image, axis, i) => {
    const wanted = sizes[i] ?? 0;
    const start = Math.floor((context.fixed(x, axis) - wanted) / 2);
    return graph.slice(image, axis, start, start + wanted);
  }, x);
}

/** What is cut out at random in training is the middle, made to fit, outside of it; Keras 3 then leaves images as they are. */
function randomCrop(context: LayerContext): KerasTensor {
  const { graph, scope } = context;
  const x = graph.cast(context.input, context.computeType);
  context.expectRank(x, [4]);
  return scope.kerasMajor >= 3 ? x : smartly(context, x);
}

/** Each channel of each image stretched to the whole range of values. */
function autoContrast(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = graph.cast(context.input, context.computeType);
  context.expectRank(x, [4]);
  const [low = 0, high = 255] = config.isGiven('value_range') ? config.integers('value_range') : [0, 255];
  const span = high - low;
  const inBytes =
    low === 0 && high === 255
      ? x
      : graph.withScalar('Mul', graph.withScalar('Div', graph.withScalar('Sub', x, low), span), 255);
  const least = graph.reduce('ReduceMin', inBytes, [1, 2], true);
  const scale = graph.binary(
    'Div',
    graph.scalar(255, x.dtype),
    graph.binary('Sub', graph.reduce('ReduceMax', inBytes, [1, 2], true), least),
  );
  const offset = graph.binary('Mul', graph.unary('Neg', least), scale);
  const stretched = graph.clip(graph.binary('Add', graph.binary('Mul', inBytes, scale), offset), 0, 255);
  const result =
    low === 0 && high === 255
      ? stretched
      : graph.withScalar('Add', graph.withScalar('Mul', graph.withScalar('Div', stretched, 255), span), low);
  // A channel of one value has no range.
  const isNone = graph.node('IsNaN', [result], { dtype: 'bool', shape: result.shape });
  return graph.where(isNone, x, result);
}

const AUGMENTATIONS = [
  'AugMix',
  'CutMix',
  'Equalization',
  'MixUp',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomColorJitter',
  'RandomContrast',
  'RandomElasticTransform',
  'RandomErasing',
  'RandomFlip',
  'RandomGaussianBlur',
  'RandomGrayscale',
  'RandomHeight',
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomWidth',
  'RandomZoom',
  'Solarization',
]; // prettier-ignore

export const IMAGE_LAYERS: LayerTable = [
  ...AUGMENTATIONS.map((name) => [name, augmentation] as const),
  ['Resizing', dropsMask(resizing)],
  ['CenterCrop', dropsMask(centerCrop)],
  ['RandomCrop', dropsMask(randomCrop)],
  ['AutoContrast', dropsMask(autoContrast)],
];
