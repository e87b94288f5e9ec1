import { expect, test } from 'vitest';
import type { PythonManifest } from '../../registry/python/manifest.ts';
import type { ServedModel } from '../../server/served.ts';
import { servedModelsDocument, startupMessage } from './startup-message.ts';

const accepted = (model: string, example: unknown): ServedModel['stable'] => ({
  model,
  version: 1,
  bundle: 'b',
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

const served = (model: string, example: unknown, more: Partial<ServedModel> = {}): ServedModel => ({
  endpoint: model,
  stable: accepted(model, example),
  rollout: null,
  note: null,
  ...more,
});

test('the greeting says what was found and shows one request that works', () => {
  expect(startupMessage('http://127.0.0.1:8080', [served('churn', { age: 3 })], 'local')).toBe(
    `  churn  version 1  scikit-learn 1.2.2, 1 feature, native, 2.4 µs a row  two engines agree on 1,203 rows

Serving on http://127.0.0.1:8080  (docs: http://127.0.0.1:8080/docs · metrics: http://127.0.0.1:8080/metrics · stop: Ctrl-C)

Try it:
  curl -s http://127.0.0.1:8080/models/churn/predict -H 'content-type: application/json' -d '{"age":3}'`,
  );
});

test('a slow row is told in milliseconds', () => {
  const slow = served('m', { age: 3 });
  const manifest = { ...slow.stable.manifest, rowMicros: 12_500 };
  expect(startupMessage('http://h', [{ ...slow, stable: { ...slow.stable, manifest } }], 'local')).toContain(
    ', 12.5 ms a row  ',
  );
});

test('a packaged version holds no numbers of the machine that proved it, and none are made up', () => {
  const packaged = served('m', { age: 3 });
  const verification = { ...packaged.stable.manifest.verification, rows: 0 };
  const manifest = { ...packaged.stable.manifest, verification };
  expect(
    startupMessage('http://h', [{ ...packaged, stable: { ...packaged.stable, manifest } }], 'local'),
  ).toContain('  two engines agree\n');
});

test('the greeting of a server without a model says how one comes', () => {
  expect(startupMessage('http://h', [], 'local').split('\n').at(-1)).toBe(
    'It has no model yet: plimsoll push FILE --name NAME --url http://h',
  );
});

test.each([
  [[1, 2], `'{"rows":[[1,2]]}'`],
  ["it's fine", String.raw`'{"rows":["it'\''s fine"]}'`],
  [{ age: null }, `'{"age":null}'`],
])('the row %j is quoted for the shell', (row, quoted) => {
  const { models } = servedModelsDocument('http://h', [served('m', row)], 'local') as {
    models: { curl: string }[];
  };
  expect(models[0]!.curl.endsWith(` -d ${quoted}`)).toBe(true);
});

test('a row that would fill the terminal is not printed, and the page is named that says how it is sent', () => {
  const picture = Array.from({ length: 224 * 224 }, () => 0);
  const text = startupMessage('http://h', [served('m', [picture])], 'local');
  expect(text).toMatch(/One row is 100,\d+ characters of JSON: http:\/\/h\/docs says how it is sent/);
  expect(text.length).toBeLessThan(2000);
});

test('a rollout and what a person should know stand below the models', () => {
  const rollout = { id: 'ro_1', candidate: 2, strategy: 'canary', plan: 'shadow 100 % for 10m, then 5 %' };
  const lines = startupMessage(
    'http://h',
    [
      served('churn', 1, { rollout }),
      served('price', 1, { rollout: { ...rollout, strategy: 'immediate' } }),
      served('risk', 1, { note: 'the file is version 1' }),
    ],
    'local',
  ).split('\n');
  expect(lines.slice(4, 7)).toEqual([
    'churn: version 2 earns its traffic: shadow 100 % for 10m, then 5 %; watch it with `plimsoll status churn --watch`',
    'price: version 2 replaces the old one at once, without evidence',
    'risk: the file is version 1',
  ]);
});

test('of a model that Python runs, the greeting says with which, by whose word, and what the sandbox lacks', () => {
  const stable = accepted('rules', [1]);
  const python: PythonManifest = {
    form: 'model',
    model: 'rules.pkl',
    format: 'pickle',
    code: [],
    script: null,
    lock: 'requirements.lock',
    environment: 'e',
    python: '3.11',
    provedWith: '3.11.7',
    call: null,
    batches: true,
    inner: null,
    residentBytes: 1,
    trust: { by: 'ana', at: '2026-11-26T12:00:00.000Z', digest: 'd', allow: [] },
    layers: [
      { name: 'files', active: false, how: 'the kernel has no Landlock' },
      { name: 'network', active: true, how: 'network namespace' },
    ],
  };
  const manifest = { ...stable.manifest, runtime: 'python', python } as const;
  const text = startupMessage(
    'http://h',
    [served('rules', [1], { stable: { ...stable, manifest } })],
    'local',
  );
  expect(text).toMatch(/python 3\.11 in \d+ workers?, 2\.4 µs a row/);
  expect(text).toContain('rules: runs with Python 3.11, trusted by ana at 2026-11-26 12:00 UTC');
  expect(text).toContain('rules: the sandbox of its Python lacks files: the kernel has no Landlock');
  expect(text).not.toContain('network namespace');
});

test('that keys are needed, and that none are, is said where it matters', () => {
  const open = startupMessage('http://0.0.0.0:80', [served('m', 1)], 'insecure');
  expect(open).toContain('Insecure: whoever reaches this address');
  const closed = startupMessage('http://0.0.0.0:80', [served('m', 1)], 'keys');
  expect(closed).toContain('plimsoll keys create');
  expect(closed).toContain('-H "authorization: Bearer $PLIMSOLL_KEY"');
});
