import { expect, test } from 'vitest';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { DEFAULT_UNIT, type UnitSource } from '../../rollout/route.ts';
import type { TargetVersion } from '../protocol.ts';
import { openapi } from './openapi.ts';
import { rowSchema } from './row-schema.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: false,
  ...more,
});

const signature: Signature = {
  form: 'table',
  columns: [
    column('age', { nullable: true, largest: 3.4e38 }),
    column('port', { type: 'string', categories: ['C', 'S', null], nullable: true, unknown: 'error' }),
    column('deck', { type: 'string', categories: ['A'], unknown: 'ignore' }),
    column('note', { type: 'string', ignored: true }),
  ],
  outputs: [
    { name: 'predict', dtype: 'string', shape: [-1], classes: { type: 'string', values: ['no', 'yes'] } },
    { name: 'predict_proba', dtype: 'float64', shape: [-1, 2] },
  ],
  classes: { type: 'string', values: ['no', 'yes'] },
};

const target = (model: string, version: number): TargetVersion => ({
  model,
  version,
  manifest: {
    signature,
    framework: { name: 'scikit-learn', version: '1.4.2' },
    file: 'm.joblib',
    runtime: 'native',
    rowMicros: 2,
    example: { age: 30, port: 'C', deck: 'A', note: 'text' },
  } as unknown as TargetVersion['manifest'],
});

const endpoint = (one: TargetVersion, unit: UnitSource = DEFAULT_UNIT) => ({ target: one, unit });

type Json = { readonly [key: string]: Json } & string;
/** Every model is an endpoint that its last target stands for. */
const documentOf = (...targets: TargetVersion[]): Json =>
  JSON.parse(
    JSON.stringify(
      openapi(targets, {
        version: '1.0.0',
        main: targets.length === 1 ? endpoint(targets[0]!) : null,
        endpoints: new Map(targets.map((one) => [one.model, endpoint(one)])),
      }),
    ),
  );

test('columns carry names, types, bounds and categories', () => {
  const { anyOf } = rowSchema(signature) as { anyOf: Json[] };
  expect(anyOf[0]).toMatchObject({
    type: 'object',
    required: ['age', 'port', 'deck'],
    additionalProperties: false,
    properties: {
      // NumPy takes `true` for 1, and so does every door.
      age: { type: ['number', 'boolean', 'null'], maximum: 3.4e38, description: 'null is a missing value.' },
      port: { enum: ['C', 'S', null] },
      deck: { type: 'string', examples: ['A'] },
      note: { title: 'note' },
    },
  });
  expect(anyOf[1]).toMatchObject({ type: 'array', minItems: 4, items: false });
});

test('text rows are strings, tensors are nested lists without the batch dimension', () => {
  const text: Signature = {
    ...signature,
    form: 'text',
    columns: [column('text', { type: 'string', named: false })],
  };
  expect((rowSchema(text) as { anyOf: Json[] }).anyOf[0]).toMatchObject({ type: 'string' });
  const tensors: Signature = {
    form: 'tensors',
    tensors: [{ name: 'x', dtype: 'float32', shape: [-1, 2, -1] }],
    outputs: [],
    classes: null,
  };
  expect(rowSchema(tensors)).toMatchObject({
    type: 'array',
    minItems: 2,
    maxItems: 2,
    items: { type: 'array', items: { type: ['number', 'null'] } },
  });
});

test('every reference leads somewhere and every operation has a name of its own', () => {
  const document = documentOf(target('titanic', 1), target('titanic', 2), target('prices & co', 1));
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    (match) => match[1]!,
  );
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) {
    const found = reference.split('/').reduce<Json | undefined>((at, key) => at?.[key], document);
    expect(found, reference).toBeDefined();
  }
  const ids = [...JSON.stringify(document).matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(document['paths']!)).toEqual(
    expect.arrayContaining([
      '/models/titanic/predict',
      '/models/titanic/versions/1/predict',
      '/models/prices%20%26%20co/predict',
    ]),
  );
  for (const id of ids) expect(id).toMatch(/^[\w.-]+$/);
  expect(document['paths']).not.toHaveProperty('/predict');
});

test('a name alone means the version of its endpoint, and no name the only model', () => {
  const two = documentOf(target('titanic', 2), target('titanic', 10));
  const schema =
    two['paths']!['/models/titanic/predict']!['post']!['requestBody']!['content']!['application/json']!;
  expect(JSON.stringify(schema)).toContain('titanic.10.Request');
  const only = documentOf(target('titanic', 1))['paths']!['/predict']!['post']!;
  expect(only['summary']).toBe('Predict with the only model here, titanic');
  const main = endpoint(target('default', 1));
  const endpoints = new Map([['default', main]]);
  const options = { version: '1.0.0', main, endpoints };
  const several = openapi([main.target, target('titanic', 1)], options) as unknown as Json;
  expect(several['paths']!['/predict']!['post']!['summary']).toBe(
    'Predict with the model for requests that name none, default',
  );
});

test('clients are told where to say whom a request is for, and may send what they are told to', () => {
  const unit = { header: 'x-card', cookie: 'card', field: 'card' };
  const one = target('titanic', 1);
  const main = endpoint(one, unit);
  const options = { version: '1.0.0', main, endpoints: new Map([['titanic', main]]) };
  const { paths } = openapi([one], options) as unknown as Record<string, Record<string, { post: Json }>>;
  for (const path of ['/predict', '/models/titanic/predict', '/models/titanic/versions/1/predict']) {
    const { parameters, requestBody } = paths![path]!.post as unknown as {
      parameters?: { name: string; in: string; required: boolean }[];
      requestBody: { content: { 'application/json': { schema: { anyOf: object[] } } } };
    };
    // A path that names the version assigns nobody, and takes the same bodies.
    const places = (parameters ?? []).map(({ name, in: where, required }) => [name, where, required]);
    expect(places).toEqual(
      path.includes('versions')
        ? []
        : [
            ['x-card', 'header', false],
            ['card', 'cookie', false],
          ],
    );
    expect(requestBody.content['application/json'].schema.anyOf[0]).toMatchObject({
      properties: { rows: { type: 'array' }, card: { type: ['string', 'integer'] } },
      required: ['rows'],
      additionalProperties: false,
    });
  }
  const plain = documentOf(one)['paths']!['/models/titanic/predict']!['post']!;
  expect(plain['parameters']).toMatchObject([{ name: 'x-unit-id', in: 'header' }]);
  expect(JSON.stringify(plain['requestBody'])).toContain('titanic.1.Request');
});

test('the doors of other clients are described for each endpoint, with its own columns', () => {
  const { paths } = documentOf(target('titanic', 1));
  const invoke = paths!['/endpoints/titanic/invocations']!['post']!['requestBody']!['content']!;
  expect(invoke['application/json']).toMatchObject({
    schema: { properties: { instances: { items: { $ref: '#/components/schemas/titanic.1.RowWithMore' } } } },
    example: { instances: [{ age: 30, port: 'C', deck: 'A', note: 'text' }] },
  });
  // MLflow's clients may send columns that the model does not know.
  expect(rowSchema(signature, true)).toMatchObject({ anyOf: [{ additionalProperties: true }, {}] });
  expect(Object.keys(invoke)).toContain('text/csv');
  expect(paths).toHaveProperty(['/v1/models/titanic:predict', 'post']);
  const infer = paths!['/v2/models/titanic/infer']!['post']!['requestBody']!['content']!['application/json'];
  // A column that the model does not read need not be sent.
  expect(infer!['example']).toEqual({
    inputs: [
      { name: 'age', datatype: 'FP64', shape: [1, 1], data: [30] },
      { name: 'port', datatype: 'BYTES', shape: [1, 1], data: ['C'] },
      { name: 'deck', datatype: 'BYTES', shape: [1, 1], data: ['A'] },
    ],
  });
});

test("what a version's own code reads and writes at /invocations may be anything", () => {
  const one = target('titanic', 1);
  const endpoints = new Map([['titanic', { ...endpoint(one), raw: { input: true, output: false } }]]);
  const { paths } = openapi([one], { version: '1.0.0', main: null, endpoints }) as unknown as Record<
    string,
    Json
  >;
  const invoke = paths!['/endpoints/titanic/invocations']!['post']!;
  expect(invoke['requestBody']!['content']).toEqual({ '*/*': { schema: {} } });
  const [answered] = Object.values(invoke['responses']!) as unknown as Json[];
  expect(answered!['content']).toHaveProperty(['application/json']);
});
