import type { Target } from '../protocol.ts';
import { answerSchema, rowSchema, type Schema } from './row-schema.ts';

export interface OpenApiOptions {
  /** Version of this program. */
  readonly version: string;
  /** The version that `POST /predict` means, or null where the choice is the client's. */
  readonly main: Target | null;
  /** The version that stands for each endpoint. */
  readonly endpoints: ReadonlyMap<string, Target>;
  /** What a version answers to its own example row, where that is known. */
  readonly answers?: ReadonlyMap<Target, unknown>;
}

/** The OpenAPI 3.1 description of a server: every version with its own columns, categories and example. Pure. */
export function openapi(targets: readonly Target[], options: OpenApiOptions): Schema {
  const { version, main, endpoints, answers = new Map<Target, unknown>() } = options;
  const paths: Record<string, Schema> = {};
  const predictPath = (target: Target, operationId: string, subject: string): Schema => ({
    post: predictOperation(target, operationId, subject, answers.get(target)),
  });
  if (main) {
    const isOnly = targets.every(({ model }) => model === main.model);
    const subject = `${isOnly ? 'the only model here' : 'the model for requests that name none'}, \`${main.model}\``;
    paths['/predict'] = predictPath(main, 'predict', subject);
  }
  for (const [endpoint, target] of endpoints) {
    paths[`/models/${encodeURIComponent(endpoint)}/predict`] = predictPath(
      target,
      `predict_${identifier(endpoint)}`,
      `the current version of \`${endpoint}\``,
    );
  }
  for (const target of targets) {
    const pinned = `/models/${encodeURIComponent(target.model)}/versions/${target.version}/predict`;
    paths[pinned] = predictPath(
      target,
      `predict_${keyOf(target)}`,
      `version ${target.version} of \`${target.model}\``,
    );
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Plimsoll', version, description: 'Predictions of the models that this server holds.' },
    tags: [...new Set(targets.map(({ model }) => model)), 'server'].map((name) => ({ name })),
    paths: { ...paths, ...SERVER_PATHS },
    components: { schemas: { ...modelSchemas(targets), ...ERROR_SCHEMAS }, responses: ERROR_RESPONSES },
  };
}

/** Name of a version among the schemas, whose names may hold letters, digits, dots, dashes and underscores only. */
const keyOf = ({ model, version }: Target): string => `${identifier(model)}.${version}`;

const identifier = (model: string): string => model.replaceAll(/[^\w.-]/g, '_');

const reference = (kind: string, name: string): Schema => ({ $ref: `#/components/${kind}/${name}` });

function modelSchemas(targets: readonly Target[]): Record<string, Schema> {
  const entries = targets.flatMap((target): [string, Schema][] => {
    const { signature } = target.manifest;
    const key = keyOf(target);
    const row = reference('schemas', `${key}.Row`);
    return [
      [`${key}.Row`, rowSchema(signature)],
      [`${key}.Request`, requestSchema(row)],
      [`${key}.Answer`, answerSchema(signature, target.model, target.version)],
    ];
  });
  return Object.fromEntries(entries);
}

const requestSchema = (row: Schema): Schema => ({
  type: 'object',
  properties: { rows: { type: 'array', items: row, minItems: 1 } },
  required: ['rows'],
  additionalProperties: false,
});

function predictOperation(target: Target, operationId: string, subject: string, answer: unknown): Schema {
  const { model, manifest } = target;
  const key = keyOf(target);
  const { framework, file, runtime, rowMicros } = manifest;
  const origin = `${framework.name} ${framework.version ?? ''}`.trim();
  return {
    tags: [model],
    operationId,
    summary: `Predict with ${subject.replaceAll('`', '')}`,
    description: `Rows for ${subject}: \`${file}\` (${origin}), ${runtime}, about ${rowMicros} µs a row. A bare row, a list of rows, \`instances\`, \`inputs\`, \`dataframe_records\` and \`dataframe_split\` are understood too.`,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { anyOf: [reference('schemas', `${key}.Request`), reference('schemas', `${key}.Row`)] },
          examples: {
            rows: { summary: 'A row that the model accepts', value: { rows: [manifest.example] } },
          },
        },
      },
    },
    responses: { 200: answerResponse(reference('schemas', `${key}.Answer`), answer), ...REFUSALS },
  };
}

const answerResponse = (schema: Schema, example: unknown): Schema => ({
  description: 'One prediction a row, in the order of the rows.',
  headers: PREDICTION_HEADERS,
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
});

const REFUSALS: Schema = {
  400: reference('responses', 'BadRequest'),
  413: reference('responses', 'TooLarge'),
  415: reference('responses', 'UnknownEncoding'),
  422: reference('responses', 'InvalidRows'),
  500: reference('responses', 'Failed'),
  503: reference('responses', 'Overloaded'),
  504: reference('responses', 'TooSlow'),
};

const header = (description: string, schema: Schema = { type: 'string' }): Schema => ({
  description,
  schema,
});

const PREDICTION_HEADERS: Schema = {
  'x-request-id': header('Id of the request: the one sent, or a new one.'),
  'x-model-name': header('Name of the model that answered, percent-encoded.'),
  'x-model-version': header('Version that answered.', { type: 'integer' }),
  'server-timing': header('Milliseconds of each stage.'),
};

const ERROR_SCHEMAS: Readonly<Record<string, Schema>> = {
  InvalidRows: {
    type: 'object',
    properties: {
      detail: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            type: { type: 'string' },
            loc: { type: 'array', items: { type: ['string', 'integer'] } },
            msg: { type: 'string' },
            input: { description: 'The value that does not fit.' },
          },
          required: ['type', 'loc', 'msg'],
        },
      },
    },
    required: ['detail'],
  },
  Error: {
    type: 'object',
    properties: {
      detail: { type: 'string' },
      error: {
        type: 'object',
        properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
        required: ['code', 'message', 'hint'],
      },
    },
    required: ['detail'],
  },
};

const errorResponse = (description: string, schema = 'Error', headers?: Schema): Schema => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema: reference('schemas', schema) } },
});

const ERROR_RESPONSES: Readonly<Record<string, Schema>> = {
  BadRequest: errorResponse('The body is damaged.'),
  TooLarge: errorResponse('The body exceeds the limit.'),
  UnknownEncoding: errorResponse('The content encoding is unknown.'),
  InvalidRows: errorResponse('The rows do not fit; every bad cell is named.', 'InvalidRows'),
  Failed: errorResponse('The prediction failed.'),
  Overloaded: errorResponse('Too busy, or stopping.', 'Error', {
    'retry-after': header('Seconds after which to try again.', { type: 'integer' }),
  }),
  TooSlow: errorResponse('Scoring took too long.'),
};

const serverPath = (operationId: string, summary: string, mime = 'application/json'): Schema => ({
  get: {
    tags: ['server'],
    operationId,
    summary,
    responses: { 200: { description: 'As asked.', content: { [mime]: {} } } },
  },
});

const SERVER_PATHS: Readonly<Record<string, Schema>> = {
  '/models': serverPath('models', 'Versions that answer, with their signatures'),
  '/healthz': serverPath('healthz', 'Whether the process is alive'),
  '/readyz': serverPath('readyz', 'Whether new requests should come here'),
  '/metrics': serverPath('metrics', 'Metrics in the Prometheus text format', 'text/plain'),
};
