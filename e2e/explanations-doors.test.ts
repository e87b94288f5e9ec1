import { expect, test } from 'vitest';
import { call } from './serving/client.ts';
import { acceptForest, distance, FOREST, serveForest } from './serving/explained-forest.ts';

const { rows, interventional } = FOREST;
acceptForest();

test("KServe's V1 explains with one document a row, beside the predictions", async () => {
  const url = await serveForest();
  const { status, json } = await call(`${url}/v1/models/forest:explain`, { body: { instances: rows } });
  expect(status).toBe(200);
  const predicted = await call(`${url}/v1/models/forest:predict`, { body: { instances: rows } });
  expect(json.predictions).toEqual(predicted.json.predictions);
  expect(json.explanations).toHaveLength(rows.length);
  for (const [row, explanation] of json.explanations.entries()) {
    expect(explanation).toMatchObject({
      method: 'tree-interventional',
      features: ['x0', 'x1', 'x2', 'x3', 'x4'],
    });
    expect(distance(explanation.values, interventional.values[row])).toBeLessThan(1e-12);
  }
  const body = { instances: rows, explain: { top: 1, method: 'tree-path-dependent' } };
  const top = await call(`${url}/v1/models/forest/versions/1:explain`, { body });
  expect(top.json.explanations[0]).toMatchObject({ method: 'tree-path-dependent', background: null });
  expect(top.json.explanations[0].top.columns).toHaveLength(1);
});

test('V1 has an error where there is no explanation: nothing else was asked for', async () => {
  const url = await serveForest();
  const body = { instances: rows, explain: { method: 'linear-interventional' } };
  const { status, json } = await call(`${url}/v1/models/forest:explain`, { body });
  expect(status).toBe(422);
  expect(json.error).toMatch(/Cannot explain forest@1/);
});

test('V2 explains in further tensors, as JSON and as bytes', async () => {
  const url = await serveForest();
  const inputs = [{ name: 'input', datatype: 'FP64', shape: [rows.length, 5], data: rows.flat() }];
  const parameters = { explain: true };
  const { status, json } = await call(`${url}/v2/models/forest/infer`, { body: { inputs, parameters } });
  expect(status).toBe(200);
  const named = (name: string) => json.outputs.find((output: { name: string }) => output.name === name);
  expect(named('predict_proba_attributions')).toMatchObject({ datatype: 'FP64', shape: [rows.length, 5, 2] });
  expect(distance(named('predict_proba_attributions').data, interventional.values.flat(2))).toBeLessThan(
    1e-12,
  );
  expect(distance(named('base_values').data, interventional.base)).toBeLessThan(1e-12);
  expect(json.parameters).toMatchObject({
    explanation_method: 'tree-interventional',
    background_rows: FOREST.background.length,
  });
  const outputs = [{ name: 'predict' }];
  const binary = { explain: true, binary_data_output: true };
  const answer = await call(`${url}/v2/models/forest/infer`, {
    body: { inputs, outputs, parameters: binary },
  });
  const head = JSON.parse(answer.text.slice(0, Number(answer.headers['inference-header-content-length'])));
  expect(head.outputs.map(({ name }: { name: string }) => name)).toEqual([
    'predict',
    'predict_proba_attributions',
    'base_values',
  ]);
  expect(head.outputs[1].parameters.binary_data_size).toBe(rows.length * 10 * 8);
  const unfit = { explain: { method: 'linear-interventional' } };
  const without = await call(`${url}/v2/models/forest/infer`, { body: { inputs, parameters: unfit } });
  expect(without.status).toBe(200);
  expect(without.json.parameters).toMatchObject({ explanation_code: 'EXPLANATION_UNFIT' });
  const bad = await call(`${url}/v2/models/forest/infer`, {
    body: { inputs, parameters: { explain: 'yes' } },
  });
  expect(bad.status).toBe(400);
});

test('Vertex explains the output that is largest, or those that are asked for', async () => {
  const url = await serveForest();
  const path = `${url}/v1/projects/p/locations/l/endpoints/forest:explain`;
  const { status, json } = await call(path, { body: { instances: rows } });
  expect(status).toBe(200);
  expect(json.predictions).toHaveLength(rows.length);
  expect(json.explanations).toHaveLength(rows.length);
  for (const [row, { attributions }] of json.explanations.entries()) {
    expect(attributions).toHaveLength(1);
    const [{ outputIndex, outputDisplayName, featureAttributions, ...values }] = attributions;
    const [score] = outputIndex;
    expect(outputDisplayName).toBe(String(json.predictions[row]));
    expect(values.baselineOutputValue).toBeCloseTo(interventional.base[score]!, 12);
    const wanted = interventional.values[row]!.map((column) => column[score]!);
    expect(distance(Object.values(featureAttributions), wanted)).toBeLessThan(1e-12);
    const told = wanted.reduce((sum, value) => sum + value, values.baselineOutputValue);
    expect(values.instanceOutputValue).toBeCloseTo(told, 12);
    expect(values.approximationError).toBeLessThan(1e-12);
  }
  const all = { instances: rows, explanationSpecOverride: { parameters: { topK: -1 } } };
  const both = await call(path, { body: all });
  expect(both.json.explanations[0].attributions).toHaveLength(2);
  const parameters = { outputIndices: [1, 0, 1, 1, 5] };
  const named = await call(path, { body: { instances: rows, explanationSpecOverride: { parameters } } });
  const places = named.json.explanations[0].attributions.map(
    (one: { outputIndex: number[] }) => one.outputIndex,
  );
  expect(places).toEqual([[1], [0]]);
  const bad = { instances: rows, explanationSpecOverride: { parameters: { topK: 'all' } } };
  expect((await call(path, { body: bad })).status).toBe(400);
});

const ENABLE = 'x-amzn-sagemaker-enable-explanations';
const csv = `${rows.map((row) => row.join(',')).join('\n')}\n`;

test('SageMaker explains as Clarify does, the records for which the condition holds', async () => {
  const url = await serveForest();
  for (const path of ['/invocations', '/endpoints/forest/invocations']) {
    const types = { 'content-type': 'text/csv', accept: 'text/csv' };
    const plain = await call(`${url}${path}`, { body: csv, headers: types });
    const all = await call(`${url}${path}`, { body: csv, headers: { ...types, [ENABLE]: '`true`' } });
    expect(all.status).toBe(200);
    expect(all.headers['content-type']).toBe('application/json');
    expect(all.json).toMatchObject({
      version: '1.0',
      predictions: { content_type: 'text/csv; charset=utf-8', data: plain.text },
      label_headers: ['0', '1'],
      explanation: { method: 'tree-interventional', background: { rows: FOREST.background.length } },
    });
    const explained = all.json.explanations.kernel_shap;
    const attributions = (row: { attributions: { attribution: number[] }[] }[]) =>
      row.map((feature) => feature.attributions[0]!.attribution);
    expect(distance(explained.map(attributions), interventional.values)).toBeLessThan(1e-12);
    expect(explained[0][0]).toMatchObject({ feature_header: 'x0', feature_type: 'numerical' });
    const some = await call(`${url}${path}`, { body: csv, headers: { ...types, [ENABLE]: '[0]==`1`' } });
    const labels = plain.text.trim().split('\n');
    expect(labels).toContain('0');
    expect(some.json.explanations.kernel_shap).toEqual(
      explained.map((row: unknown, k: number) => (labels[k] === '1' ? row : null)),
    );
    const none = await call(`${url}${path}`, { body: csv, headers: { ...types, [ENABLE]: '`false`' } });
    expect(none.json.explanations.kernel_shap).toEqual(labels.map(() => null));
    expect(none.json.predictions.data).toBe(plain.text);
  }
});

test('of more records than are explained at once, those few are for which the condition holds', async () => {
  const url = await serveForest();
  const { json } = await call(`${url}/predict`, { body: { rows } });
  const [other] = json.probabilities[1];
  const [wanted] = json.probabilities[0];
  expect(wanted).not.toBe(other);
  const body = `${rows[0]!.join(',')}\n${`${rows[1]!.join(',')}\n`.repeat(5999)}`;
  const types = { 'content-type': 'text/csv', accept: 'text/csv' };
  const ask = (condition: string) =>
    call(`${url}/invocations`, { body, headers: { ...types, [ENABLE]: condition } });
  const { kernel_shap: told } = (await ask(`[1]==\`${wanted}\``)).json.explanations;
  expect(told).toHaveLength(6000);
  const attributions = told[0].map(
    (one: { attributions: { attribution: number[] }[] }) => one.attributions[0]!.attribution,
  );
  expect(distance(attributions, interventional.values[0])).toBeLessThan(1e-12);
  expect(told.slice(1).every((row: unknown) => row === null)).toBe(true);
  const none = await ask('`false`');
  expect(none.json.explanationReason).toBeUndefined();
  expect((await ask('`true`')).json.explanationReason).toMatchObject({ code: 'EXPLANATION_LARGE' });
  expect((await ask('[1]')).status).toBe(400);
});

test('conditions on JSON lines name what the answer says, and those that give no truth are refused', async () => {
  const url = await serveForest();
  const body = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
  const types = { 'content-type': 'application/jsonlines', accept: 'application/jsonlines' };
  const ask = (condition: string) =>
    call(`${url}/endpoints/forest/invocations`, { body, headers: { ...types, [ENABLE]: condition } });
  const { json } = await ask('predicted_label==`1` && probability>`0.5`');
  expect(json.predictions.content_type).toBe('application/jsonlines');
  const explained = json.explanations.kernel_shap.map((row: unknown) => row !== null);
  expect(explained).toEqual(
    json.predictions.data
      .trim()
      .split('\n')
      .map((label: string) => label === '1'),
  );
  for (const condition of ['probability', 'missing>`1`', '[', 'shap(@)']) {
    const refused = await ask(condition);
    expect([condition, refused.status]).toEqual([condition, 400]);
    expect(refused.json.message).toMatch(/enable-explanations/i);
  }
});
