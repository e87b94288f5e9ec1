import { KERAS_LAYERS, KERAS_OPERATIONS } from '../../src/formats/keras/layers.ts';
import { FLOW_OPERATORS } from '../../src/formats/tensorflow/operators.ts';
import { ATEN_OPERATORS } from '../../src/formats/torch/aten/table.ts';
import { TORCH_LAYERS } from '../../src/formats/torch/module/compile.ts';
import { nodeTestsSection } from './node-tests-section.ts';

const HEAD = `<!-- Generated from the tables of operators in src/formats by \`npm run ok:generated:fix\`. -->
# Operators that are compiled

What files of deep learning may hold, so that they become a graph of ONNX ([deep-learning.md](deep-learning.md)).
`;

/** Names of ATen, without their overloads; those of Python are for sizes. */
const atenNames = (): readonly string[] => [
  ...new Set(
    ATEN_OPERATORS.map(({ name }) =>
      /^(?:_operator|math|torch|quantized_decomposed)\./.test(name) ? name : name.replace(/\..*/, ''),
    ),
  ),
];

const section = (title: string, names: readonly string[], what: string): string =>
  `\n## ${title}\n\n${names.length} ${what}:\n${[...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ')}.\n`;

/** Layers that the reader of models itself knows. */
const KERAS_MODELS = ['Functional', 'InputLayer', 'Sequential'];

/** docs/operators.md: the operators that readers of deep-learning files compile, by framework. */
export function operatorsPage(): string {
  return [
    HEAD,
    section('Keras', [...KERAS_LAYERS.keys(), ...KERAS_MODELS], 'layers, by their classes'),
    section(
      'Functions of keras.ops',
      [...KERAS_OPERATIONS.keys()],
      'functions between the layers of functional models',
    ),
    section('TensorFlow', Object.keys(FLOW_OPERATORS), 'operators, by the names that a GraphDef gives them'),
    section(
      'torch',
      atenNames(),
      'operators of ATen, each with its overloads and its form that writes in place',
    ),
    section('Modules of torch.nn', [...TORCH_LAYERS.keys()], 'classes, of modules that torch.save wrote'),
    nodeTestsSection(),
  ].join('');
}
