import type { LayerContext, LayerTable } from '../layer.ts';
import { inChannelsFirst, spatialAxes } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { dropsMask } from './kind.ts';

/** Images that are changed at random in training only, as numbers of the layer's type. */
const augmentation = dropsMask(({ graph, input, computeType }) => graph.cast(input, computeType));

/** Images of one size, between pixels as TensorFlow places them: at the middle of each. */
function resizing(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = graph.cast(context.input, context.computeType);
  context.expectRank(x, [4]);
  for (const field of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'])
    if (config.flag(field, false)) throw config.unsupported(field, 'plain resizing is');
  const mode = config.oneOf('interpolation', ['bilinear', 'nearest'], 'bilinear');
  const size = [config.count('height'), config.count('width')];
  return inChannelsFirst(context, x, (first) => {
    const [batch = null, channels = null] = first.shape;
    const kept = graph.sizesOf(first, 0, 2);
    const sizes = graph.concat([kept, graph.numbers(size, 'int64')], 0);
    const attributes =
      mode === 'bilinear'
        ? { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }
        : {
            mode: 'nearest',
            coordinate_transformation_mode: 'half_pixel',
            nearest_mode: 'round_prefer_ceil',
          };
    return graph.node(
      'Resize',
      [first, null, null, sizes],
      { dtype: x.dtype, shape: [batch, channels, ...size] },
      attributes,
    );
  });
}

/** The middle of images that are large enough. */
function centerCrop(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = graph.cast(context.input, context.computeType);
  context.expectRank(x, [4]);
  const sizes = [config.count('height'), config.count('width')];
  return spatialAxes(context, 2).reduce((image, axis, i) => {
    const [all, wanted] = [context.fixed(x, axis), sizes[i] ?? 0];
    if (all < wanted) throw context.unsupported('its input', `${all} pixels`, `${wanted} or more are`);
    const start = Math.floor((all - wanted) / 2);
    return graph.slice(image, axis, start, start + wanted);
  }, x);
}

const AUGMENTATIONS = [
  'AugMix',
  'CutMix',
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
  'RandomHue',
  'RandomInvert',
  'RandomPerspective',
  'RandomPosterization',
  'RandomRotation',
  'RandomSaturation',
  'RandomSharpness',
  'RandomShear',
  'RandomTranslation',
  'RandomZoom',
]; // prettier-ignore

export const IMAGE_LAYERS: LayerTable = [
  ...AUGMENTATIONS.map((name) => [name, augmentation] as const),
  ['Resizing', dropsMask(resizing)],
  ['CenterCrop', dropsMask(centerCrop)],
];
