import { expect, test } from 'vitest';
import { GraphBuilder } from '../builder.ts';
import type { AttributeInput, OnnxModel } from '../graph.ts';
import { ONNX_LIMITS } from '../limits.ts';
import { checkModel } from './model.ts';

type Attributes = Record<string, AttributeInput>;

const BIG = 2 ** 30;
const ML = 'ai.onnx.ml';

/** x [N, 1, 4, 4] → y, by one node over x and constants. */
function model(
  op: string,
  constants: readonly (readonly number[])[],
  attributes: Attributes,
  domain = '',
): OnnxModel {
  const g = new GraphBuilder('m');
  const x = g.input('x', 'float32', ['N', 1, 4, 4]);
  const values = constants.map((numbers) =>
    numbers.length === 1 ? g.int64(numbers, []) : g.int64(numbers, [numbers.length]),
  );
  const inputs = NO_DATA.has(op) ? values : [x, ...values];
  const outputs = g.addMany(op, inputs, op.endsWith('Classifier') ? 2 : 1, attributes, domain);
  g.output('y', outputs.at(-1)!, 'float32', ['N']);
  return g.build({});
}

const NO_DATA = new Set(['HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix']);

test.each<[string, readonly (readonly number[])[], Attributes, string?]>([
  ['TreeEnsembleRegressor', [], { n_targets: BigInt(BIG) }, ML],
  ['TreeEnsemble', [], { n_targets: BigInt(BIG) }, ML],
  ['TreeEnsembleClassifier', [], { class_ids: [0n, BigInt(BIG)] }, ML],
  ['LinearRegressor', [], { targets: BigInt(BIG) }, ML],
  ['FeatureVectorizer', [], { inputdimensions: [BigInt(BIG)] }, ML],
  ['TfIdfVectorizer', [], { ngram_indexes: [0n, BigInt(BIG)] }],
  ['MaxUnpool', [[0], [1, 1, BIG, 4]], { kernel_shape: [2n, 2n] }],
  ['MaxUnpool', [[0]], { kernel_shape: [BigInt(BIG), 2n], strides: [1n, 1n] }],
  ['AveragePool', [], { kernel_shape: [1n, 1n], pads: [0n, 0n, BigInt(BIG), 0n] }],
  ['MaxPool', [], { kernel_shape: [1n, 1n], pads: [0n, 0n, BigInt(BIG), 0n] }],
  ['LpPool', [], { kernel_shape: [1n, 1n], pads: [0n, BigInt(BIG), 0n, 0n] }],
  ['HannWindow', [[BIG]], {}],
  ['HammingWindow', [[BIG]], {}],
  ['BlackmanWindow', [[BIG]], {}],
  ['MelWeightMatrix', [[8], [BIG], [1], [0], [1]], {}],
  ['DFT', [[BIG]], { axis: 1n }],
  ['DFT', [[BIG], [1]], {}],
  ['STFT', [[1], [4, 4], [BIG]], {}],
  ['Multinomial', [], { sample_size: BigInt(BIG) }],
  ['CenterCropPad', [[1, 1, BIG, 4]], {}],
  ['AffineGrid', [[1, 1, BIG, 4]], {}],
  [
    'Col2Im',
    [
      [BIG, 4],
      [1, 1],
    ],
    {},
  ],
  ['RoiAlign', [[4, 4], [0]], { output_height: BigInt(BIG) }],
  ['LSTM', [], { hidden_size: BigInt(BIG) }],
  ['ConvTranspose', [[1, 1]], { output_shape: [BigInt(BIG), 4n] }],
  [
    'Resize',
    [
      [1, 1],
      [1, 1],
      [1, 1, BIG, 4],
    ],
    {},
  ],
  ['Upsample', [[1, 1, BIG, 4]], {}],
  ['Pad', [[0, 0, 0, 0, 0, 0, BIG, 0]], {}],
  ['OneHot', [[BIG], [0, 1]], {}],
])('a graph whose %s makes more than is allowed is refused: %j', (op, constants, attributes, domain) => {
  expect(() => checkModel(model(op, constants, attributes, domain), ONNX_LIMITS)).toThrow(
    expect.objectContaining({ code: 'GRAPH_LIMIT' }),
  );
});

test.each<[string, readonly (readonly number[])[], Attributes, string?]>([
  ['TreeEnsembleRegressor', [], { n_targets: 3n }, ML],
  ['AveragePool', [], { kernel_shape: [2n, 2n], pads: [1n, 1n, 1n, 1n] }],
  ['HannWindow', [[400]], {}],
  ['DFT', [[400]], { axis: 1n }],
  ['Multinomial', [], { sample_size: 10n }],
  ['LSTM', [], { hidden_size: 64n }],
])('a graph whose %s is of a usual size is not', (op, constants, attributes, domain) => {
  checkModel(model(op, constants, attributes, domain), ONNX_LIMITS);
});
