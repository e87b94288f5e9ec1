/** The first door in the OpenAPI description: every version with its own columns, categories and example. Pure. */
import type { OutputSpec, Signature } from '../../model/signature.ts';
import type { UnitSource } from '../../rollout/route.ts';
import { frameworkText } from '../../text/framework.ts';
import { ERROR_REFERENCES } from '../docs/error-responses.ts';
import { headerSchema, type JsonSchema, schemaReference } from '../docs/json-schema.ts';
import { ENUM_MAX, elementSchema, isFloat, nestedLists } from '../docs/row-schema.ts';
import type { DescribedVersion, OpenApiFragment } from '../protocol.ts';
import { UNIT_ID_MAX_BYTES } from '../unit-id.ts';
import { contentSchemas } from './content.ts';
import { EXPLAIN_SCHEMA, EXPLANATION_SCHEMA, REASON_SCHEMA } from './explain-schema.ts';

export const plainOpenApi: OpenApiFragment = {
  main: (main) => {
    const { model } = main.target;
    const subject = `${main.isOnly ? 'the only model here' : 'the model for requests that name none'}, \`${model}\``;
    return { '/predict': predictItem(main, 'predict', subject, main.unit) };
  },
  endpoint: (endpoint) => {
    const { name, id, unit } = endpoint;
    const subject = `the current version of \`${name}\``;
    return {
      [`/models/${encodeURIComponent(name)}/predict`]: predictItem(endpoint, `predict_${id}`, subject, unit),
    };
  },
  // Who names the version is assigned none, so that nobody asks who they are.
  version: (described) => {
    const { model, version } = described.target;
    const subject = `version ${version} of \`${model}\``;
    const path = `/models/${encodeURIComponent(model)}/versions/${version}/predict`;
    return { [path]: predictItem(described, `predict_${described.key}`, subject, null) };
  },
  schemas: ({ target, key, row }) => ({
    [`${key}.Request`]: requestSchema(row),
    [`${key}.Answer`]: plainAnswerSchema(target.manifest.signature, target.model, target.version),
  }),
};

const requestSchema = (row: JsonSchema, field: string | null = null): JsonSchema => ({
  type: 'object',
  properties: {
    rows: { type: 'array', items: row, minItems: 1 },
    explain: EXPLAIN_SCHEMA,
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

/** The path item of one way to predict; `unit` is null where the path names the version, and nobody is assigned. */
function predictItem(
  { target, key, row, answer, unitField }: DescribedVersion,
  operationId: string,
  subject: string,
  unit: UnitSource | null,
): JsonSchema {
  const { model, manifest } = target;
  const { framework, file, runtime, rowMicros } = manifest;
  const origin = frameworkText(framework);
  const request =
    unitField === null ? schemaReference('schemas', `${key}.Request`) : requestSchema(row, unitField);
  const post = {
    tags: [model],
    operationId,
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
        ...contentSchemas(target),
      },
    },
    responses: {
      200: answerResponse(schemaReference('schemas', `${key}.Answer`), answer),
      ...ERROR_REFERENCES,
    },
  };
  return { post };
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

/** Numbers of answers may be infinite or not a number, which JSON has no numbers for. */
function answerElement({ name, dtype, classes }: OutputSpec, isLabel: boolean): JsonSchema {
  if (isLabel && classes && classes.values.length <= ENUM_MAX) return { enum: [...classes.values] };
  if (name === 'predict_proba') return { type: 'number' };
  if (isFloat(dtype)) return { anyOf: [{ type: 'number' }, { enum: ['Infinity', '-Infinity', null] }] };
  return elementSchema(dtype);
}

/** A list with one value a row. */
function outputSchema(output: OutputSpec): JsonSchema {
  const isLabel = output.name === 'predict';
  const matrix = nestedLists(answerElement(output, isLabel), output.shape);
  return output.parts === undefined ? matrix : { type: 'array', items: matrix };
}

/** What the typed door answers with. */
function plainAnswerSchema({ outputs }: Signature, model: string, version: number): JsonSchema {
  const byName = new Map(outputs.map((output) => [output.name, output]));
  const main =
    byName.get('predict') ?? byName.get('transform') ?? (outputs.length === 1 ? outputs[0] : undefined);
  const scores = byName.get('predict_proba');
  const properties = {
    predictions: main ? outputSchema(main) : { description: 'One object by output name a row.' },
    ...(scores ? { probabilities: outputSchema(scores) } : {}),
    model: { const: model },
    version: { const: version },
    requestId: { type: 'string' },
  };
  const explained = { explanation: EXPLANATION_SCHEMA, explanationReason: REASON_SCHEMA };
  const required = Object.keys(properties);
  return {
    ...{ type: 'object', properties: { ...properties, ...explained }, required, additionalProperties: false },
  };
}
