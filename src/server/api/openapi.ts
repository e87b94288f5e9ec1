/** The OpenAPI document of the control API, from the schemas that check its requests. */
import { type TObject, type TSchema, Type } from 'typebox';
import { type ApiRoute, WRITE_HEADERS } from './operation.ts';
import { scopeOf } from './scopes.ts';
import { UPLOAD_FIELDS } from './upload-fields.ts';

const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'hint', 'details'],
      properties: {
        code: { type: 'string', description: 'Stable: docs/errors.md lists them' },
        message: { type: 'string' },
        hint: { type: 'string' },
        details: { type: 'object' },
      },
    },
  },
};

/** Programs on the machine of the server need none of them, unless it was started with --keys required. */
const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key made by `plimsoll keys create`' },
  header: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same in another header' },
};

/** Files of an upload. */
const UPLOAD_FILES = {
  file: 'the model file',
  golden: 'rows with the outputs that it must give',
  reference: 'rows that it was trained on',
  background: 'rows that explanations are made against',
  reasons: 'what is said of its columns where its answers are explained',
  folder:
    'instead of `file`: the files of a saved or MLflow folder, each named by its path: churn/plimsoll.json',
  requirements: 'packages that it needs with Python; what is not pinned is pinned once',
  script: 'inference script: instead of the model, or around it where it is compiled',
  code: 'modules that it needs with Python, each named by its path: features/ratio.py; repeatable',
} as const;

export function openapiDocument(operations: readonly ApiRoute[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = `/api/v1${operation.path}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Plimsoll control API', version },
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: SECURITY_SCHEMES,
    },
    security: [{}, { bearer: [] }, { header: [] }],
  };
}

function described(route: ApiRoute) {
  const { method, path, summary, params, query, body, status, takesFiles } = route;
  const content = {
    ...(body === null ? {} : { 'application/json': { schema: body } }),
    ...(takesFiles ? { 'multipart/form-data': { schema: uploadSchema() } } : {}),
  };
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()).replaceAll(/\W/g, '')}`,
    summary,
    tags: [nounOf(path)],
    'x-plimsoll-scope': scopeOf({ method, path }),
    parameters: [
      ...parameters(params, 'path'),
      ...parameters(query, 'query'),
      ...(method === 'GET' ? [] : parameters(WRITE_HEADERS, 'header')),
    ],
    ...(Object.keys(content).length === 0 ? {} : { requestBody: { required: isRequired(body), content } }),
    responses: {
      [status]: { description: 'Done', content: answerTypes(route) },
      default: {
        description: 'A coded error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** What it is about: pages that show the description have a part for each. */
const nounOf = (path: string): string => path.split(/[/:]/)[1] ?? '';

/** Events carry the same answers, each as its data. */
const answerTypes = ({ answer, follow }: ApiRoute) => ({
  'application/json': { schema: answer },
  ...(follow === null ? {} : { 'text/event-stream': { schema: { type: 'string' } } }),
});

const isRequired = (body: TSchema | null): boolean => body !== null && !Type.IsOptional(body);

const parameters = (schema: TObject, place: 'path' | 'query' | 'header') =>
  Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (schema.required ?? []).includes(name),
    schema: property,
  }));

const uploadSchema = () => ({
  type: 'object',
  additionalProperties: false,
  properties: {
    ...UPLOAD_FIELDS.properties,
    ...Object.fromEntries(
      Object.entries(UPLOAD_FILES).map(([name, description]) => [
        name,
        { type: 'string', format: 'binary', description },
      ]),
    ),
  },
});
