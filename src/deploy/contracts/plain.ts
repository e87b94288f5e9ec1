import { required } from '../../core/element-at.ts';
import { wheelName } from '../../python/wheel.ts';
import type { ContractClause, ContractTrials } from './clause.ts';
import { hold } from './clause.ts';
import { expectPredictions, expectStatus, gracefulEnd, JSON_TYPE, objectOf, seen } from './common.ts';

/** The contract of this program: docs/containers.md. */
const SOURCE = 'docs/containers.md';

const clause = (id: string, says: string, check: ContractClause['check']): ContractClause => ({
  id,
  source: SOURCE,
  says,
  check,
});

const CLAUSES: readonly ContractClause[] = [
  clause('predict', 'POST /predict answers the numbers of this machine', async (on) => {
    const body = JSON.stringify({ rows: [on.samples.row, on.samples.row] });
    return expectPredictions(await on.ask('/predict', { body, headers: JSON_TYPE }), on, 2);
  }),
  clause(
    'predict-by-name',
    'POST /models/{model}/predict answers, with the version in its headers',
    async (on) => {
      const path = `/models/${encodeURIComponent(on.model)}/predict`;
      const answer = await on.ask(path, { body: JSON.stringify({ rows: [on.samples.row] }) });
      hold(answer.headers['x-model-version'] !== undefined, 'there is no header x-model-version');
      return expectPredictions(answer, on, 1);
    },
  ),
  clause('bad-row', 'a row that is none is refused with 422 that says where', async ({ ask, samples }) => {
    const answer = await ask('/predict', {
      body: JSON.stringify({ rows: [samples.bad] }),
      headers: JSON_TYPE,
    });
    expectStatus(answer, 422);
    hold(Array.isArray(objectOf(answer)['detail']), `${seen(answer)}; wanted a list of complaints`);
    return seen(answer);
  }),
  ...['/healthz', '/readyz'].map((path) =>
    clause(path.slice(1), `GET ${path} is 200 within 2 s`, async ({ ask }) => {
      const answer = await ask(path, { limit: 2000 });
      expectStatus(answer, 200);
      return seen(answer);
    }),
  ),
  clause('metrics', 'GET /metrics counts the requests, for Prometheus', async ({ ask }) => {
    const answer = await ask('/metrics');
    expectStatus(answer, 200);
    const line = /^inference_requests_total\{.*$/m.exec(answer.text)?.[0];
    hold(line !== undefined, 'there is no inference_requests_total');
    return required(line, 'inference_requests_total');
  }),
  clause('docs', 'GET /docs and /openapi.json show the model', async ({ ask, model }) => {
    const page = await ask('/docs');
    expectStatus(page, 200, 301, 302, 307);
    const schema = await ask('/openapi.json');
    expectStatus(schema, 200);
    hold(schema.text.includes(model), 'the schema does not name the model');
    return `200, ${schema.text.length} bytes of schema`;
  }),
  clause('python-package', 'GET /clients/python/ offers the package of this version', async ({ ask }) => {
    const page = await ask('/clients/python/');
    expectStatus(page, 200);
    hold(page.text.includes(wheelName()), `the page does not name ${wheelName()}`);
    const wheel = await ask(`/clients/python/${wheelName()}`);
    expectStatus(wheel, 200);
    hold(wheel.text.startsWith('PK'), 'the wheel is no ZIP archive');
    return wheelName();
  }),
  clause('no-control', 'there is no control API: what is served cannot be changed', async ({ ask }) => {
    const answer = await ask('/api/v1/models');
    expectStatus(answer, 404);
    return seen(answer);
  }),
  gracefulEnd(SOURCE, '/predict', ({ samples }) => JSON.stringify({ rows: [samples.row] })),
];

/** Made up for one run; nobody else is told. */
const TOKEN = 'plim_contract_trial_0123456789abcdef0123456789abcdef';

const KEY_CLAUSES: readonly ContractClause[] = [
  clause(
    'keys',
    'where there is a key, predictions are answered with it and refused with 401 without',
    async (on) => {
      const body = JSON.stringify({ rows: [on.samples.row] });
      expectStatus(await on.ask('/predict', { body, headers: JSON_TYPE }), 401);
      const headers = { ...JSON_TYPE, authorization: `Bearer ${TOKEN}` };
      return expectPredictions(await on.ask('/predict', { body, headers }), on, 1);
    },
  ),
];

export function plainTrials(port: number): ContractTrials {
  const env = { PLIMSOLL_CONTRACT: 'plain', PLIMSOLL_PORT: String(port) };
  const common = { args: ['serve'], mount: null, ready: '/readyz' };
  return {
    contract: 'plain',
    trials: [
      { name: 'serve', ...common, env: { ...env, PLIMSOLL_INSECURE: 'true' }, clauses: CLAUSES },
      { name: 'with a key', ...common, env: { ...env, PLIMSOLL_TOKEN: TOKEN }, clauses: KEY_CLAUSES },
    ],
  };
}
