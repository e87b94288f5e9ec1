/** What V2 clients are told of a model in OpenAPI. Pure. */
import { isRecord } from '../../../core/record.ts';
import type { JsonSchema } from '../../docs/json-schema.ts';
import type { DescribedEndpoint, OpenApiFragment } from '../../protocol.ts';
import { listUnder, predictionItem } from '../openapi-operation.ts';
import { inputTensorsOf, outputTensorsOf, type TensorMetadata } from './metadata.ts';

export const v2OpenApi: OpenApiFragment = {
  endpoint: (endpoint) => ({
    [`/v2/models/${encodeURIComponent(endpoint.name)}/infer`]: inferItem(endpoint),
  }),
};

function inferItem(endpoint: DescribedEndpoint): JsonSchema {
  const { signature, example } = endpoint.target.manifest;
  const inputs = inputTensorsOf(signature);
  return predictionItem(endpoint, {
    kind: 'v2',
    whose: 'KServe V2 (Open Inference Protocol)',
    schema: listUnder('inputs', { anyOf: inputs.map(tensorSchema) }),
    example: exampleOf(inputs, example),
    answer: listUnder('outputs', { anyOf: outputTensorsOf(signature).map(tensorSchema) }),
  });
}

const tensorSchema = ({ name, datatype, shape }: TensorMetadata): JsonSchema => ({
  title: name,
  description: `Shape ${JSON.stringify(shape)}, ${datatype}; the data nested or flat.`,
  type: 'object',
  properties: {
    name: { const: name },
    shape: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 },
    datatype: { type: 'string', examples: [datatype] },
    data: { type: 'array', items: {} },
  },
  required: ['name', 'shape', 'datatype', 'data'],
});

/** The example row as tensors, or undefined where it does not say what an input takes. */
function exampleOf(inputs: readonly TensorMetadata[], example: unknown): unknown {
  const tensors = inputs.flatMap((input) => {
    const data = elementsOf(input, example);
    return data === null ? [] : [{ ...input, data, shape: shapeOfOne(input, data) }];
  });
  return tensors.length === inputs.length ? { inputs: tensors } : undefined;
}

/** The cells of the example row that an input takes, or null where the row does not say. */
function elementsOf({ name, shape }: TensorMetadata, example: unknown): readonly unknown[] | null {
  if (isRecord(example)) return Object.hasOwn(example, name) ? [example[name]].flat(9) : null;
  if (!Array.isArray(example)) return [example];
  return shape[1] === 1 ? null : example.flat(9);
}

const shapeOfOne = ({ shape }: TensorMetadata, data: readonly unknown[]): readonly number[] =>
  shape.length === 2 ? [1, data.length] : [1, ...shape.slice(1)];
