import { NO_RAW_ENDS, type RawEnds } from '../../model/raw.ts';
import type { UnitSource } from '../../rollout/route.ts';
import type { TargetVersion } from '../protocol.ts';
import { UNIT_ID_MAX_BYTES } from '../unit-id.ts';
import { doorPaths } from './doors.ts';
import { ERROR_REFERENCES, ERROR_RESPONSES, ERROR_SCHEMAS } from './error-responses.ts';
import { headerSchema, type JsonSchema, schemaReference } from './json-schema.ts';
import { answerSchema, rowSchema } from './row-schema.ts';

/** A name that clients call, as they are told of it. */
export interface DescribedEndpoint {
  /** The version that stands for it. */
  readonly target: TargetVersion;
  /** Where it finds whom a request is for. */
  readonly unit: UnitSource;
  /** What the version's own code reads and writes at `/invocations`. @default {neither} */
  readonly raw?: RawEnds;
}

export interface OpenApiOptions {
  /** Version of this program. */
  readonly version: string;
  /** The endpoint that `POST /predict` means, or null where the choice is the client's. */
  readonly main: DescribedEndpoint | null;
  readonly endpoints: ReadonlyMap<string, DescribedEndpoint>;
  /** What a version answers to its own example row, where that is known. */
  readonly answers?: ReadonlyMap<TargetVersion, unknown>;
}

/** The OpenAPI 3.1 description of a server: every version with its own columns, categories and example. Pure. */
export function openapi(targets: readonly TargetVersion[], options: OpenApiOptions): JsonSchema {
  const { version, main, endpoints, answers = new Map<TargetVersion, unknown>() } = options;
  const paths: Record<string, JsonSchema> = {};
  const predictPath = (operation: Operation): JsonSchema => ({
    post: predictOperation(operation, answers.get(operation.target)),
  });
  if (main) {
    const { model } = main.target;
    const isOnly = targets.every((target) => target.model === model);
    const subject = `${isOnly ? 'the only model here' : 'the model for requests that name none'}, \`${model}\``;
    const field = main.unit.field;
    paths['/predict'] = predictPath({ ...main, id: 'predict', subject, field });
  }
  for (const [name, endpoint] of endpoints) {
    const id = `predict_${identifier(name)}`;
    const subject = `the current version of \`${name}\``;
    const field = endpoint.unit.field;
    paths[`/models/${encodeURIComponent(name)}/predict`] = predictPath({ ...endpoint, id, subject, field });
    const { target, raw = NO_RAW_ENDS } = endpoint;
    const row = schemaReference('schemas', `${keyOf(target)}.Row`);
    const rowWithMore = schemaReference('schemas', `${keyOf(target)}.RowWithMore`);
    Object.assign(paths, doorPaths({ name, id: identifier(name), target, row, rowWithMore, raw }));
  }
  for (const target of targets) {
    const { model, version: number } = target;
    const subject = `version ${number} of \`${model}\``;
    // What is sent to the endpoint may be sent here as well.
    const field = endpoints.get(model)?.unit.field ?? null;
    const path = `/models/${encodeURIComponent(model)}/versions/${number}/predict`;
    paths[path] = predictPath({ target, unit: null, id: `predict_${keyOf(target)}`, subject, field });
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Plimsoll', version, description: 'Predictions of the models that this server holds.' },
    tags: [...new Set(targets.map(({ model }) => model)), 'server'].map((name) => ({ name })),
    paths: { ...paths, ...SERVER_PATHS },
    components: {
      schemas: { ...modelSchemas(targets), ...ERROR_SCHEMAS },
      responses: ERROR_RESPONSES,
      securitySchemes: { key: KEY },
    },
    // Without a key where the server wants none.
    security: [{}, { key: [] }],
  };
}

const KEY: JsonSchema = {
  type: 'http',
  scheme: 'bearer',
  description: 'A key, where this server wants one: whoever runs it makes them',
};

/** Name of a version among the schemas, whose names may hold letters, digits, dots, dashes and underscores only. */
const keyOf = ({ model, version }: TargetVersion): string => `${identifier(model)}.${version}`;

const identifier = (model: string): string => model.replaceAll(/[^\w.-]/g, '_');

function modelSchemas(targets: readonly TargetVersion[]): Record<string, JsonSchema> {
  const entries = targets.flatMap((target): [string, JsonSchema][] => {
    const { signature } = target.manifest;
    const key = keyOf(target);
    const row = schemaReference('schemas', `${key}.Row`);
    return [
      [`${key}.Row`, rowSchema(signature)],
      [`${key}.RowWithMore`, rowSchema(signature, true)],
      [`${key}.Request`, requestSchema(row)],
      [`${key}.Answer`, answerSchema(signature, target.model, target.version)],
    ];
  });
  return Object.fromEntries(entries);
}

/** One way to predict. */
interface Operation {
  readonly target: TargetVersion;
  /** null where the path names the version, and nobody is assigned. */
  readonly unit: UnitSource | null;
  readonly id: string;
  readonly subject: string;
  /** Key of the unit's id beside the rows, or null. */
  readonly field: string | null;
}

const requestSchema = (row: JsonSchema, field: string | null = null): JsonSchema => ({
  type: 'object',
  properties: {
    rows: { type: 'array', items: row, minItems: 1 },
    ...(field === null ? {} : { [field]: UNIT_FIELD }),
  },
  required: ['rows'],
  additionalProperties: false,
});

const WHO = `Id of the unit that the request is for: the same one gets the same version as long as a rollout stands still. One of more than ${UNIT_ID_MAX_BYTES} bytes is none: such a request is a unit of its own.`;
const UNIT_FIELD: JsonSchema = { type: ['string', 'integer'], description: WHO };

/** Where the id of the unit may be sent, the first that is there counts; in the body it comes last. */
function unitParameters({ header: name, cookie }: UnitSource): readonly JsonSchema[] {
  const schema = { type: 'string' };
  const places = [{ name, in: 'header' }, ...(cookie === null ? [] : [{ name: cookie, in: 'cookie' }])];
  return places.map((place) => ({ ...place, required: false, description: WHO, schema }));
}

function predictOperation({ target, unit, id, subject, field }: Operation, answer: unknown): JsonSchema {
  const { model, manifest } = target;
  const key = keyOf(target);
  const { framework, file, runtime, rowMicros } = manifest;
  const origin = `${framework.name} ${framework.version ?? ''}`.trim();
  const row = schemaReference('schemas', `${key}.Row`);
  const request = field === null ? schemaReference('schemas', `${key}.Request`) : requestSchema(row, field);
  return {
    tags: [model],
    operationId: id,
    summary: `Predict with ${subject.replaceAll('`', '')}`,
    description: `Rows for ${subject}: \`${file}\` (${origin}), ${runtime}, about ${rowMicros} µs a row. A bare row, a list of rows, \`instances\`, \`inputs\`, \`dataframe_records\` and \`dataframe_split\` are understood too.`,
    ...(unit === null ? {} : { parameters: unitParameters(unit) }),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { anyOf: [request, row] },
          examples: {
            rows: { summary: 'A row that the model accepts', value: { rows: [manifest.example] } },
          },
        },
      },
    },
    responses: {
      200: answerResponse(schemaReference('schemas', `${key}.Answer`), answer),
      ...ERROR_REFERENCES,
    },
  };
}

const answerResponse = (schema: JsonSchema, example: unknown): JsonSchema => ({
  description: 'One prediction a row, in the order of the rows.',
  headers: PREDICTION_HEADERS,
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
});

const PREDICTION_HEADERS: JsonSchema = {
  'x-request-id': headerSchema('Id of the request: the one sent, or a new one.'),
  'x-model-name': headerSchema('Name of the model that answered, percent-encoded.'),
  'x-model-version': headerSchema('Version that answered.', { type: 'integer' }),
  'server-timing': headerSchema('Milliseconds of each stage.'),
};

const serverPath = (operationId: string, summary: string, mime = 'application/json'): JsonSchema => ({
  get: {
    tags: ['server'],
    operationId,
    summary,
    responses: { 200: { description: 'As asked.', content: { [mime]: {} } } },
  },
});

const SERVER_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/models': serverPath('models', 'Versions that answer, with their signatures'),
  '/healthz': serverPath('healthz', 'Whether the process is alive'),
  '/readyz': serverPath('readyz', 'Whether new requests should come here'),
  '/metrics': serverPath('metrics', 'Metrics in the Prometheus text format', 'text/plain'),
};
