import type { Tensor } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import { stepUnsupported } from '../failure.ts';
import type { ReadContext } from '../format.ts';
import { type Hdf5Object, openHdf5 } from '../hdf5/file.ts';
import { corruptHdf5 } from '../hdf5/file-bytes.ts';
import { readJson } from '../json/read.ts';
import { readDescription } from './architecture.ts';
import type { KerasFile } from './keras-file.ts';
import { LegacyWeights } from './legacy-weights.ts';

const WHAT = 'the configuration of a Keras model';
const NO_MODEL = { path: '', class: 'an HDF5 file', offset: 0 };

/** Opens an HDF5 file that Keras wrote (keras/src/legacy/saving/legacy_h5_format.py) as data. */
export function openHdf5Model(bytes: Uint8Array, context: ReadContext, budget: ReadBudget): KerasFile {
  const root = openHdf5(bytes, context.codecs, budget);
  const weights = root.find('model_weights') ?? root;
  return {
    version: textOf(root, 'keras_version') ?? textOf(weights, 'keras_version'),
    architecture: () => {
      const config = textOf(root, 'model_config');
      if (config === null) throw missingModel(root);
      return readDescription(readJson(new TextEncoder().encode(config), WHAT, budget, { dialect: 'loose' }), {
        path: '',
        depth: 0,
      });
    },
    weights: (model) => new LegacyWeights(weights, model),
    asset: () => null,
  };
}

/** What is there instead, and what to save. */
function missingModel(root: Hdf5Object): Error {
  const isWeights = ['layers', '_layer_checkpoint_dependencies', 'vars'].some((name) =>
    root.names().includes(name),
  );
  const found =
    isWeights || root.attribute('layer_names') !== null
      ? 'missing: the file has weights and no architecture (model.save_weights())'
      : 'missing: the file was not written by Keras';
  return stepUnsupported(
    NO_MODEL,
    'model_config',
    found,
    'whole models, as model.save("model.keras") writes them, are',
  );
}

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
