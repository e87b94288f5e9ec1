import { networkInterfaces } from 'node:os';
import { type ContainerUnderTest, type ContractClause, type ContractTrials, hold } from './clause.ts';
import {
  expectPredictions,
  expectStatus,
  gracefulEnd,
  JSON_TYPE,
  noControl,
  objectOf,
  seen,
} from './common.ts';
import { asking } from './container-client.ts';

const SOURCE = 'cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements';

/** What Vertex makes of a model that names no routes. */
const ROUTE = '/v1/endpoints/1234567890/deployedModels/987654321';
const PREDICT = `${ROUTE}:predict`;

const clause = (id: string, says: string, check: ContractClause['check']): ContractClause => ({
  id,
  source: SOURCE,
  says,
  check,
});
const bodyOf = ({ samples }: ContainerUnderTest, count: number, more: object = {}): string =>
  JSON.stringify({ instances: Array.from({ length: count }, () => samples.row), ...more });

const CLAUSES: readonly ContractClause[] = [
  clause('health', 'GET AIP_HEALTH_ROUTE is 200 within 10 s', async ({ ask }) => {
    const answer = await ask(ROUTE, { limit: 10_000 });
    expectStatus(answer, 200);
    return seen(answer);
  }),
  clause('all-addresses', 'it listens on 0.0.0.0, at AIP_HTTP_PORT', async ({ started }) => {
    const other = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
    // All of 127.0.0.0/8 is this machine: whoever listens on 127.0.0.1 alone does not answer at another address of it.
    const address = other ?? '127.0.0.2';
    const answer = await asking(started.port, address)(ROUTE, { limit: 10_000 });
    expectStatus(answer, 200);
    return `${address}:${started.port} answers ${answer.status}`;
  }),
  ...[1, 7].map((count) =>
    clause(
      `predict-${count}`,
      `POST AIP_PREDICT_ROUTE answers ${count} instances with ${count} predictions`,
      async (on) =>
        expectPredictions(await on.ask(PREDICT, { body: bodyOf(on, count), headers: JSON_TYPE }), on, count),
    ),
  ),
  clause('parameters', 'parameters beside the instances are accepted', async (on) => {
    const body = bodyOf(on, 2, { parameters: { threshold: 0.5 } });
    return expectPredictions(await on.ask(PREDICT, { body, headers: JSON_TYPE }), on, 2);
  }),
  clause('json', 'the answer is application/json', async (on) => {
    const { headers } = await on.ask(PREDICT, { body: bodyOf(on, 1), headers: JSON_TYPE });
    const type = String(headers['content-type']);
    hold(type.startsWith('application/json'), type);
    return type;
  }),
  clause(
    'bad-instance',
    'an instance that is none is refused with 4xx and a JSON that says why',
    async ({ ask, samples }) => {
      const answer = await ask(PREDICT, {
        body: JSON.stringify({ instances: [samples.bad] }),
        headers: JSON_TYPE,
      });
      hold(answer.status >= 400 && answer.status < 500, `${seen(answer)}; wanted 4xx`);
      objectOf(answer);
      return seen(answer);
    },
  ),
  clause('largest-body', 'a request of 1.5 MB is answered within 60 s', async (on) => {
    const count = Math.floor((1_500_000 - 20) / (JSON.stringify(on.samples.row).length + 1));
    const body = bodyOf(on, count);
    const answer = await on.ask(PREDICT, { body, headers: JSON_TYPE });
    expectPredictions(answer, on, count);
    return `${body.length} bytes, ${count} instances in ${Math.round(answer.millis)} ms`;
  }),
  noControl(SOURCE),
  gracefulEnd(SOURCE, PREDICT, (on) => bodyOf(on, 1)),
];

export const vertexTrials = (port: number): ContractTrials => ({
  contract: 'vertex',
  trials: [
    {
      name: 'endpoint',
      env: {
        AIP_MODE: 'PREDICTION',
        AIP_HTTP_PORT: String(port),
        AIP_HEALTH_ROUTE: ROUTE,
        AIP_PREDICT_ROUTE: PREDICT,
        AIP_ENDPOINT_ID: '1234567890',
        AIP_DEPLOYED_MODEL_ID: '987654321',
        AIP_STORAGE_URI: '',
      },
      args: [],
      mount: null,
      ready: ROUTE,
      clauses: CLAUSES,
    },
  ],
});
