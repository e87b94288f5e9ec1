import { expect, test } from 'vitest';
import type { LoadedVersion } from '../registry/version.ts';
import { greeting, listing } from './greeting.ts';

const version = (model: string, example: unknown): LoadedVersion => ({
  model,
  version: 1,
  bundle: 'b',
  engine: { id: 'native', infer: () => ({}), close: () => undefined },
  manifest: {
    schema: 1,
    converter: 1,
    digest: 'd',
    file: `${model}.joblib`,
    sideFiles: [],
    size: 1,
    maxModel: null,
    format: 'joblib',
    compression: null,
    framework: { name: 'scikit-learn', version: '1.2.2' },
    signature: {
      form: 'table',
      classes: null,
      outputs: [],
      columns: [{ name: 'age', named: true, type: 'number', nullable: false }],
    },
    runtime: 'native',
    graph: false,
    rowMicros: 2.4,
    verification: { proof: 'engines-agree', rows: 1203, seed: 1, cells: 1, differingBits: 0, worst: null },
    example,
  },
});

test('the greeting says what was found and shows one request that works', () => {
  expect(greeting('http://127.0.0.1:8080', [version('churn', { age: 3 })])).toBe(
    `  churn  scikit-learn 1.2.2, 1 feature, native, 2.4 µs a row  two engines agree on 1,203 rows

Serving on http://127.0.0.1:8080  (docs: http://127.0.0.1:8080/docs · metrics: http://127.0.0.1:8080/metrics · stop: Ctrl-C)

Try it:
  curl -s http://127.0.0.1:8080/models/churn/predict -H 'content-type: application/json' -d '{"age":3}'`,
  );
});

test.each([
  [[1, 2], `'{"rows":[[1,2]]}'`],
  ["it's fine", String.raw`'{"rows":["it'\''s fine"]}'`],
  [{ age: null }, `'{"age":null}'`],
])('the row %j is quoted for the shell', (row, quoted) => {
  const { models } = listing('http://h', [version('m', row)]) as { models: { curl: string }[] };
  expect(models[0]!.curl.endsWith(` -d ${quoted}`)).toBe(true);
});
