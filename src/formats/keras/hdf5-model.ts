import type { Tensor } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import { stepUnsupported } from '../failure.ts';
import type { ReadContext } from '../format.ts';
import { type Hdf5Object, openHdf5 } from '../hdf5/file.ts';
import { corruptHdf5 } from '../hdf5/file-bytes.ts';
import type { DocumentValue } from '../json/document.ts';
import { readJson } from '../json/read.ts';
import { readDescription } from './architecture.ts';
import { demandsOf } from './demands.ts';
import type { KerasFile } from './keras-file.ts';
import { LegacyWeights } from './legacy-weights.ts';

const WHAT = 'the configuration of a Keras model';
/** What a blocker calls the graph of layers. */
const ARCHITECTURE = 'the architecture';
const NO_MODEL = { path: '', class: 'keras weights', offset: 0 };

/** Opens an HDF5 file that Keras wrote (keras/src/legacy/saving/legacy_h5_format.py) as data. */
export function openHdf5Model(bytes: Uint8Array, context: ReadContext, budget: ReadBudget): KerasFile {
  const root = openHdf5(bytes, context.codecs, budget);
  const weights = root.find('model_weights') ?? root;
  const configuration = (): DocumentValue | null => {
    const config = textOf(root, 'model_config');
    return config === null
      ? null
      : readJson(new TextEncoder().encode(config), WHAT, budget, { dialect: 'loose' });
  };
  return {
    version: textOf(root, 'keras_version') ?? textOf(weights, 'keras_version'),
    architecture: () => {
      const config = configuration();
      if (config === null) throw missingModel(root);
      return readDescription(config, { path: '', depth: 0 });
    },
    demands: () => demandsOf(configuration(), textOf(root, 'backend')),
    weights: (model) => new LegacyWeights(weights, model),
    asset: () => null,
  };
}

/** What is there instead, and what to save. */
function missingModel(root: Hdf5Object): Error {
  const isWeights =
    WEIGHT_GROUPS.some((name) => root.names().includes(name)) || root.attribute('layer_names') !== null;
  return isWeights
    ? stepUnsupported(NO_MODEL, ARCHITECTURE, 'missing, the file has weights alone', 'whole models are')
    : stepUnsupported(
        { ...NO_MODEL, class: 'an HDF5 file' },
        ARCHITECTURE,
        'missing',
        'models that Keras saved are',
      );
}

/** Groups that files of weights have at their root. */
const WEIGHT_GROUPS = ['layers', '_layer_checkpoint_dependencies', 'vars'];

/** A text attribute, or null where there is none. */
function textOf(object: Hdf5Object, name: string): string | null {
  const value: Tensor | null = object.attribute(name);
  if (value === null) return null;
  const [text] = value.dtype === 'string' ? value.data : [];
  if (text === undefined || value.dtype !== 'string' || value.data.length !== 1)
    throw corruptHdf5(
      `attribute ${name}`,
      object.address,
      `${value.dtype} of shape [${value.shape}]`,
      'a text',
    );
  return text;
}
