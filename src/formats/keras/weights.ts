import type { Tensor } from '../../model/tensor.ts';
import type { Hdf5Object } from '../hdf5/file.ts';
import type { LayerDescription } from './architecture.ts';
import type { LayerWeights } from './layer.ts';

/** What Keras before 2.14 calls the layers of a model in its files. */
const OLD_CONTAINER = '_layer_checkpoint_dependencies';

/** `Conv2DTranspose` → `conv2d_transpose`, as Keras names the places of weights (keras/src/utils/naming.py). */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** Classes that configurations have another name for. */
const CLASS_NAMES = new Map([['GroupQueryAttention', 'GroupedQueryAttention']]);

/** The place of each layer below `layers`: its class, counted where there are several. Operations have no place. */
export function containerNames(
  layers: readonly Pick<LayerDescription, 'className' | 'isOperation'>[],
): readonly string[] {
  const used = new Map<string, number>();
  return layers.map(({ className, isOperation }) => {
    if (isOperation) return '';
    const name = snakeCase(CLASS_NAMES.get(className) ?? className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

/** What Keras 2 calls the parts of an attention layer, and Keras 3 those of grouped queries: private attributes of the class. */
const privateParts = (path: string): string =>
  path.replaceAll(/(?<=^|\/)(?=(?:query|key|value|output|gate)_dense\/)/g, '_');

/** The gate is private in all attention layers. */
const privateGate = (path: string): string => path.replaceAll(/(?<=^|\/)(?=gate_dense\/)/g, '_');

/** Spellings of one place, the one of Keras 3 first. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  privateGate,
  privateParts,
  (path) => privateParts(path).replaceAll(/(?<=^|\/)layers(?=\/)/g, OLD_CONTAINER),
];

/** Weights as `.keras` archives keep them in HDF5: groups named by their place in the model. */
export class StoredWeights implements LayerWeights {
  readonly #root: Hdf5Object;
  readonly #path: string;

  constructor(root: Hdf5Object, path = '') {
    this.#root = root;
    this.#path = path;
  }

  find(path: string): Tensor | null {
    const full = this.#path === '' ? path : `${this.#path}/${path}`;
    for (const spell of SPELLINGS) {
      const found = this.#root.find(spell(full));
      if (found !== null) return found.read();
    }
    return null;
  }

  part(path: string): LayerWeights {
    return new StoredWeights(this.#root, this.#path === '' ? path : `${this.#path}/${path}`);
  }
}
