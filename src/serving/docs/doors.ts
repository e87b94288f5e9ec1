/** Predictions of one endpoint as the clients of other servers ask for them, in the words of OpenAPI. Pure. */
import { isRecord } from '../../core/record.ts';
import type { RawEnds } from '../../model/raw.ts';
import type { TargetVersion } from '../protocol.ts';
import { inputTensorsOf, outputTensorsOf, type TensorMetadata } from '../protocols/v2/metadata.ts';
import type { JsonSchema } from './json-schema.ts';

export interface DescribedDoor {
  /** Name of the endpoint, and the same where only letters, digits, dots, dashes and underscores may be. */
  readonly name: string;
  readonly id: string;
  readonly target: TargetVersion;
  /** Schema of a row, and of one that may have columns that are ignored. */
  readonly row: JsonSchema;
  readonly rowWithMore: JsonSchema;
  /** What the version's own code reads and writes at `/invocations`. */
  readonly raw: RawEnds;
}

/** Paths of MLflow's and SageMaker's, TensorFlow Serving's and KServe's clients. */
export function doorPaths(door: DescribedDoor): Readonly<Record<string, JsonSchema>> {
  const name = encodeURIComponent(door.name);
  return {
    [`/endpoints/${name}/invocations`]: { post: invocations(door) },
    [`/v1/models/${name}:predict`]: { post: v1(door) },
    [`/v2/models/${name}/infer`]: { post: v2(door) },
  };
}

interface Words {
  readonly kind: string;
  readonly whose: string;
  readonly schema: JsonSchema;
  readonly example: unknown;
  readonly answer: JsonSchema;
  readonly more?: readonly string[];
  /** Ends that are whatever the version's own code makes of them. */
  readonly raw?: RawEnds;
}

/** Any body of any type. */
const ANYTHING: JsonSchema = { '*/*': { schema: {} } };

function operation({ id, name, target }: DescribedDoor, words: Words): JsonSchema {
  const { kind, whose, schema, example, answer, more = [], raw } = words;
  const bodies = Object.fromEntries(more.map((type) => [type, { schema: { type: 'string' } }]));
  const refused = { description: `Refused, in the words of ${whose}.`, content: { 'application/json': {} } };
  return {
    tags: [target.model],
    operationId: `${kind}_${id}`,
    summary: `Predict with ${name}, as clients of ${whose} do`,
    requestBody: {
      required: true,
      content: raw?.input ? ANYTHING : { 'application/json': { schema, example }, ...bodies },
    },
    responses: {
      200: {
        description: raw?.output
          ? "What the version's own code answers."
          : 'Predictions, in the order of the rows.',
        content: raw?.output ? ANYTHING : { 'application/json': { schema: answer }, ...bodies },
      },
      default: refused,
    },
  };
}

const listOf = (key: string, items: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties: { [key]: { type: 'array', items, minItems: 1 } },
  required: [key],
});

const invocations = (door: DescribedDoor): JsonSchema =>
  operation(door, {
    kind: 'invocations',
    whose: 'SageMaker and MLflow',
    schema: listOf('instances', door.rowWithMore),
    example: { instances: [door.target.manifest.example] },
    answer: listOf('predictions'),
    more: ['text/csv', 'application/jsonlines'],
    raw: door.raw,
  });

const v1 = (door: DescribedDoor): JsonSchema =>
  operation(door, {
    kind: 'v1',
    whose: 'KServe V1 and TensorFlow Serving',
    schema: listOf('instances', door.row),
    example: { instances: [door.target.manifest.example] },
    answer: listOf('predictions'),
  });

function v2(door: DescribedDoor): JsonSchema {
  const { signature, example } = door.target.manifest;
  const inputs = inputTensorsOf(signature);
  const tensors = inputs.map((input) => ({ ...input, data: elementsOf(input, example) }));
  const isWhole = tensors.every(({ data }) => data !== null);
  return operation(door, {
    kind: 'v2',
    whose: 'KServe V2 (Open Inference Protocol)',
    schema: listOf('inputs', { anyOf: inputs.map(tensorSchema) }),
    example: isWhole
      ? { inputs: tensors.map((tensor) => ({ ...tensor, shape: shapeOfOne(tensor) })) }
      : undefined,
    answer: listOf('outputs', { anyOf: outputTensorsOf(signature).map(tensorSchema) }),
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

/** The cells of the example row that an input takes, or null where the row does not say. */
function elementsOf({ name, shape }: TensorMetadata, example: unknown): readonly unknown[] | null {
  if (isRecord(example)) return Object.hasOwn(example, name) ? [example[name]].flat(9) : null;
  if (!Array.isArray(example)) return [example];
  return shape[1] === 1 ? null : example.flat(9);
}

const shapeOfOne = ({ shape, data }: { shape: readonly number[]; data: readonly unknown[] | null }) =>
  shape.length === 2 ? [1, data!.length] : [1, ...shape.slice(1)];
