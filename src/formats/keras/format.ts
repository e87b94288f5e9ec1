import { PlimsollError } from '../../core/errors.ts';
import { blockerOf } from '../../model/blocker.ts';
import type { ModelDescription, OutlineNode } from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../format.ts';
import { isHdf5 } from '../hdf5/superblock.ts';
import { describeGraph } from '../onnx/describe.ts';
import { wholeFile } from '../whole-file.ts';
import { isKerasArchive, openArchive } from './archive.ts';
import { compileFile } from './compile-file.ts';
import { openHdf5Model } from './hdf5-model.ts';
import type { KerasFile } from './keras-file.ts';
import { layerOutline } from './outline.ts';

/** Archives of Keras 3, and of Keras 2 from 2.12 on: `model.save('model.keras')`. */
export const kerasFormat: FileFormatReader = {
  id: 'keras',
  match: isKerasArchive,
  read: (source, context) => describe('keras', source, context, openArchive),
};

/** HDF5: `model.save('model.h5')`, and weights without their model. */
export const kerasHdf5Format: FileFormatReader = {
  id: 'keras-hdf5',
  match: isHdf5,
  read: (source, context) => describe('keras-hdf5', source, context, openHdf5Model),
};

type OpenFile = (bytes: Uint8Array, context: ReadContext, budget: ReadBudget) => KerasFile;

function describe(
  format: string,
  source: ByteSource,
  context: ReadContext,
  open: OpenFile,
): ModelDescription {
  const budget = new ReadBudget(context);
  const bytes = wholeFile(source, budget);
  const file = open(bytes, context, budget);
  const framework = { name: 'keras', version: file.version };
  const base = { format, framework, compression: null, globals: [], notes: [] };
  let outline: OutlineNode | null = null;
  try {
    const architecture = file.architecture();
    outline = layerOutline(architecture);
    const model = compileFile(architecture, file, budget);
    return describeGraph({ model, notes: [], classes: new Map() }, { ...base, outline });
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    const blockers = [blockerOf(error)];
    const { backend, python } = file.demands();
    const needed = {
      ...(backend === null ? {} : { backend }),
      ...(python === null ? {} : { python }),
    };
    return {
      ...base,
      framework: { ...framework, ...needed },
      outline,
      blockers,
      content: null,
    };
  }
}
