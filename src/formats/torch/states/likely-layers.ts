/** What layers weights look like, for people who write the architecture of a network down. */

interface WeightForm {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Layers that are told; a network of more is better exported than written down. */
const TOLD = 24;

type LayerShapes = ReadonlyMap<string, readonly number[]>;

function layerOf(shapes: LayerShapes): string | null {
  const [weight, inner] = [shapes.get('weight'), shapes.get('weight_ih_l0')];
  const hidden = shapes.get('weight_hh_l0')?.[1];
  if (inner !== undefined && hidden !== undefined) {
    const cell = new Map([
      [1, 'RNN'],
      [3, 'GRU'],
      [4, 'LSTM'],
    ]).get((inner[0] ?? 0) / hidden);
    return cell === undefined ? null : `${cell}(${inner[1]}, ${hidden})`;
  }
  if (shapes.has('running_mean')) return `BatchNorm(${shapes.get('running_mean')})`;
  if (weight === undefined) return null;
  const [out, into, ...kernel] = weight;
  if (weight.length === 1) return `LayerNorm(${out})`;
  if (weight.length > 2) return `Conv${kernel.length}d(${into}, ${out}, ${kernel.join('×')})`;
  return shapes.has('bias')
    ? `Linear(${into}, ${out})`
    : `Linear(${into}, ${out}) or Embedding(${out}, ${into})`;
}

/** In a sentence; null where the names and sizes do not tell. */
export function likelyLayers(weights: readonly WeightForm[]): string | null {
  const layers = new Map<string, Map<string, readonly number[]>>();
  for (const { name, shape } of weights) {
    const at = name.lastIndexOf('.');
    const layer = layers.get(name.slice(0, Math.max(0, at))) ?? new Map();
    layer.set(name.slice(at + 1), shape);
    layers.set(name.slice(0, Math.max(0, at)), layer);
    if (layers.size > TOLD) return null;
  }
  const told = Array.from(layers, ([name, shapes]) => [name, layerOf(shapes)] as const);
  if (told.length === 0 || told.some(([, layer]) => layer === null)) return null;
  const words = told.map(([name, layer]) => `${name === '' ? '' : `"${name}" `}${layer}`);
  return `Its tensors look like ${words.join(', ')}; what lies between them, such as activations, the file does not say`;
}
