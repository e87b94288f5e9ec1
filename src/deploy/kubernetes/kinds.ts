/** Kinds of objects that we make, in the order in which they are made. Pure. */
import type { KubernetesObject } from './manifest.ts';

interface Kind {
  /** Group and version as in `apiVersion`. */
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** What the cluster needs to know the kind, where it does not by itself. */
  readonly from: string | null;
}

const kind = (apiVersion: string, plural: string, from: string | null = null, namespaced = true): Kind => ({
  apiVersion,
  plural,
  namespaced,
  from,
});

const KEDA = 'KEDA';
const OPERATOR = 'the Prometheus operator';
const GATEWAY = 'the Gateway API';
const KSERVE = 'KServe';

export const KINDS: Readonly<Record<string, Kind>> = {
  ServiceAccount: kind('v1', 'serviceaccounts'),
  NetworkPolicy: kind('networking.k8s.io/v1', 'networkpolicies'),
  Deployment: kind('apps/v1', 'deployments'),
  HorizontalPodAutoscaler: kind('autoscaling/v2', 'horizontalpodautoscalers'),
  ScaledObject: kind('keda.sh/v1alpha1', 'scaledobjects', KEDA),
  PodDisruptionBudget: kind('policy/v1', 'poddisruptionbudgets'),
  Service: kind('v1', 'services'),
  ServiceMonitor: kind('monitoring.coreos.com/v1', 'servicemonitors', OPERATOR),
  HTTPRoute: kind('gateway.networking.k8s.io/v1', 'httproutes', GATEWAY),
  ClusterServingRuntime: kind('serving.kserve.io/v1alpha1', 'clusterservingruntimes', KSERVE, false),
  ServingRuntime: kind('serving.kserve.io/v1alpha1', 'servingruntimes', KSERVE),
  InferenceService: kind('serving.kserve.io/v1beta1', 'inferenceservices', KSERVE),
  Job: kind('batch/v1', 'jobs'),
  CronJob: kind('batch/v1', 'cronjobs'),
};

export const KIND_ORDER = Object.keys(KINDS);

/** Path of the objects of a kind, or of one of them. */
export function pathOf(name: string, namespace: string, object?: string): string {
  const { apiVersion, plural, namespaced } = KINDS[name]!;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}${object === undefined ? '' : `/${encodeURIComponent(object)}`}`;
}

/** Rules of a Role that may do what `deploy` does with these objects, and no more. */
export function rolesFor(objects: readonly Pick<KubernetesObject, 'kind'>[]): readonly string[] {
  const kinds = [...new Set(objects.map(({ kind: name }) => name))].filter((name) => name in KINDS);
  const looks = kinds.includes('Deployment')
    ? ['Role: apiGroups [""], resources ["pods"], verbs ["list"]']
    : [];
  const rules = kinds.map((name) => {
    const { apiVersion, plural, namespaced } = KINDS[name]!;
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
    return `${namespaced ? 'Role' : 'ClusterRole'}: apiGroups ["${group}"], resources ["${plural}"], verbs ["get", "list", "create", "patch", "delete"]`;
  });
  return [...rules, ...looks];
}
