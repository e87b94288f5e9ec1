import { farmFingerprint64, joinedFingerprints } from '../../../onnx/hash/farm-hash.ts';
import { sipHash } from '../../../onnx/hash/sip-hash.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { encodeCategories } from './categories.ts';
import { dropsMask } from './kind.ts';

/** Two words that make hashes of one layer other than those of another. */
export type HashKey = readonly [bigint, bigint];
/** What hashes of crossed features begin with (`_DEFAULT_HASH_KEY` of TensorFlow). */
const CROSSING_KEY = 0xde_cafc_affen;

/** The key that a layer names with `salt`: one number stands for both of its words. */
export function saltKey({ config }: LayerContext): HashKey | null {
  if (!config.isGiven('salt')) return null;
  const [first, second = first, ...more] = config.integers('salt');
  if (first === undefined || second === undefined || more.length > 0)
    throw config.wrong('salt', 'one number or two');
  return [BigInt(first), BigInt(second)];
}

/** Numbers as the texts that TensorFlow makes of them; fractions are cut off before. */
function textsOf(context: LayerContext, x: KerasTensor): KerasTensor {
  const { graph } = context;
  if (x.dtype === 'string') return x;
  if (x.dtype === 'bool') throw context.unsupported('its input', 'booleans', 'texts and numbers are');
  return graph.cast(graph.cast(x, 'int64'), 'string');
}

/** The buckets of texts or numbers, from 0 on: FarmHash, or SipHash where there is a key. */
export function hashBuckets(
  context: LayerContext,
  x: KerasTensor,
  buckets: number,
  key: HashKey | null,
): KerasTensor {
  const { graph } = context;
  const texts = textsOf(context, x);
  const flat = x.shape.length === 1 ? texts : graph.reshape(texts, ['rest']);
  const hash = graph.composed(
    (builder) => (key === null ? farmFingerprint64(builder, flat.value) : sipHash(builder, flat.value, key)),
    { dtype: 'uint64', shape: flat.shape },
  );
  const bucket = graph.cast(graph.withScalar('Mod', hash, buckets), 'int64');
  return x.shape.length === 1
    ? bucket
    : graph.reshapeTo(bucket, graph.sizesOf(x, 0, x.shape.length), x.shape);
}

/** What hashes fall into, with the first bucket kept for what counts as nothing. */
function hashing(context: LayerContext): KerasTensor {
  const { graph, config, input } = context;
  const bins = config.count('num_bins');
  const mode = config.oneOf('output_mode', ['int', 'one_hot', 'multi_hot', 'count'], 'int');
  const isMasked = config.isGiven('mask_value') && bins > 1;
  const hashed = hashBuckets(context, input, isMasked ? bins - 1 : bins, saltKey(context));
  const one = graph.scalar(1, 'int64');
  const found = isMasked
    ? graph.where(maskOf(context), graph.scalar(0, 'int64'), graph.binary('Add', hashed, one))
    : hashed;
  const dtype = config.isGiven('dtype') ? context.computeType : mode === 'int' ? 'int64' : 'float32';
  return encodeCategories(context, found, bins, mode, { dtype });
}

function maskOf({ graph, config, input }: LayerContext): KerasTensor {
  return input.dtype === 'string'
    ? graph.binary('Equal', input, graph.texts([config.text('mask_value')], []))
    : graph.binary('Equal', input, graph.scalar(config.number('mask_value'), input.dtype));
}

/** One hash of several features of a row, one put into the other in their order. */
function hashedCrossing(context: LayerContext): KerasTensor {
  const { graph, config, inputs } = context;
  const bins = config.count('num_bins');
  const mode = config.oneOf('output_mode', ['int', 'one_hot'], 'int');
  const [first] = inputs;
  if (first === undefined || inputs.length < 2)
    throw context.invalid('its inputs', `${inputs.length}`, 'two features or more');
  const key = graph.tensor({ dtype: 'uint64', shape: [], data: BigUint64Array.of(CROSSING_KEY) });
  const crossed = inputs.reduce((hash, input) => {
    const own = fingerprintOf(context, input);
    return graph.composed((builder) => joinedFingerprints(builder, hash.value, own.value), own);
  }, key);
  const bucket = graph.cast(graph.withScalar('Mod', crossed, bins), 'int64');
  const dtype = config.isGiven('dtype') ? context.computeType : mode === 'int' ? 'int64' : 'float32';
  return encodeCategories(context, { ...bucket, shape: first.shape }, bins, mode, { dtype });
}

/** A number stands for itself, a text for its fingerprint. */
function fingerprintOf(context: LayerContext, x: KerasTensor): KerasTensor {
  const { graph } = context;
  if (x.shape.length > 2)
    throw context.invalid('its input', `${x.shape.length} axes`, 'one number or text a row');
  if (x.dtype.startsWith('float') || x.dtype === 'bool')
    throw context.invalid('its input', `a tensor of ${x.dtype}`, 'whole numbers or texts');
  if (x.dtype !== 'string') return graph.cast(graph.cast(x, 'int64'), 'uint64');
  const flat = x.shape.length === 1 ? x : graph.reshape(x, ['rest']);
  const hash = graph.composed((builder) => farmFingerprint64(builder, flat.value), {
    dtype: 'uint64',
    shape: flat.shape,
  });
  return x.shape.length === 1 ? hash : graph.expandDims(hash, 1);
}

export const HASHING_LAYERS: LayerTable = [
  ['Hashing', dropsMask(hashing)],
  ['HashedCrossing', dropsMask(hashedCrossing)],
];
