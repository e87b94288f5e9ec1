import { FLOW_OPERATORS } from '../../src/formats/tensorflow/operators.ts';

const HEAD = `<!-- Generated from the tables of operators in src/formats by \`npm run ok:generated:fix\`. -->
# Operators that are compiled

What files of deep learning may hold, so that they become a graph of ONNX ([deep-learning.md](deep-learning.md)).
`;

/** docs/operators.md: the operators that readers of deep-learning files compile, by framework. */
export function operatorsPage(): string {
  const names = Object.keys(FLOW_OPERATORS).sort();
  return `${HEAD}\n## TensorFlow\n\n${names.length} operators, by the names that a GraphDef gives them:\n${names.map((name) => `\`${name}\``).join(', ')}.\n`;
}
