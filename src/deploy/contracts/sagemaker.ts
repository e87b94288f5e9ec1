import type { ContainerUnderTest, ContractClause, ContractTrials } from './clause.ts';
import { hold } from './clause.ts';
import {
  expectPredictions,
  expectStatus,
  gracefulEnd,
  JSON_TYPE,
  noControl,
  objectOf,
  seen,
} from './common.ts';

const DOCS = 'docs.aws.amazon.com/sagemaker/latest/dg';
const INFERENCE = `${DOCS}/your-algorithms-inference-code.html`;
const BATCH = `${DOCS}/your-algorithms-batch-code.html`;
const RUNTIME = 'docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html';

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

/** Largest body that InvokeEndpoint takes. */
const MOST_BYTES = 6_291_456;
const instances = ({ samples }: ContainerUnderTest, count = 1): string =>
  JSON.stringify({ instances: Array.from({ length: count }, () => samples.row) });

const CLAUSES: readonly ContractClause[] = [
  clause('ping', INFERENCE, 'GET /ping is 200 within 2 s, without a body', async ({ ask }) => {
    const answer = await ask('/ping', { limit: 2000 });
    expectStatus(answer, 200);
    hold(answer.text.trim() === '', `${seen(answer)}; wanted no body`);
    return seen(answer);
  }),
  clause('accept', INFERENCE, 'sockets are accepted within 250 ms', async ({ ask }) => {
    const { connectMillis } = await ask('/ping');
    hold(connectMillis <= 250, `${Math.round(connectMillis)} ms`);
    return `${connectMillis.toFixed(1)} ms`;
  }),
  clause('invocations-json', INFERENCE, 'POST /invocations answers JSON', async (on) =>
    expectPredictions(await on.ask('/invocations', { body: instances(on, 3), headers: JSON_TYPE }), on, 3),
  ),
  clause(
    'invocations-csv',
    INFERENCE,
    'POST /invocations reads text/csv, where rows are cells',
    async (on) => {
      const { csv } = on.samples;
      if (csv === null) {
        const answer = await on.ask('/invocations', {
          body: 'a,b\n',
          headers: { 'content-type': 'text/csv' },
        });
        hold(answer.status >= 400 && answer.status < 500, `${seen(answer)}; wanted it refused`);
        return `tensors are no lines of CSV, refused: ${seen(answer)}`;
      }
      const headers = { 'content-type': 'text/csv' };
      return expectPredictions(await on.ask('/invocations', { body: csv.repeat(2), headers }), on, 2);
    },
  ),
  clause('accept-csv', INFERENCE, 'Accept: text/csv is answered with one line a row', async (on) => {
    const headers = { ...JSON_TYPE, accept: 'text/csv' };
    const answer = await on.ask('/invocations', { body: instances(on, 2), headers });
    expectStatus(answer, 200);
    const type = answer.headers['content-type'] ?? '';
    const lines = answer.text.trimEnd().split('\n');
    hold(
      type.startsWith('text/csv') && lines.length === 2,
      `${type}, ${seen(answer)}; wanted two lines of text/csv`,
    );
    return `${type}: ${JSON.stringify(answer.text.slice(0, 60))}`;
  }),
  clause('unknown-headers', INFERENCE, 'headers that it does not know are ignored', async (on) => {
    const headers = {
      ...JSON_TYPE,
      'x-amzn-sagemaker-session-id': 'NEW_SESSION',
      'x-unknown': 'ü'.normalize('NFD'),
    };
    return expectPredictions(
      await on.ask('/invocations', { body: instances(on), headers: ascii(headers) }),
      on,
      1,
    );
  }),
  clause(
    'custom-attributes',
    RUNTIME,
    'custom attributes come back only where code sets them',
    async (on) => {
      const headers = { ...JSON_TYPE, 'x-amzn-sagemaker-custom-attributes': 'trace=1' };
      const answer = await on.ask('/invocations', { body: instances(on), headers });
      const echoed = answer.headers['x-amzn-sagemaker-custom-attributes'];
      hold(echoed === undefined, `answered with ${echoed}`);
      return expectPredictions(answer, on, 1);
    },
  ),
  clause(
    'bad-body',
    INFERENCE,
    'a body that is none is refused with 4xx and a JSON that says why',
    async ({ ask }) => {
      const answer = await ask('/invocations', { body: '{"instances": [', headers: JSON_TYPE });
      hold(answer.status >= 400 && answer.status < 500, `${seen(answer)}; wanted 4xx`);
      objectOf(answer);
      return seen(answer);
    },
  ),
  clause('largest-body', RUNTIME, 'a body of 6 MiB is answered within 60 s', async (on) => {
    const each = JSON.stringify(on.samples.row).length + 1;
    const count = Math.floor((MOST_BYTES - 20) / each);
    const body = instances(on, count);
    const answer = await on.ask('/invocations', { body, headers: JSON_TYPE });
    expectPredictions(answer, on, count);
    return `${body.length} bytes, ${count} rows in ${Math.round(answer.millis)} ms`;
  }),
  noControl(INFERENCE),
  gracefulEnd(INFERENCE, '/invocations', (on) => instances(on)),
];

/** Header values are ASCII; what is not is left out. */
const ascii = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '')]),
  );

const BATCH_CLAUSES: readonly ContractClause[] = [
  clause(
    'execution-parameters',
    BATCH,
    'GET /execution-parameters says how a batch transform is to send rows',
    async ({ ask }) => {
      const answer = await ask('/execution-parameters');
      expectStatus(answer, 200);
      const {
        MaxConcurrentTransforms: many,
        BatchStrategy: strategy,
        MaxPayloadInMB: mega,
      } = objectOf(answer);
      hold(typeof many === 'number' && Number.isInteger(many), seen(answer));
      hold(typeof mega === 'number' && Number.isInteger(mega), seen(answer));
      hold(many * mega <= 100, `${seen(answer)}; wanted a product of at most 100`);
      hold(strategy === 'MULTI_RECORD' || strategy === 'SINGLE_RECORD', seen(answer));
      return answer.text;
    },
  ),
  clause('batch-csv', BATCH, 'several lines of one request are answered in their order', async (on) => {
    const { csv } = on.samples;
    if (csv === null)
      return expectPredictions(
        await on.ask('/invocations', { body: instances(on, 5), headers: JSON_TYPE }),
        on,
        5,
      );
    const headers = { 'content-type': 'text/csv' };
    return expectPredictions(await on.ask('/invocations', { body: csv.repeat(5), headers }), on, 5);
  }),
];

export function sagemakerTrials(port: number): ContractTrials {
  const env = { SAGEMAKER_BIND_TO_PORT: String(port), SAGEMAKER_SAFE_PORT_RANGE: '21000-21099' };
  const common = { args: ['serve'], ready: '/ping' };
  const batch = {
    SAGEMAKER_BATCH: 'true',
    SAGEMAKER_BATCH_STRATEGY: 'MULTI_RECORD',
    SAGEMAKER_MAX_PAYLOAD_IN_MB: '6',
  };
  return {
    contract: 'sagemaker',
    trials: [
      { name: 'serve', ...common, env, mount: '/opt/ml/model', clauses: CLAUSES },
      { name: 'batch transform', ...common, env: { ...env, ...batch }, mount: null, clauses: BATCH_CLAUSES },
    ],
  };
}
