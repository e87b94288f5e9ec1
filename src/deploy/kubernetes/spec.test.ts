import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import type { ModelFacts } from './model-facts.ts';
import { render } from './render.ts';
import { kubernetesSpecOf } from './spec.ts';

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
    kubernetesSpecOf({ image: IMAGE, ...document }, model);
  } catch (error) {
    if (isPlimsollError(error)) return { code: error.code, list: error.details['list'] as readonly string[] };
    throw error;
  }
  return { code: 'none', list: [] };
}
const gateway = { name: 'public' };
const keda = { prometheus: 'http://prometheus:9090' };
const shop = { namespace: 'shop' };
const batchJob = { name: 'nightly', input: '/data/a', output: '/data/b' };
const long = 'a-name-as-long-as-it-may-be-with-40-letter';

describe('A spec', () => {
  test.each([
    ['both scalers on one target', { ...shop, hpa: {}, keda }, 'both scale the same Deployment'],
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
    ['memory without a unit, which is bytes', { memory: '512' }, 'kubernetes.memory'],
    ['memory in thousandths of a byte', { memory: '512m' }, 'kubernetes.memory'],
    ['less memory than a process starts in', { memory: '32Mi' }, 'at least 64Mi'],
    ['cores in gibibytes', { cpu: '1Gi' }, 'kubernetes.cpu'],
    ['no cores at all', { cpu: '0' }, 'kubernetes.cpu'],
    ['a request that outlasts what a server waits for', { longestRequest: '1h' }, 'longestRequest'],
    ['a certificate that probes would not ask by', { env: { PLIMSOLL_TLS_CERT: '/c' } }, 'PLIMSOLL_TLS_CERT'],
    [
      'a collector that the pods may not reach',
      { env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel.observability:4318' } },
      'networkPolicy.toNamespaces',
    ],
    ['a query over all namespaces', { keda }, 'keda needs namespace'],
    [
      'a query that wakes what never sleeps',
      { ...shop, keda: { ...keda, min: 1, wakeQuery: 'up' } },
      'keda.wakeQuery has no meaning',
    ],
    [
      'a name of a CronJob that the cluster does not take',
      { name: long.slice(0, 40), batch: [{ ...batchJob, name: 'twelve-chars', schedule: '0 3 * * *' }] },
      '53 characters, wanted at most 52',
    ],
    [
      'a name of a Job that is no label',
      { name: long.slice(0, 40), batch: [{ ...batchJob, name: 'a-job-of-24-characters-x' }] },
      '65 characters, wanted at most 63',
    ],
    [
      'a label that says whose it is',
      { serviceMonitor: { labels: { 'plimsoll.dev/deployment': 'other' } } },
      'is said by the deployment itself',
    ],
    ['two jobs of one name', { batch: [batchJob, batchJob] }, '"nightly" is there twice'],
    ['a zone that nobody knows', { batch: [{ ...batchJob, timeZone: 'Europe/Berln' }] }, 'timeZone'],
    ['a schedule that never comes', { batch: [{ ...batchJob, schedule: '0 0 31 2 *' }] }, 'never comes'],
    [
      'a schedule that a CronJob does not know',
      { batch: [{ ...batchJob, schedule: '0 0 * * 7' }] },
      'nothing that a CronJob understands',
    ],
    ['a policy over objects of KServe', { kserve: {}, networkPolicy: {} }, 'networkPolicy has no meaning'],
    ['a budget over objects of KServe', { kserve: {}, disruptionBudget: true }, 'disruptionBudget has no'],
    ['nothing on a runtime that is there', { kserve: { runtime: 'existing' } }, 'makes nothing without'],
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
    ['zero pods by KEDA that nothing wakes', { ...shop, keda: { ...keda, min: 0 } }, 'wakeQuery'],
  ])('that asks for %s is not supported, rather than written without', (_what, document, said) => {
    const { code, list } = problemsOf(document);
    expect(code).toBe('KUBERNETES_UNSUPPORTED');
    expect(list.join('; ')).toContain(said);
  });

  test('names every mistake at once', () => {
    expect(problemsOf({ cpu: 'many', memory: 'much', name: '-' }).list).toHaveLength(3);
  });

  test('makes a name of objects of any model name, or says that it cannot', () => {
    expect(kubernetesSpecOf({ image: IMAGE }, { ...MODEL, name: 'Fraud.Net_2' }).name).toBe('fraud-net-2');
    const [one, other] = ['a', 'b'].map(
      (end) => kubernetesSpecOf({ image: IMAGE }, { ...MODEL, name: `${'x'.repeat(60)}${end}` }).name,
    );
    expect([one!.length, other!.length, one === other]).toEqual([40, 40, false]);
    expect(problemsOf({}, { ...MODEL, name: '42' }).list.join()).toContain('no name of objects');
  });
});

describe('What is rendered', () => {
  const podOf = (document: object): Record<string, unknown> => {
    const deployment = render(kubernetesSpecOf({ image: IMAGE, ...document }, MODEL)).find(
      ({ object }) => object.kind === 'Deployment',
    );
    return (deployment!.object['spec'] as { template: { spec: Record<string, unknown> } }).template.spec;
  };

  test('is the same for the same spec', () => {
    const spec = kubernetesSpecOf({ image: IMAGE, gateway, shadow: { version: 4, image: IMAGE } }, MODEL);
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
    expect(kubernetesSpecOf({ image: IMAGE }, MODEL).startupSeconds).toBe(120);
    expect(kubernetesSpecOf({ image: IMAGE }, { ...MODEL, runtime: 'python' }).startupSeconds).toBe(300);
  });

  test('leaves the number of pods to the scaler where there is one', () => {
    const replicas = (document: object): unknown =>
      render(kubernetesSpecOf({ image: IMAGE, ...document }, MODEL)).flatMap(({ object }) =>
        object.kind === 'Deployment' ? [(object['spec'] as { replicas?: number }).replicas] : [],
      )[0];
    expect(replicas({})).toBeUndefined();
    expect(replicas({ replicas: 3 })).toBe(3);
  });

  const objectsOf = (document: object, kind: string): readonly Record<string, unknown>[] =>
    render(kubernetesSpecOf({ image: IMAGE, ...document }, MODEL)).flatMap(({ object }) =>
      object.kind === kind ? [object['spec'] as Record<string, unknown>] : [],
    );

  test('keeps all but one of its pods where there can be two, and holds up no node', () => {
    const budgets = (document: object): unknown[] =>
      objectsOf(document, 'PodDisruptionBudget').map((spec) => spec['maxUnavailable']);
    expect(budgets({ hpa: { min: 1, max: 10 } })).toEqual([1]);
    expect(budgets({ ...shop, keda: { ...keda, min: 0, max: 3, wakeQuery: 'up' } })).toEqual([1]);
    expect([...budgets({ replicas: 1 }), ...budgets({ hpa: { min: 1, max: 1 } })]).toEqual([]);
    expect(budgets({ disruptionBudget: false })).toEqual([]);
  });

  test('wakes a version by what is in front of it, and scales it by its load alone', () => {
    const [scaled] = objectsOf(
      { ...shop, keda: { ...keda, min: 0, wakeQuery: 'rate(x[1m])' } },
      'ScaledObject',
    );
    const triggers = scaled!['triggers'] as readonly { metadata: Record<string, string> }[];
    const [load, wake] = triggers.map(({ metadata }) => metadata);
    expect(load).toMatchObject({ threshold: '4', query: expect.stringContaining('namespace="shop"') });
    // 10,000 requests a second in front of it are no reason for a second pod.
    expect(Math.ceil(10_000 / Number(wake!['threshold']))).toBe(1);
    expect(wake!['activationThreshold']).toBe('0');
  });

  test('lets in its own namespace, the gateway, the Prometheus and who is named, and out only to whom is named', () => {
    const policy = (document: object): Record<string, unknown> => objectsOf(document, 'NetworkPolicy')[0]!;
    const names = (value: unknown): string[] =>
      [...JSON.stringify(value).matchAll(/"kubernetes.io\/metadata.name":"([^"]+)"/g)].map(
        ([, name]) => name!,
      );
    const edge = {
      gateway: { name: 'public', namespace: 'edge' },
      networkPolicy: { fromNamespaces: ['web'] },
    };
    expect(names(policy(edge)['ingress'])).toEqual(['web', 'edge', 'monitoring']);
    expect(names(policy({ serviceMonitor: { namespace: 'prom' } })['ingress'])).toEqual(['prom']);
    expect(names(policy({ serviceMonitor: false })['ingress'])).toEqual([]);
    expect(policy({})['egress']).toEqual([]);
    const out = policy({ networkPolicy: { toNamespaces: ['observability'] } })['egress'];
    expect(names(out)).toEqual(['kube-system', 'observability']);
    expect(JSON.stringify(out)).toContain('{"protocol":"UDP","port":53}');
  });

  test('passes texts on as they are, where Kubernetes would put variables in', () => {
    const [container] = podOf({ env: { A: 'cost$(HOME)$$' } })['containers'] as readonly { env: object[] }[];
    expect(container!.env).toContainEqual({ name: 'A', value: 'cost$$(HOME)$$$$' });
    const [job] = objectsOf({ batch: [{ ...batchJob, key: 'price$$' }] }, 'Job');
    expect(JSON.stringify(job)).toContain('"--key","price$$$$"');
  });

  test('tries a job again where its ledger is kept: not what was said wrong, and a node that is emptied costs no try', () => {
    const [kept, once] = objectsOf(
      {
        batch: [
          { ...batchJob, claim: 'ledger' },
          { ...batchJob, name: 'b' },
        ],
      },
      'Job',
    );
    expect(kept!['podFailurePolicy']).toMatchObject({
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        { action: 'FailJob', onExitCodes: { containerName: 'batch', values: [2, 3, 4] } },
      ],
    });
    expect([once!['backoffLimit'], once!['podFailurePolicy']]).toEqual([0, undefined]);
  });

  test('gives KServe what was given: variables, secrets of registries, nodes; and a canary the time to go', () => {
    const given = { env: { A: 'b' }, pullSecrets: ['registry'], nodeSelector: { disk: 'ssd' } };
    const [runtime] = objectsOf({ ...given, kserve: {} }, 'ServingRuntime');
    expect(runtime).toMatchObject({
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { disk: 'ssd' },
      containers: [
        {
          name: 'kserve-container',
          env: expect.arrayContaining([{ name: 'A', value: 'b' }]),
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        },
      ],
    });
    const canary = { storageUri: 'oci://a/b:4', weight: 10 };
    const kserve = { runtime: 'existing', storageUri: 'oci://a/b:3', canary };
    const document = { image: null, kserve };
    expect(render(kubernetesSpecOf(document, MODEL)).map(({ object }) => object.kind)).toEqual([
      'InferenceService',
    ]);
    expect(objectsOf(document, 'InferenceService')[0]).toMatchObject({
      predictor: { terminationGracePeriodSeconds: 75, minReplicas: 1 },
      canary: [{ trafficPercent: 10, predictor: { terminationGracePeriodSeconds: 75, minReplicas: 1 } }],
    });
  });

  test('scales on requests and never on the processor', () => {
    for (const document of [{}, { hpa: { on: 'queue' } }, { ...shop, keda }]) {
      const text = JSON.stringify(render(kubernetesSpecOf({ image: IMAGE, ...document }, MODEL)));
      expect(text).toMatch(/inference_(requests_in_flight|queue_depth)/);
      expect(text).not.toContain('"type":"Resource"');
    }
  });

  test('gives each version a share of the requests, and a shadow copies alone', () => {
    const spec = kubernetesSpecOf(
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
    const { batch } = kubernetesSpecOf(
      { image: own, batch: [job, { ...job, name: 'b', image: other }] },
      MODEL,
    );
    expect(batch.map(({ image }) => image)).toEqual([own, other]);
  });

  test('begins a scheduled job anew each time, and goes on with a killed one only where its ledger is kept', () => {
    const job = { name: 'nightly', image: IMAGE, input: 's3://a/', output: 's3://b/', schedule: '0 3 * * *' };
    const jobs = [job, { ...job, name: 'kept', claim: 'ledger' }, { ...job, name: 'once', schedule: null }];
    const rendered = render(kubernetesSpecOf({ image: IMAGE, batch: jobs }, MODEL)).filter(({ file }) =>
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
