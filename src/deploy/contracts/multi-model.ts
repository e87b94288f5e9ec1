import { isRecord } from '../../core/record.ts';
import { type ContainerUnderTest, type ContractClause, type ContractTrials, hold } from './clause.ts';
import { expectPredictions, expectStatus, JSON_TYPE, objectOf, seen } from './common.ts';

const SOURCE = 'docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html';

/** SageMaker unpacks each model into a folder of its own; its names are opaque. */
const FOLDER = '/opt/ml/models/0a1b2c3d4e5f/model';
const NAME = '0a1b2c3d4e5f';

const clause = (id: string, says: string, check: ContractClause['check']): ContractClause => ({
  id,
  source: SOURCE,
  says,
  check,
});
const load = ({ started }: ContainerUnderTest, name: string): string =>
  JSON.stringify({ model_name: name, url: started.seenAt(FOLDER) });
const rows = ({ samples }: ContainerUnderTest): string =>
  JSON.stringify({ instances: [samples.row, samples.row] });

const CLAUSES: readonly ContractClause[] = [
  clause('empty', 'it is healthy, and lists nothing, before any model is loaded', async ({ ask }) => {
    expectStatus(await ask('/ping', { limit: 2000 }), 200);
    const answer = await ask('/models');
    expectStatus(answer, 200);
    const { models } = objectOf(answer);
    hold(Array.isArray(models) && models.length === 0, `${seen(answer)}; wanted {"models":[]}`);
    return seen(answer);
  }),
  clause('invoke-absent', 'POST /models/{name}/invoke is 404 for a model that is not loaded', async (on) => {
    const answer = await on.ask(`/models/${NAME}/invoke`, { body: rows(on), headers: JSON_TYPE });
    expectStatus(answer, 404);
    return seen(answer);
  }),
  clause('load', 'POST /models loads a model', async (on) => {
    const answer = await on.ask('/models', { body: load(on, NAME), headers: JSON_TYPE });
    expectStatus(answer, 200);
    return seen(answer);
  }),
  clause('load-again', 'POST /models is 409 for a model that is loaded', async (on) => {
    const answer = await on.ask('/models', { body: load(on, NAME), headers: JSON_TYPE });
    expectStatus(answer, 409);
    return seen(answer);
  }),
  clause('list', 'GET /models lists modelName and modelUrl', async ({ ask }) => {
    const answer = await ask('/models');
    expectStatus(answer, 200);
    const { models } = objectOf(answer);
    const [first]: readonly unknown[] = Array.isArray(models) ? models : [];
    hold(
      isRecord(first) && first['modelName'] === NAME && typeof first['modelUrl'] === 'string',
      seen(answer),
    );
    return seen(answer);
  }),
  clause(
    'describe',
    'GET /models/{name} is 200 with modelName and modelUrl, 404 where it is absent',
    async ({ ask }) => {
      const answer = await ask(`/models/${NAME}`);
      expectStatus(answer, 200);
      hold(objectOf(answer)['modelName'] === NAME, seen(answer));
      expectStatus(await ask('/models/absent'), 404);
      return seen(answer);
    },
  ),
  clause('invoke', 'POST /models/{name}/invoke answers, with the header of the target model', async (on) => {
    const headers = { ...JSON_TYPE, 'x-amzn-sagemaker-target-model': 'churn.tar.gz' };
    return expectPredictions(await on.ask(`/models/${NAME}/invoke`, { body: rows(on), headers }), on, 2);
  }),
  clause('second', 'another name may be loaded from the same folder', async (on) => {
    expectStatus(await on.ask('/models', { body: load(on, 'other'), headers: JSON_TYPE }), 200);
    return expectPredictions(
      await on.ask('/models/other/invoke', { body: rows(on), headers: JSON_TYPE }),
      on,
      2,
    );
  }),
  clause('bad-load', 'a request that is none is refused with 4xx', async ({ ask }) => {
    const answer = await ask('/models', { body: '{"model_name": 1}', headers: JSON_TYPE });
    hold(answer.status >= 400 && answer.status < 500, `${seen(answer)}; wanted 4xx`);
    return seen(answer);
  }),
  clause('unload', 'DELETE /models/{name} is 200, then 404, and the model is gone', async (on) => {
    expectStatus(await on.ask(`/models/${NAME}`, { method: 'DELETE' }), 200);
    const again = await on.ask(`/models/${NAME}`, { method: 'DELETE' });
    expectStatus(again, 404);
    expectStatus(await on.ask(`/models/${NAME}/invoke`, { body: rows(on), headers: JSON_TYPE }), 404);
    expectStatus(await on.ask('/models/other/invoke', { body: rows(on), headers: JSON_TYPE }), 200);
    return seen(again);
  }),
  clause('reload', 'a model that was unloaded can be loaded again', async (on) => {
    expectStatus(await on.ask('/models', { body: load(on, NAME), headers: JSON_TYPE }), 200);
    return expectPredictions(
      await on.ask(`/models/${NAME}/invoke`, { body: rows(on), headers: JSON_TYPE }),
      on,
      2,
    );
  }),
];

const FULL: readonly ContractClause[] = [
  clause('memory', 'POST /models is 507 where there is no memory left', async (on) => {
    const answer = await on.ask('/models', { body: load(on, NAME), headers: JSON_TYPE });
    expectStatus(answer, 507);
    return seen(answer);
  }),
];

export function multiModelTrials(port: number): ContractTrials {
  const env = { SAGEMAKER_MULTI_MODEL: 'true', SAGEMAKER_BIND_TO_PORT: String(port) };
  const common = { args: ['serve'], mount: FOLDER, ready: '/ping' };
  return {
    contract: 'sagemaker multi-model',
    trials: [
      { name: 'models', ...common, env, clauses: CLAUSES },
      // One byte: nothing fits, whatever the model.
      { name: 'no memory', ...common, env: { ...env, PLIMSOLL_MODELS_MEMORY: '1b' }, clauses: FULL },
    ],
  };
}
