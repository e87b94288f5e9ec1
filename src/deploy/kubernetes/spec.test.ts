import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { render } from './render.ts';
import { type ModelFacts, specOf } from './spec.ts';

const IMAGE = `registry.example/churn@sha256:${'1'.repeat(64)}`;
const MODEL: ModelFacts = {
  name: 'churn',
  version: 3,
  digest: 'ab'.repeat(32),
  runtime: 'native',
  isOnnx: false,
};

function problemsOf(document: object, model: ModelFacts = MODEL): { code: string; list: readonly string[] } {
  try {
    specOf({ image: IMAGE, ...document }, model);
  } catch (error) {
    if (isPlimsollError(error)) return { code: error.code, list: error.details['list'] as readonly string[] };
    throw error;
  }
  return { code: 'none', list: [] };
}

const gateway = { name: 'public' };
const keda = { prometheus: 'http://prometheus:9090' };

describe('A spec', () => {
  test.each([
    ['both scalers on one target', { hpa: {}, keda }, 'both scale the same Deployment'],
    ['a scaler and a number of pods', { hpa: {}, replicas: 2 }, 'both decide how many pods'],
    ['fewer pods at most than at least', { hpa: { min: 5, max: 4 } }, 'min is 5 and max 4'],
    ['KEDA without a Prometheus', { keda: {} }, 'keda.prometheus'],
    [
      'a candidate without a route',
      { candidates: [{ version: 4, image: IMAGE, weight: 5 }] },
      'need gateway',
    ],
    [
      'shares beyond the whole',
      { gateway, candidates: [4, 5].map((version) => ({ version, image: IMAGE, weight: 60 })) },
      'add up to 120',
    ],
    [
      'the same version twice',
      { gateway, candidates: [{ version: 3, image: IMAGE, weight: 5 }] },
      'version 3 is there twice',
    ],
    ['no image', { image: null }, 'image is missing'],
    ['an image that is none', { image: 'Registry/UPPER' }, 'kubernetes.image'],
    ['a misspelt setting', { replica: 2 }, 'kubernetes.replica is no key here'],
    ['a name that is none', { name: 'Churn_1' }, 'kubernetes.name'],
    ['a quantity that is none', { memory: '512 MB' }, 'kubernetes.memory'],
    ['a scaler over objects of KServe', { kserve: {}, hpa: {} }, 'hpa has no meaning'],
    ['a candidate over objects of KServe', { kserve: {}, gateway }, 'gateway has no meaning'],
    [
      'a canary of KServe without a service',
      { kserve: { canary: { storageUri: 'oci://a/b', weight: 5 } } },
      'kserve.canary needs',
    ],
    ['pods that anybody may ask', { networkPolicy: false }, 'give keysSecret, or say insecure'],
    ['keys that nobody needs', { keysSecret: 'callers', insecure: true }, 'contradict each other'],
    ['a secret in plain sight', { env: { PLIMSOLL_TOKEN: 'plim_x' } }, 'env.PLIMSOLL_TOKEN'],
    ['a port that probes would not find', { env: { PLIMSOLL_PORT: '80' } }, 'env.PLIMSOLL_PORT'],
    [
      'a job in an image that holds no version',
      {
        modelImage: IMAGE,
        kubernetesVersion: '1.35',
        batch: [{ name: 'a', input: '/data/a', output: '/data/b' }],
      },
      'needs an image of its own',
    ],
    ['a job at no place', { batch: [{ name: 'a', image: IMAGE, output: '/data/x' }] }, 'batch[0].input'],
  ])('with %s is refused', (_what, document, said) => {
    const { code, list } = problemsOf(document);
    expect(code).toBe('KUBERNETES_INVALID');
    expect(list.join('; ')).toContain(said);
  });

  test.each([
    ['an image as a volume', { modelImage: IMAGE }, 'before 1.35'],
    ['a cluster in which pods cannot wait', { kubernetesVersion: '1.29' }, 'preStop.sleep'],
    ['zero pods by their own numbers', { hpa: { min: 0 } }, 'come from pods'],
    ['zero pods by KEDA that nothing wakes', { keda: { ...keda, min: 0 } }, 'wakeQuery'],
  ])('that asks for %s is not supported, rather than written without', (_what, document, said) => {
    const { code, list } = problemsOf(document);
    expect(code).toBe('KUBERNETES_UNSUPPORTED');
    expect(list.join('; ')).toContain(said);
  });

  test('names every mistake at once', () => {
    expect(problemsOf({ cpu: 'many', memory: 'much', name: '-' }).list).toHaveLength(3);
  });

  test('makes a name of objects of any model name, or says that it cannot', () => {
    expect(specOf({ image: IMAGE }, { ...MODEL, name: 'Fraud.Net_2' }).name).toBe('fraud-net-2');
    expect(specOf({ image: IMAGE }, { ...MODEL, name: 'x'.repeat(99) }).name).toHaveLength(40);
    expect(problemsOf({}, { ...MODEL, name: '42' }).list.join()).toContain('no name of objects');
  });
});

describe('What is rendered', () => {
  const podOf = (document: object): Record<string, unknown> => {
    const deployment = render(specOf({ image: IMAGE, ...document }, MODEL)).find(
      ({ object }) => object.kind === 'Deployment',
    );
    return (deployment!.object['spec'] as { template: { spec: Record<string, unknown> } }).template.spec;
  };

  test('is the same for the same spec', () => {
    const spec = specOf({ image: IMAGE, gateway, shadow: { version: 4, image: IMAGE } }, MODEL);
    expect(JSON.stringify(render(spec))).toBe(JSON.stringify(render(spec)));
  });

  test('gives a pod the time it takes: what it waits, its longest request, and what is left to write', () => {
    const pod = podOf({ drain: '15s', longestRequest: '2m' });
    expect(pod['terminationGracePeriodSeconds']).toBe(15 + 120 + 5);
    const [container] = pod['containers'] as readonly Record<string, unknown>[];
    expect(container!['lifecycle']).toEqual({ preStop: { sleep: { seconds: 15 } } });
    expect(container!['env']).toContainEqual({ name: 'PLIMSOLL_GRACE', value: '125' });
  });

  test('allows as long a start as was asked for, before anything is ended', () => {
    const [container] = podOf({ startup: '11m' })['containers'] as readonly Record<string, unknown>[];
    const { periodSeconds, failureThreshold } = container!['startupProbe'] as Record<string, number>;
    expect(periodSeconds! * failureThreshold!).toBe(660);
  });

  test('leaves the number of pods to the scaler where there is one', () => {
    const replicas = (document: object): unknown =>
      render(specOf({ image: IMAGE, ...document }, MODEL)).flatMap(({ object }) =>
        object.kind === 'Deployment' ? [(object['spec'] as { replicas?: number }).replicas] : [],
      )[0];
    expect(replicas({})).toBeUndefined();
    expect(replicas({ replicas: 3 })).toBe(3);
  });

  test('scales on requests and never on the processor', () => {
    for (const document of [{}, { hpa: { on: 'queue' } }, { keda }]) {
      const text = JSON.stringify(render(specOf({ image: IMAGE, ...document }, MODEL)));
      expect(text).toMatch(/inference_(requests_in_flight|queue_depth)/);
      expect(text).not.toContain('"type":"Resource"');
    }
  });

  test('gives each version a share of the requests, and a shadow copies alone', () => {
    const spec = specOf(
      {
        image: IMAGE,
        gateway,
        candidates: [{ version: 4, image: IMAGE, weight: 5 }],
        shadow: { version: 5, image: IMAGE, percent: 20 },
      },
      MODEL,
    );
    const route = render(spec).find(({ object }) => object.kind === 'HTTPRoute')!.object;
    expect(route['spec']).toMatchObject({
      rules: [
        {
          filters: [
            { type: 'RequestMirror', requestMirror: { backendRef: { name: 'churn-v5' }, percent: 20 } },
          ],
          backendRefs: [
            { name: 'churn-v3', weight: 95 },
            { name: 'churn-v4', weight: 5 },
          ],
        },
      ],
    });
  });

  test('scores tables in the image that serves, where no other is named', () => {
    const job = { name: 'a', input: 's3://a/', output: 's3://b/' };
    const [own, other] = [IMAGE, `${IMAGE.slice(0, -4)}beef`];
    const { batch } = specOf({ image: own, batch: [job, { ...job, name: 'b', image: other }] }, MODEL);
    expect(batch.map(({ image }) => image)).toEqual([own, other]);
  });

  test('begins a scheduled job anew each time, and goes on with a killed one only where its ledger is kept', () => {
    const job = { name: 'nightly', image: IMAGE, input: 's3://a/', output: 's3://b/', schedule: '0 3 * * *' };
    const jobs = [job, { ...job, name: 'kept', claim: 'ledger' }, { ...job, name: 'once', schedule: null }];
    const rendered = render(specOf({ image: IMAGE, batch: jobs }, MODEL)).filter(({ file }) =>
      /job-/.test(file),
    );
    const facts = rendered.map(({ object }) => {
      const text = JSON.stringify(object);
      const [, limit] = /"backoffLimit":(\d+)/.exec(text) ?? [];
      return [object.kind, text.includes('"--again"'), Number(limit)];
    });
    expect(facts).toEqual([
      ['CronJob', true, 0],
      ['CronJob', true, 6],
      ['Job', false, 0],
    ]);
  });
});
