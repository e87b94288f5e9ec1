import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { runs } from '../../core/testing/runs.ts';
import { CODECS } from '../../files/codecs.ts';
import type { ModelDescription } from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource } from '../format.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { ZipArchive } from '../zip/archive.ts';
import { zipOf } from '../zip/testing/zips.ts';
import { kerasFormat, kerasHdf5Format } from './format.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/keras');
const original = readFileSync(join(FOLDER, 'keras-3.15.1/mlp.keras'));
const archive = new ZipArchive(original, CODECS, new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 }));
const part = (name: string): Uint8Array => archive.read(name);
const config = JSON.parse(Buffer.from(part('config.json')).toString());

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  name: 'model.keras',
  size: bytes.length,
  slice: (start, end) => bytes.subarray(start, end),
  sibling: () => null,
});
const context = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => performance.now() };
const read = (bytes: Uint8Array): ModelDescription => kerasFormat.read(sourceOf(bytes), context);

/** The archive with another configuration. */
const withConfig = (value: unknown): Uint8Array =>
  zipOf([
    { name: 'metadata.json', content: part('metadata.json') },
    { name: 'config.json', content: JSON.stringify(value) },
    { name: 'model.weights.h5', content: part('model.weights.h5') },
  ]);

/** The model with its first dense layer changed. */
const withLayer = (change: Record<string, unknown>): Uint8Array => {
  const layers = config.config.layers.map((layer: { class_name: string }, i: number) =>
    i === 1 ? { ...layer, ...change } : layer,
  );
  return withConfig({ ...config, config: { ...config.config, layers } });
};

const blockerOf = (bytes: Uint8Array): string => {
  const { content, blockers } = read(bytes);
  expect(content).toBeNull();
  return JSON.stringify(blockers[0]);
};

const layerOf = (
  class_name: string,
  name: string,
  calls: readonly (readonly [string, number])[],
): unknown => ({
  module: 'keras.layers',
  class_name,
  name,
  registered_name: null,
  config: { name, trainable: true, dtype: 'float32', batch_shape: [null, 4] },
  inbound_nodes: calls.map(([layer, call]) => ({
    args: [{ class_name: '__keras_tensor__', config: { keras_history: [layer, call, 0] } }],
    kwargs: {},
  })),
});
const functional = (layers: readonly unknown[], output: string): unknown => ({
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  registered_name: 'Functional',
  config: { name: 'model', layers, input_layers: [['x', 0, 0]], output_layers: [[output, 0, 0]] },
});

describe('a file of Keras', () => {
  it('is told with its version, its layers and the names of its input and output', () => {
    const { framework, outline, content } = read(original);
    expect(framework).toEqual({ name: 'keras', version: '3.15.1' });
    expect(outline?.children.map((child) => child.class)).toEqual([
      'InputLayer',
      'Dense',
      'Dropout',
      'Dense',
    ]);
    expect(content?.signature).toMatchObject({
      form: 'tensors',
      tensors: [{ name: 'features', dtype: 'float32', shape: [-1, 4] }],
      outputs: [{ name: 'probabilities', dtype: 'float32', shape: [-1, 3] }],
    });
  });

  it.each<[string, string, Record<string, unknown>, readonly (number | null)[]]>([
    ['its features', 'LayerNormalization', { axis: -1, center: false, scale: false }, [null, 1e9]],
    ['its categories', 'CategoryEncoding', { num_tokens: 1e12, output_mode: 'multi_hot' }, [null, 3]],
  ])(
    'whose words alone ask for a constant of all %s is refused before it is made',
    (_, name, given, sizes) => {
      const layer = { module: 'keras.layers', registered_name: null };
      const input = { ...layer, class_name: 'InputLayer', config: { name: 'x', batch_shape: sizes } };
      const made = { ...layer, class_name: name, config: { name: 'y', ...given } };
      const bytes = withConfig({ ...config, config: { name: 'm', layers: [input, made] } });
      expect(blockerOf(bytes)).toContain('up to 4194304 are');
    },
  );

  it('whose layer would cut a fraction to the whole numbers of its input is refused', () => {
    const layer = { module: 'keras.layers', registered_name: null };
    const sizes = { batch_shape: [null, 2], dtype: 'int64' };
    const input = { ...layer, class_name: 'InputLayer', config: { name: 'x', ...sizes } };
    const made = { ...layer, class_name: 'ReLU', config: { name: 'y', threshold: 0.5 } };
    const bytes = withConfig({ ...config, config: { name: 'm', layers: [input, made] } });
    expect(blockerOf(bytes)).toContain('floating-point numbers, where a layer computes with 0.5, are');
  });

  it.each<[string, string, Record<string, unknown>, readonly (number | null)[], string]>([
    [
      'n-grams without end',
      'TextVectorization',
      { ngrams: 1e9, split: 'whitespace', vocabulary: ['a'] },
      [null],
      '32',
    ],
    ['windows without end', 'AdaptiveMaxPooling1D', { output_size: 1e9 }, [null, 8, 2], '1024'],
    [
      'weights of pixels without end',
      'Resizing',
      { height: 1e6, width: 1e6, interpolation: 'bicubic' },
      [null, 64, 64, 3],
      '4194304',
    ],
    [
      'numbers of the unknown without end',
      'StringLookup',
      { num_oov_indices: 1e9, vocabulary: ['a'] },
      [null],
      '4194304',
    ],
  ])('whose words ask for %s is refused by what may be', (_, name, given, sizes, most) => {
    const layer = { module: 'keras.layers', registered_name: null };
    const dtype = name.startsWith('Text') || name.startsWith('String') ? 'string' : 'float32';
    const input = { ...layer, class_name: 'InputLayer', config: { name: 'x', batch_shape: sizes, dtype } };
    const made = { ...layer, class_name: name, config: { name: 'y', ...given } };
    const bytes = withConfig({ ...config, config: { name: 'm', layers: [input, made] } });
    expect(blockerOf(bytes)).toContain(most);
  });

  it('with quantised weights that are not read is refused by the way they are', () => {
    const dtype = {
      class_name: 'QuantizedDTypePolicy',
      config: { mode: 'int4/128', source_name: 'float32' },
    };
    const bytes = withLayer({ config: { ...config.config.layers[1].config, dtype } });
    expect(blockerOf(bytes)).toContain('int4');
  });

  it.each<[string, Uint8Array, string]>([
    ['a Lambda', withLayer({ class_name: 'Lambda' }), 'Lambda'],
    ['a registered class', withLayer({ registered_name: 'mine>Dense' }), 'mine>Dense'],
    ['a class of another module', withLayer({ module: 'os', class_name: 'system' }), 'os.system'],
    ['a module that only begins like Keras', withLayer({ module: 'keras_evil.layers' }), 'keras_evil'],
    ['a layer that is not known', withLayer({ class_name: 'Quantum' }), 'Quantum'],
    [
      'an activation that is not known',
      withLayer({ config: { ...config.config.layers[1].config, activation: 'mine' } }),
      'mine',
    ],
    ['a model of its own class', withConfig({ ...config, class_name: 'Mine' }), 'Mine'],
    [
      'a computing type that is not known',
      withLayer({ config: { ...config.config.layers[1].config, dtype: 'float8' } }),
      'float8',
    ],
  ])('with %s is refused by its name', (_, bytes, found) => {
    expect(blockerOf(bytes)).toContain(found);
  });

  it('with weights alone says what to save', () => {
    const { content, blockers } = kerasHdf5Format.read(sourceOf(part('model.weights.h5')), context);
    expect(content).toBeNull();
    expect(blockers).toMatchObject([
      { field: 'the architecture', found: expect.stringContaining('weights alone') },
    ]);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'two files of weights',
      zipOf([
        { name: 'metadata.json', content: '{}' },
        { name: 'model.weights.h5', content: '' },
        { name: 'model.weights.h5', content: '1' },
      ]),
      'READ_UNSAFE',
    ],
    ['no configuration', zipOf([{ name: 'metadata.json', content: '{}' }]), 'READ_CORRUPT'],
    [
      'a configuration nested without end',
      zipOf([{ name: 'config.json', content: '['.repeat(1e6) }]),
      'READ_LIMIT',
    ],
    [
      'units that the weights do not have',
      withLayer({ config: { ...config.config.layers[1].config, units: 2 ** 40 } }),
      'MODEL_INVALID',
    ],
    [
      'a graph that leads in a circle',
      withConfig(
        functional(
          [
            layerOf('InputLayer', 'x', []),
            layerOf('Dropout', 'a', [['b', 0]]),
            layerOf('Dropout', 'b', [['a', 0]]),
          ],
          'b',
        ),
      ),
      'MODEL_INVALID',
    ],
    [
      'a call of nothing',
      withConfig(functional([layerOf('InputLayer', 'x', []), layerOf('Dropout', 'a', [['c', 0]])], 'a')),
      'MODEL_INVALID',
    ],
  ])('with %s is refused', (_, bytes, code) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code }));
  }); // prettier-ignore

  it('is refused whose models within models unfold without end', () => {
    let inner: unknown = layerOf('Dropout', 'm', [
      ['x', 0],
      ['m', 0],
    ]);
    for (let i = 0; i < 24; i += 1) {
      const model = functional([layerOf('InputLayer', 'x', []), inner], 'm') as { config: object };
      model.config = { ...model.config, name: 'm', output_layers: [['m', 1, 0]] };
      inner = {
        ...model,
        name: 'm',
        inbound_nodes: (
          layerOf('Dropout', 'm', [
            ['x', 0],
            ['m', 0],
          ]) as { inbound_nodes: unknown }
        ).inbound_nodes,
      };
    }
    const bytes = withConfig(functional([layerOf('InputLayer', 'x', []), inner], 'm'));
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'READ_LIMIT' }));
  });

  it('answers or is refused in time, whatever is changed in it', () => {
    for (let seed = 0; seed < runs(1000); seed += 1) {
      const random = seededRandom(seed);
      const text = Buffer.from(part('config.json'));
      const weights = Buffer.from(part('model.weights.h5'));
      for (let i = randomIndex(random, 3); i >= 0; i -= 1)
        text[randomIndex(random, text.length)] = 0x20 + randomIndex(random, 90);
      for (let i = randomIndex(random, 4); i > 0; i -= 1)
        weights[randomIndex(random, weights.length)] = randomIndex(random, 256);
      const bytes = zipOf([
        { name: 'metadata.json', content: part('metadata.json') },
        { name: 'config.json', content: text },
        { name: 'model.weights.h5', content: weights },
      ]);
      const started = performance.now();
      try {
        read(bytes);
      } catch (error) {
        if (!isPlimsollError(error) || !/^(?:READ_|MODEL_|GRAPH_)/.test(error.code))
          throw new Error(`seed ${seed}`, { cause: error });
      }
      expect(performance.now() - started, `seed ${seed}`).toBeLessThan(5000);
    }
  });
});
