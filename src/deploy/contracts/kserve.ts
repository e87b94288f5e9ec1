import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../core/record.ts';
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

const V1 = 'kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol';
const V2 = 'github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md';
const RUNTIME = 'kserve.github.io/website/docs/concepts/resources/servingruntime';

/** Name that the platform gives the model: that of the InferenceService. */
const NAME = 'wine-quality';

const clause = (
  id: string,
  source: string,
  says: string,
  check: ContractClause['check'],
): ContractClause => ({
  id,
  source,
  says,
  check,
});
const instances = ({ samples }: ContainerUnderTest, count: number): string =>
  JSON.stringify({ instances: Array.from({ length: count }, () => samples.row) });

const CLAUSES: readonly ContractClause[] = [
  clause('v1-list', V1, 'GET /v1/models lists the model by the name of its service', async ({ ask }) => {
    const answer = await ask('/v1/models');
    expectStatus(answer, 200);
    const { models } = objectOf(answer);
    hold(Array.isArray(models) && models.includes(NAME), `${seen(answer)}; wanted ${NAME}`);
    return seen(answer);
  }),
  clause('v1-ready', V1, 'GET /v1/models/{name} says that it is ready', async ({ ask }) => {
    const answer = await ask(`/v1/models/${NAME}`);
    expectStatus(answer, 200);
    const { name, ready } = objectOf(answer);
    hold(name === NAME && String(ready).toLowerCase() === 'true', `${seen(answer)}; wanted name and ready`);
    return seen(answer);
  }),
  clause(
    'v1-predict',
    V1,
    'POST /v1/models/{name}:predict answers instances with predictions',
    async (on) => {
      const answer = await on.ask(`/v1/models/${NAME}:predict`, {
        body: instances(on, 2),
        headers: JSON_TYPE,
      });
      return expectRows(answer, on, 2);
    },
  ),
  clause('v1-absent', V1, 'a model that is not there is 404 with an error', async (on) => {
    const answer = await on.ask('/v1/models/absent:predict', { body: instances(on, 1), headers: JSON_TYPE });
    expectStatus(answer, 404);
    return seen(answer);
  }),
  ...['/v2/health/live', '/v2/health/ready', `/v2/models/${NAME}/ready`].map((path) =>
    clause(
      `v2-${path.split('/').at(-1)}${path.includes('models') ? '-model' : ''}`,
      V2,
      `GET ${path} is 200`,
      async ({ ask }) => {
        const answer = await ask(path, { limit: 2000 });
        expectStatus(answer, 200);
        return seen(answer);
      },
    ),
  ),
  clause('v2-metadata', V2, 'GET /v2/models/{name} names inputs and outputs', async ({ ask }) => {
    const answer = await ask(`/v2/models/${NAME}`);
    expectStatus(answer, 200);
    const { name, inputs, outputs } = objectOf(answer);
    hold(
      name === NAME && Array.isArray(inputs) && Array.isArray(outputs) && outputs.length > 0,
      seen(answer),
    );
    return seen(answer);
  }),
  clause('v2-infer', V2, 'POST /v2/models/{name}/infer answers tensors', async (on) => {
    const body = JSON.stringify({ id: 'one', inputs: on.samples.v2 });
    const answer = await on.ask(`/v2/models/${NAME}/infer`, { body, headers: JSON_TYPE });
    expectStatus(answer, 200);
    const { id, model_name: name, outputs } = objectOf(answer);
    hold(
      id === 'one' && name === NAME && Array.isArray(outputs),
      `${seen(answer)}; wanted id, model_name and outputs`,
    );
    const { expected } = on.samples;
    const data = outputs.map((output: unknown) => (isRecord(output) ? output['data'] : null));
    const found = data.some((values) => isDeepStrictEqual(values, [expected].flat(Number.POSITIVE_INFINITY)));
    hold(
      found || isRecord(expected),
      `${seen(answer)}; wanted ${JSON.stringify(expected)} among its outputs`,
    );
    return seen(answer);
  }),
  clause('v2-bad', V2, 'a request that is none is 400 with {"error"}', async ({ ask }) => {
    const answer = await ask(`/v2/models/${NAME}/infer`, { body: '{"inputs": 1}', headers: JSON_TYPE });
    expectStatus(answer, 400);
    hold(typeof objectOf(answer)['error'] === 'string', `${seen(answer)}; wanted {"error": TEXT}`);
    return seen(answer);
  }),
  clause('metrics', RUNTIME, 'GET /metrics answers Prometheus', async ({ ask }) => {
    const answer = await ask('/metrics');
    expectStatus(answer, 200);
    hold(answer.text.includes('inference_requests_total{'), 'there is no inference_requests_total');
    return `${answer.text.length} bytes`;
  }),
  clause('non-root', RUNTIME, 'it runs as a user that is not root', async ({ started }) => {
    const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${started.pid}/status`, 'utf8'))?.[1];
    hold(uid !== '0', 'it runs as root');
    return `uid ${uid}`;
  }),
  clause('read-only', RUNTIME, 'it runs on a root that is read-only', async ({ started }) => {
    const mounts = readFileSync(`/proc/${started.pid}/mountinfo`, 'utf8').split('\n');
    const root = mounts.map((line) => line.split(' ')).findLast((fields) => fields[4] === '/');
    hold(root?.[5]?.split(',').includes('ro') ?? false, `its root is mounted ${root?.[5]}`);
    return `its root is mounted ${root?.[5]}`;
  }),
  noControl(RUNTIME),
  gracefulEnd(RUNTIME, `/v1/models/${NAME}:predict`, (on) => instances(on, 1)),
];

/** V1 answers a row by its outputs where there are several. */
function expectRows(
  answer: Parameters<typeof expectPredictions>[0],
  on: ContainerUnderTest,
  count: number,
): string {
  const { predictions } = answer.status === 200 ? objectOf(answer) : {};
  const answered: readonly unknown[] = Array.isArray(predictions) ? predictions : [];
  const [first] = answered;
  if (!isRecord(first) || !('predict' in first)) return expectPredictions(answer, on, count);
  hold(answered.length === count, `${seen(answer)}; wanted ${count} predictions`);
  const { expected } = on.samples;
  hold(isDeepStrictEqual(first['predict'], expected), `${seen(answer)}; wanted ${JSON.stringify(expected)}`);
  return seen(answer);
}

export const kserveTrials = (port: number): ContractTrials => ({
  contract: 'kserve',
  trials: [
    {
      name: 'ServingRuntime',
      env: { PLIMSOLL_CONTRACT: 'kserve' },
      args: [`--model_name=${NAME}`, '--model_dir=/mnt/models', `--http_port=${port}`],
      mount: '/mnt/models',
      ready: '/v2/health/ready',
      clauses: CLAUSES,
    },
  ],
});
