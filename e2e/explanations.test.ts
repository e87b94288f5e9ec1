import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, plimsoll, ROOT } from './cli.ts';
import { call } from './serving/client.ts';
import {
  acceptForest,
  FOREST as answer,
  distance,
  serveForest,
  UNHURRIED,
} from './serving/explained-forest.ts';

const { rows } = answer;
acceptForest();

test('an answer holds its explanation against the rows that were pushed with the version', async () => {
  const url = await serveForest();
  const { status, json } = await call(`${url}/predict`, { body: { rows, explain: true } });
  expect(status).toBe(200);
  const { explanation, ...prediction } = json;
  const plain = await call(`${url}/predict`, { body: { rows } });
  expect(prediction).toEqual({ ...plain.json, requestId: prediction.requestId });
  expect(explanation).toMatchObject({
    method: 'tree-interventional',
    output: 'predict_proba',
    features: ['x0', 'x1', 'x2', 'x3', 'x4'],
    classes: [0, 1],
    background: { digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), rows: answer.background.length },
    model: { digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
  });
  expect(distance(explanation.values, answer.interventional.values)).toBeLessThan(1e-12);
  expect(distance(explanation.baseValues, answer.interventional.base)).toBeLessThan(1e-12);
  expect(explanation.additivityError).toBeLessThan(1e-12);
});

test('the same request is explained by the same bytes, in another process too', async () => {
  const ask = async (): Promise<string> => {
    const url = await serveForest();
    const body = { rows, explain: { top: 2 } };
    const { text } = await call(`${url}/predict`, { body, headers: { 'x-request-id': 'again' } });
    return text;
  };
  const first = await ask();
  expect(first).toContain('"explanation":{');
  expect(await ask()).toBe(first);
});

test('a request says how it is to be explained, and by how many columns', async () => {
  const url = await serveForest();
  const explain = { top: 2, method: 'tree-path-dependent' };
  const { json } = await call(`${url}/predict`, { body: { rows, explain } });
  const { explanation } = json;
  expect(explanation).toMatchObject({ method: 'tree-path-dependent', background: null });
  expect(explanation.features).toBeUndefined();
  expect(explanation.top).toHaveLength(rows.length);
  for (const [row, { columns, rest }] of explanation.top.entries()) {
    expect(columns).toHaveLength(2);
    for (const score of [0, 1]) {
      const named = columns.reduce((sum: number, { value }: { value: number[] }) => sum + value[score]!, 0);
      const told = explanation.baseValues[score] + named + rest[score];
      expect(told).toBeCloseTo(json.probabilities[row][score], 12);
    }
  }
});

test('what many rows are answered in a scoring thread is explained, too', async () => {
  const url = await serveForest();
  const many = Array.from({ length: 3000 }, (_, k) => rows[k % rows.length]!);
  const { json } = await call(`${url}/predict`, { body: { rows: many, explain: true } });
  expect(json.predictions).toHaveLength(many.length);
  expect(distance(json.explanation.values.slice(-rows.length), answer.interventional.values)).toBeLessThan(
    1e-12,
  );
  const more = Array.from({ length: 6000 }, (_, k) => rows[k % rows.length]!);
  const large = await call(`${url}/predict`, { body: { rows: more, explain: true } });
  expect(large.status).toBe(200);
  expect(large.json.predictions).toHaveLength(more.length);
  expect(large.json).toMatchObject({ explanation: null, explanationReason: { code: 'EXPLANATION_LARGE' } });
});

test('a prediction is answered in full where its explanation comes too late, or there is none', async () => {
  const url = await serveForest();
  process.env['PLIMSOLL_EXPLAIN_TIMEOUT'] = '1';
  // What explains it is made anew here, which takes longer in any case.
  process.env['PLIMSOLL_EXPLAIN_PREPARE'] = '0';
  const late = await call(`${url}/predict`, { body: { rows, explain: true } });
  process.env['PLIMSOLL_EXPLAIN_TIMEOUT'] = UNHURRIED;
  delete process.env['PLIMSOLL_EXPLAIN_PREPARE'];
  expect(late.status).toBe(200);
  expect(late.json).toMatchObject({ explanation: null, explanationReason: { code: 'EXPLANATION_LATE' } });
  const other = await serveForest();
  const unfit = await call(`${other}/predict`, {
    body: { rows, explain: { method: 'linear-interventional' } },
  });
  expect(unfit.status).toBe(200);
  expect(unfit.json.predictions).toHaveLength(rows.length);
  expect(unfit.json).toMatchObject({ explanation: null, explanationReason: { code: 'EXPLANATION_UNFIT' } });
});

test('settings that cannot be read cost the explanation alone, of few rows and of many', async () => {
  process.env['PLIMSOLL_EXPLAIN_CELLS'] = 'all';
  try {
    const url = await serveForest();
    for (const length of [2, 3000]) {
      const body = { rows: Array.from({ length }, () => rows[0]!), explain: true };
      const { status, json } = await call(`${url}/predict`, { body });
      expect([length, status]).toEqual([length, 200]);
      expect(json.predictions).toHaveLength(length);
      expect(json).toMatchObject({ explanation: null, explanationReason: { code: 'CONFIG_INVALID' } });
    }
  } finally {
    delete process.env['PLIMSOLL_EXPLAIN_CELLS'];
  }
});

test('what is no good wish is refused, by its name', async () => {
  const url = await serveForest();
  const { status, json } = await call(`${url}/predict`, { body: { rows, explain: { top: 0 } } });
  expect(status).toBe(422);
  expect(json.detail).toMatchObject([{ loc: ['body', 'explain', 'top'] }]);
});

test('a registered version is explained by its name on the command line, against the rows that it keeps', () => {
  const data = folder();
  const [background, input] = ['background.json', 'rows.json'].map((name) => join(data, name)) as [
    string,
    string,
  ];
  writeFileSync(background, JSON.stringify(answer.background));
  writeFileSync(input, JSON.stringify(rows));
  const file = join(ROOT, 'fixtures/explanations/forest-classes.joblib');
  const options = ['--data', data, '--json'];
  expect(plimsoll('push', file, '--name', 'forest', '--background', background, ...options).status).toBe(0);
  const { stdout, stderr } = plimsoll('explain', 'forest@1', '--input', input, ...options);
  expect(stderr).toBe('');
  const kept = JSON.parse(stdout);
  expect(distance(kept.values, answer.interventional.values)).toBeLessThan(1e-12);
  const given = plimsoll('explain', file, '--input', input, '--background', background, '--json');
  expect(JSON.parse(given.stdout)).toEqual(kept);
  expect(kept.background).toMatchObject({ rows: answer.background.length });
  const changed = plimsoll('counterfactual', 'forest@1', '--input', input, ...options);
  const changes = JSON.parse(changed.stdout).rows;
  expect(changes).toHaveLength(rows.length);
  const ofFile = ['counterfactual', file, '--input', input, '--background', background, '--json'];
  expect(JSON.parse(plimsoll(...ofFile).stdout).rows).toEqual(changes);
  expect(plimsoll('explain', 'forest@7', '--input', input, ...options).stdout).toMatch(/VERSION_UNKNOWN/);
});
