/** Everything that can be asked for, so that every kind of object is written in every form that it has. */

import type { ModelFacts } from '../../src/deploy/kubernetes/model-facts.ts';
import { type KubernetesSpec, kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';

const digest = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
export const image = (digit: number): string => `registry.example/models/churn@${digest(digit)}`;

export const CHURN: ModelFacts = {
  name: 'churn',
  version: 3,
  digest: 'ab'.repeat(32),
  runtime: 'native',
  isOnnx: false,
};

const gateway = { name: 'public', namespace: 'edge', section: 'https', hostnames: ['churn.example'] };

/** By what they show. */
export const SPECS: Readonly<Record<string, KubernetesSpec>> = {
  plain: kubernetesSpecOf({ image: image(1) }, CHURN),
  'a fixed number of pods': kubernetesSpecOf({ image: image(1), replicas: 3, namespace: 'shop' }, CHURN),
  'a single pod': kubernetesSpecOf(
    { image: image(1), replicas: 1, networkPolicy: false, insecure: true, serviceMonitor: false },
    CHURN,
  ),
  'a queue that is followed': kubernetesSpecOf(
    {
      image: image(1),
      hpa: { on: 'queue', target: 0.5, min: 1, max: 40 },
      env: { PLIMSOLL_MAX_BODY: '8mb' },
    },
    CHURN,
  ),
  'a candidate and a shadow': kubernetesSpecOf(
    {
      image: image(1),
      gateway,
      namespace: 'shop',
      candidates: [{ version: 4, image: image(2), weight: 5 }],
      shadow: { version: 5, image: image(3), percent: 20 },
      pullSecrets: ['registry'],
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      keysSecret: 'callers',
    },
    CHURN,
  ),
  'KEDA from zero': kubernetesSpecOf(
    {
      image: image(1),
      namespace: 'shop',
      gateway: { name: 'public' },
      keda: {
        prometheus: 'http://prometheus.monitoring:9090',
        min: 0,
        max: 8,
        wakeQuery: 'sum(rate(gateway_requests_total{route="churn"}[1m]))',
      },
    },
    CHURN,
  ),
  'Python in workers': kubernetesSpecOf(
    {
      image: image(1),
      startup: '10m',
      longestRequest: '5m',
      cpu: '2',
      networkPolicy: { fromNamespaces: ['web'], toNamespaces: ['observability'] },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel.observability:4318', PRICE: '$(HOME) {{ 1 }}' },
    },
    { ...CHURN, name: 'Fraud.Net_2', runtime: 'python' },
  ),
  'the model as a volume': kubernetesSpecOf(
    { image: image(1), modelImage: image(4), kubernetesVersion: '1.35' },
    CHURN,
  ),
  'tables by schedule and once': kubernetesSpecOf(
    {
      image: image(1),
      batch: [
        {
          name: 'nightly',
          schedule: '30 2 * * *',
          timeZone: 'Europe/Berlin',
          input: 's3://rows/daily/*.parquet',
          output: 'postgres://scores@db/shop?table=scores',
          key: 'id',
          columns: 'region,segment',
          secrets: ['warehouse'],
          claim: 'churn-ledger',
          maxBad: '1%',
        },
        {
          name: 'backfill',
          image: image(6),
          input: 's3://rows/2025/',
          output: 's3://scores/2025/',
          key: 'id',
          lanes: 4,
        },
      ],
    },
    CHURN,
  ),
  'a runtime of KServe': kubernetesSpecOf(
    {
      image: image(1),
      kserve: {},
      env: { PLIMSOLL_MAX_BODY: '8mb' },
      pullSecrets: ['registry'],
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    },
    CHURN,
  ),
  'a service on a runtime that is there': kubernetesSpecOf(
    { kserve: { runtime: 'existing', storageUri: 's3://models/fraud', format: 'onnx' } },
    { ...CHURN, name: 'fraud' },
  ),
  'a service of KServe with a canary': kubernetesSpecOf(
    {
      image: image(1),
      namespace: 'shop',
      kserve: {
        runtime: 'cluster',
        storageUri: 'oci+native://registry.example/models/churn-model:3',
        canary: { storageUri: 'oci+native://registry.example/models/churn-model:4', weight: 10 },
      },
    },
    { ...CHURN, isOnnx: true, runtime: 'onnx' },
  ),
};
