import { archiveWith, archiveWithJson, type FileAttack, fixture, type Json, put } from './attack.ts';

const ARCHIVE = 'keras/keras-3.15.1/mlp.keras';
const CONFIG = /config\.json$/;

const archive = (
  attack: string,
  outcome: string,
  change: (document: Json, canary: string) => void,
): FileAttack => ({
  ...{ format: 'Keras', attack, outcome },
  make: (folder, canary) =>
    put(
      folder,
      'model.keras',
      archiveWithJson(ARCHIVE, CONFIG, (document) => change(document, canary)),
    ),
});

const layer = (document: Json): Json => document.config.layers[1];

/** What Keras makes of `lambda x: os.system('touch …')`: code of Python, marshalled. */
const lambda = (canary: string): object => ({
  class_name: '__lambda__',
  config: {
    code: Buffer.from(`os.system touch ${canary}`).toString('base64'),
    defaults: null,
    closure: null,
  },
});

const ARCHIVES: readonly FileAttack[] = [
  archive('has a Lambda', 'the layer', (document, canary) => {
    Object.assign(layer(document), {
      class_name: 'Lambda',
      config: { name: 'dense', function: lambda(canary) },
    });
  }),
  archive('has a Lambda for an activation', 'the operation', (document, canary) => {
    layer(document).config.activation = lambda(canary);
  }),
  archive('names a class of os', 'the class', (document) => {
    Object.assign(layer(document), { module: 'os', class_name: 'system', registered_name: 'os>system' });
  }),
  archive('says that a layer has 2⁴⁰ units', 'MODEL_INVALID', (document) => {
    layer(document).config.units = 2 ** 40;
  }),
  archive('says that its input has 2⁵⁰ elements', 'MODEL_INVALID', (document) => {
    document.config.layers[0].config.batch_shape = [null, 2 ** 50];
  }),
  archive('nests a model in itself a thousand times', 'READ_LIMIT', (document) => {
    let inner = layer(document);
    for (let depth = 0; depth < 1000; depth += 1)
      inner = { class_name: 'Sequential', config: { name: `s${depth}`, layers: [inner] } };
    document.config.layers[1] = inner;
  }),
  {
    ...{ format: 'Keras', attack: 'has a circle in its graph', outcome: 'MODEL_INVALID' },
    make: (folder) =>
      put(
        folder,
        'model.keras',
        archiveWithJson('keras/keras-3.15.1/resnet-block.keras', CONFIG, (document) => {
          const layers: Json[] = document.config.layers.filter(
            ({ inbound_nodes: nodes }: Json) => nodes.length > 0,
          );
          const last = layers.at(-1).config.name;
          const history = (value: Json): void => {
            if (typeof value !== 'object' || value === null) return;
            if (Array.isArray(value.keras_history)) value.keras_history[0] = last;
            else for (const inner of Object.values(value)) history(inner);
          };
          history(layers[0].inbound_nodes);
        }),
      ),
  },
];

const HDF5_ATTACKS = {
  'external-link': ['has a link into another file for weights', 'READ_UNSAFE'],
  'soft-link': ['has a link to itself for weights', 'READ_UNSAFE'],
  'external-storage': ['keeps weights in another file', 'READ_UNSAFE'],
  virtual: ['puts weights together from another file', 'READ_UNSAFE'],
  huge: ['says that a matrix is of four terabytes', 'READ_LIMIT'],
  bomb: ['has a matrix that unpacks to 100 MB where a small one belongs', 'READ_LIMIT'],
  circle: ['has groups in a circle', 'READ_CORRUPT'],
} as const;

const WEIGHTS: readonly FileAttack[] = Object.entries(HDF5_ATTACKS).flatMap(([name, [attack, outcome]]) => [
  {
    ...{ format: 'Keras, HDF5', attack, outcome },
    make: (folder: string) => put(folder, 'model.h5', fixture(`hostile/model-${name}.h5`)),
  },
  {
    ...{ format: 'Keras', attack, outcome },
    make: (folder: string) => {
      const weights = fixture(`hostile/weights-${name}.h5`);
      return put(
        folder,
        'model.keras',
        archiveWith(ARCHIVE, /weights\.h5$/, () => weights),
      );
    },
  },
]);

export const KERAS_ATTACKS: readonly FileAttack[] = [...ARCHIVES, ...WEIGHTS];
