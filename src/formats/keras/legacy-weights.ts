import type { Tensor } from '../../model/tensor.ts';
import type { Hdf5Object } from '../hdf5/file.ts';
import { corruptHdf5 } from '../hdf5/file-bytes.ts';
import { type LayerDescription, readDescription } from './architecture.ts';
import type { LayerWeights, WeightHolder, WeightPlace } from './layer.ts';
import { KERAS_LAYERS } from './layers.ts';
import { containerNames } from './weights.ts';

/**
 * Weights of a whole HDF5 model: for each layer at the top one list, those that are trained first, the others after them
 * (`_legacy_weights` of Keras). Here they get the places that newer files have.
 */
export class LegacyWeights implements LayerWeights {
  readonly #root: Hdf5Object;
  /** Layers by their place: `layers/dense_1`. */
  readonly #layers: ReadonlyMap<string, LayerDescription>;
  readonly #read = new Map<string, ReadonlyMap<string, Tensor>>();

  constructor(root: Hdf5Object, model: LayerDescription) {
    this.#root = root;
    const layers = model.model?.layers ?? [];
    const names = containerNames(layers);
    this.#layers = new Map(layers.map((layer, i) => [`layers/${names[i]}`, layer]));
  }

  find(path: string): Tensor | null {
    const place = path.split('/').slice(0, 2).join('/');
    const layer = this.#layers.get(place);
    if (layer === undefined) return null;
    let weights = this.#read.get(place);
    if (weights === undefined) {
      weights = this.#readLayer(layer);
      this.#read.set(place, weights);
    }
    return weights.get(path.slice(place.length + 1)) ?? null;
  }

  part(path: string): LayerWeights {
    return new WeightsPart(this, path);
  }

  #readLayer(layer: LayerDescription): ReadonlyMap<string, Tensor> {
    const group = this.#root.find(layer.name);
    if (group === null) return new Map();
    const names = namesOf(group, 'weight_names');
    const places = placesOf(layer);
    if (names.length !== places.length)
      throw corruptHdf5(
        `group "${layer.name}"`,
        group.address,
        `${names.length} weights`,
        `${places.length}, as a layer of class ${layer.className} has`,
      );
    return new Map(
      places.map((place, i) => {
        const found = group.find(names[i] ?? '');
        if (found === null)
          throw corruptHdf5(
            `group "${layer.name}"`,
            group.address,
            `no data set ${JSON.stringify(names[i])}`,
            'that data set',
          );
        return [place, found.read()];
      }),
    );
  }
}

/** The weights below a place. */
class WeightsPart implements LayerWeights {
  readonly #whole: LayerWeights;
  readonly #path: string;

  constructor(whole: LayerWeights, path: string) {
    this.#whole = whole;
    this.#path = path;
  }

  find(path: string): Tensor | null {
    return this.#whole.find(`${this.#path}/${path}`);
  }

  part(path: string): LayerWeights {
    return new WeightsPart(this.#whole, `${this.#path}/${path}`);
  }
}

/** Places of the weights of a layer in the order of its list. */
function placesOf(layer: LayerDescription): readonly string[] {
  const all = weightPlaces(layer, '', true);
  return [...all.filter(({ fixed }) => fixed !== true), ...all.filter(({ fixed }) => fixed === true)].map(
    ({ path }) => path,
  );
}

function weightPlaces(layer: LayerDescription, prefix: string, isTrained: boolean): readonly WeightPlace[] {
  const trained = isTrained && layer.config.flag('trainable', true);
  if (layer.model !== null) {
    const names = containerNames(layer.model.layers);
    return layer.model.layers.flatMap((part, i) =>
      weightPlaces(part, `${prefix}layers/${names[i]}/`, trained),
    );
  }
  const places = placesByKind(layer);
  return places.map(({ path, fixed }) => ({
    path: `${prefix}${path}`,
    ...(fixed || !trained ? { fixed: true as const } : {}),
  }));
}

const placesByKind = ({
  className,
  config,
}: Pick<LayerDescription, 'className' | 'config'>): readonly WeightPlace[] =>
  KERAS_LAYERS.get(className)?.weights(config, HOLDER) ?? [];

const HOLDER: WeightHolder = {
  inner: (config, field, place) => {
    const path = `${config.origin.path}.${field}`;
    const held = readDescription(
      { offset: config.origin.offset, fields: config.object(field) },
      { path, depth: 1 },
    );
    return weightPlaces(held, `${place}/`, true);
  },
};

/** A list of names; long ones are cut into several attributes. */
function namesOf(group: Hdf5Object, name: string): readonly string[] {
  const whole = group.attribute(name);
  if (whole !== null) return textsOf(whole);
  const texts: string[] = [];
  for (let i = 0; ; i += 1) {
    const part = group.attribute(`${name}${i}`);
    if (part === null) return texts;
    texts.push(...textsOf(part));
  }
}

const textsOf = (tensor: Tensor): readonly string[] => (tensor.dtype === 'string' ? tensor.data : []);
