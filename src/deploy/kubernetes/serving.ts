/** What serves inside the cluster: deployments, services, what they run as, who may reach them. Pure. */
import { elementAt, required } from '../../core/element-at.ts';
import {
  DEPLOYMENT_LABEL,
  type KubernetesObject,
  objectLabelsOf,
  SCRAPE_LABEL,
  selectorOf,
  versionedName,
} from './manifest.ts';
import { PORT_NAME, podTemplate } from './pod.ts';
import type { KubernetesSpec, ServedVersion } from './spec.ts';

/** Metadata of one object; the namespace only where one was named. */
export const metaOf = (
  { name: deployment, namespace }: Pick<KubernetesSpec, 'name' | 'namespace'>,
  name: string,
  labels = objectLabelsOf(deployment, 'serving'),
): KubernetesObject['metadata'] => ({ name, ...(namespace === null ? {} : { namespace }), labels });

/** An account without a token: pods ask nothing of the API server. */
export const serviceAccount = (spec: KubernetesSpec): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metaOf(spec, spec.name, objectLabelsOf(spec.name, null)),
  automountServiceAccountToken: false,
});

/** No pod goes before another one has come. Where a scaler counts them, `replicas` is the scaler's alone. */
export function deployment(spec: KubernetesSpec, served: ServedVersion): KubernetesObject {
  const { version } = served;
  const { startupSeconds } = spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metaOf(spec, versionedName(spec.name, version), objectLabelsOf(spec.name, 'serving', version)),
    spec: {
      ...(spec.replicas === null ? {} : { replicas: spec.replicas }),
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: Math.max(600, startupSeconds * 2),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: selectorOf(spec.name, 'serving', version) },
      template: podTemplate(spec, served),
    },
  };
}

const ports = [{ name: PORT_NAME, port: 80, targetPort: PORT_NAME, protocol: 'TCP' }] as const;

/** Of one version: what routes point to, and what is scraped. */
export function versionService(spec: KubernetesSpec, { version }: ServedVersion): KubernetesObject {
  const labels = { ...objectLabelsOf(spec.name, 'serving', version), [SCRAPE_LABEL]: 'true' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metaOf(spec, versionedName(spec.name, version), labels),
    spec: { type: 'ClusterIP', selector: selectorOf(spec.name, 'serving', version), ports },
  };
}

/** The name that clients in the cluster use: the stable version. */
export const stableService = (spec: KubernetesSpec): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metaOf(spec, spec.name),
  spec: {
    type: 'ClusterIP',
    selector: selectorOf(spec.name, 'serving', elementAt(spec.versions, 0).version),
    ports,
  },
});

export const disruptionBudget = (spec: KubernetesSpec, { version }: ServedVersion): KubernetesObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metaOf(spec, versionedName(spec.name, version), objectLabelsOf(spec.name, 'serving', version)),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selectorOf(spec.name, 'serving', version) },
  },
});

const inNamespace = (name: string): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

/** Names are asked for by UDP, and by TCP where the answer is long. */
const DNS = {
  to: [{ ...inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
  ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })),
} as const;

/** Those of its own namespace may ask, and the namespaces that are named; the pods themselves reach nobody who is not. */
export function networkPolicy(spec: KubernetesSpec, from: readonly string[]): KubernetesObject {
  const to = required(spec.network, 'spec.network').toNamespaces;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metaOf(spec, spec.name),
    spec: {
      podSelector: { matchLabels: selectorOf(spec.name, 'serving') },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ podSelector: {} }, ...from.map(inNamespace)],
          ports: [{ protocol: 'TCP', port: PORT_NAME }],
        },
      ],
      egress: to.length === 0 ? [] : [DNS, { to: to.map(inNamespace) }],
    },
  };
}

export function serviceMonitor(spec: KubernetesSpec): KubernetesObject {
  const { interval, labels } = required(spec.monitor, 'spec.monitor');
  const meta = metaOf(spec, spec.name, {
    ...objectLabelsOf(spec.name, 'serving'),
    ...Object.fromEntries(labels),
  });
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: meta,
    spec: {
      selector: { matchLabels: { [DEPLOYMENT_LABEL]: spec.name, [SCRAPE_LABEL]: 'true' } },
      podTargetLabels: ['plimsoll.dev/version'],
      endpoints: [
        { port: PORT_NAME, path: '/metrics', interval: `${Math.ceil(interval / 1000)}s`, scheme: 'http' },
      ],
    },
  };
}
