/** Kinds of objects that we make, in the order in which they are made. Pure. */
import { elementAt, valueOfKey } from '../../core/element-at.ts';
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

export const KUBERNETES_KINDS: Readonly<Record<string, Kind>> = {
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

export const KIND_ORDER = Object.keys(KUBERNETES_KINDS);

/** Path of the objects of a kind, or of one of them. */
export function apiPathOf(name: string, namespace: string, object?: string): string {
  const { apiVersion, plural, namespaced } = valueOfKey(KUBERNETES_KINDS, name);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}${object === undefined ? '' : `/${encodeURIComponent(object)}`}`;
}

const GROUP = ({ apiVersion }: Kind): string =>
  apiVersion.includes('/') ? elementAt(apiVersion.split('/'), 0) : '';
const MAKES = ['get', 'list', 'create', 'patch', 'delete'];
/** What finds, and takes away, what an earlier form of a deployment has left. */
const CLEARS = ['get', 'list', 'delete'];

/**
 * Rules of a Role that may do what `deploy` does with these objects, and no more: kinds that every cluster has are looked
 * for even where none of them is wanted any more.
 */
export function rolesFor(objects: readonly Pick<KubernetesObject, 'kind'>[]): readonly string[] {
  const wanted = new Set(objects.map(({ kind: name }) => name));
  const makes = KIND_ORDER.filter((name) => wanted.has(name));
  const clears = KIND_ORDER.filter(
    (name) => !wanted.has(name) && valueOfKey(KUBERNETES_KINDS, name).from === null,
  );
  const looks = wanted.has('Deployment') ? [rule('Role', '', ['events', 'pods'], ['list'])] : [];
  return [...rules(makes, MAKES), ...rules(clears, CLEARS), ...looks];
}

/** One rule for the kinds of each group. */
function rules(names: readonly string[], verbs: readonly string[]): readonly string[] {
  const kinds = names.map((name) => valueOfKey(KUBERNETES_KINDS, name));
  const groups = new Set(kinds.map((one) => `${one.namespaced} ${GROUP(one)}`));
  return [...groups].map((group) => {
    const own = kinds.filter((one) => `${one.namespaced} ${GROUP(one)}` === group);
    const role = elementAt(own, 0).namespaced ? 'Role' : 'ClusterRole';
    return rule(
      role,
      GROUP(elementAt(own, 0)),
      own.map(({ plural }) => plural),
      verbs,
    );
  });
}

function rule(role: string, group: string, resources: readonly string[], verbs: readonly string[]): string {
  const list = (words: readonly string[]): string => `[${words.map((word) => `"${word}"`).join(', ')}]`;
  return `${role}: apiGroups ${list([group])}, resources ${list(resources)}, verbs ${list(verbs)}`;
}
