/** The pod that serves a version: as little as it needs, and the time that it takes to come and to go. Pure. */
import { ARTIFACT_MODELS, BUNDLES_VARIABLE, IMAGE_MODELS } from '../packaged.ts';
import { objectLabelsOf, selectorOf } from './manifest.ts';
import type { KubernetesSpec, ServedVersion } from './spec.ts';

/** Port of the server in its container; its name is what services and probes go by. */
export const PORT = 8080;
export const PORT_NAME = 'http';
/** Any uid does; this one is nobody's (https://github.com/GoogleContainerTools/distroless calls it nonroot). */
const UID = 65532;
/** Until counts are handed over and the process has ended. */
const FLUSH_SECONDS = 5;
const STARTUP_PERIOD = 2;

/** Seconds between the order to go and the end by force: what it waits, the longest request, what is left to write. */
export const graceSeconds = ({ drainSeconds, longestRequestSeconds }: KubernetesSpec): number =>
  drainSeconds + longestRequestSeconds + FLUSH_SECONDS;

/** Holds under the restricted profile of the pod security standards. */
export const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: UID,
  runAsGroup: UID,
  fsGroup: UID,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
} as const;

/** What is asked for is what may be used: threads are counted from it, and nothing is throttled by neighbours. */
export const resourcesOf = (cpu: string, memory: string): object => ({
  requests: { cpu, memory },
  limits: { cpu, memory },
});

/** The only place that can be written to. Libraries of Python keep more there, and a pod that writes more is evicted. */
const SCRATCH_SIZE = { native: '128Mi', onnx: '128Mi', python: '1Gi' } as const;
export const scratch = (sizeLimit: string | null): object => ({
  name: 'tmp',
  emptyDir: sizeLimit === null ? {} : { sizeLimit },
});
export const SCRATCH_MOUNT = { name: 'tmp', mountPath: '/tmp' } as const;

/**
 * Loading and warming up count as starting, so nothing is ended while it starts. Liveness asks for less than readiness, and
 * waits longer: a pod that is busy must not be killed for it.
 */
export const probesOf = ({ startupSeconds }: Pick<KubernetesSpec, 'startupSeconds'>): object => ({
  startupProbe: {
    httpGet: { path: '/readyz', port: PORT_NAME },
    periodSeconds: STARTUP_PERIOD,
    timeoutSeconds: STARTUP_PERIOD,
    failureThreshold: Math.ceil(startupSeconds / STARTUP_PERIOD),
  },
  readinessProbe: {
    httpGet: { path: '/readyz', port: PORT_NAME },
    periodSeconds: 5,
    timeoutSeconds: 3,
    failureThreshold: 2,
  },
  livenessProbe: {
    httpGet: { path: '/healthz', port: PORT_NAME },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
});

/** Where the file of keys is mounted. */
const KEYS = { name: 'keys', mountPath: '/etc/plimsoll/keys', readOnly: true } as const;
const KEYS_FILE = 'keys.json';

/** Whom a pod lets in: callers with keys, or whom the network policy lets through; scrapes know no key. */
const accessEnv = ({ keysSecret, monitor }: KubernetesSpec): Readonly<Record<string, string>> =>
  keysSecret === null
    ? { PLIMSOLL_INSECURE: 'true' }
    : {
        PLIMSOLL_REQUIRE_KEYS: 'required',
        PLIMSOLL_KEYS_FILE: `${KEYS.mountPath}/${KEYS_FILE}`,
        ...(monitor === null ? {} : { PLIMSOLL_METRICS_ACCESS: 'open' }),
      };

/** Variables of the server, with those of the person behind. */
function envOf(spec: KubernetesSpec): readonly object[] {
  const own = {
    PLIMSOLL_CONTRACT: 'plain',
    PLIMSOLL_HOST: '0.0.0.0',
    PLIMSOLL_PORT: String(PORT),
    PLIMSOLL_GRACE: String(graceSeconds(spec) - spec.drainSeconds),
    ...(spec.modelImage === null ? {} : { [BUNDLES_VARIABLE]: IMAGE_MODELS }),
    ...accessEnv(spec),
  };
  const names = Object.entries(own).filter(([name]) => !spec.env.has(name));
  return [...names.map(([name, value]) => ({ name, value })), ...givenEnv(spec.env)];
}

/** Variables of the person behind, who means what is written: Kubernetes would read `$(A)` as the variable A. */
export const givenEnv = (env: KubernetesSpec['env']): readonly object[] =>
  [...env].map(([name, value]) => ({ name, value: verbatim(value) }));

/** A text of a variable or an argument as Kubernetes has to read it to pass it on as it is. */
export const verbatim = (text: string): string => text.replaceAll('$', '$$$$');

/** Nodes and zones apart where there are several; a pod that finds no such place starts all the same. */
const spreadOf = (spec: KubernetesSpec, version: number): readonly object[] =>
  ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorOf(spec.name, 'serving', version) },
    matchLabelKeys: ['pod-template-hash'],
  }));

/** The versions of a model's image lie where those of the server's own would. */
const MODEL_MOUNT = { name: 'models', mountPath: IMAGE_MODELS, subPath: ARTIFACT_MODELS, readOnly: true };

const modelVolume = (reference: string): object => ({
  name: 'models',
  image: { reference, pullPolicy: 'IfNotPresent' },
});

/** A template of pods that serve one version. */
export function podTemplate(spec: KubernetesSpec, { version, image, digest }: ServedVersion): object {
  const { model, modelImage, pullSecrets, nodeSelector, keysSecret } = spec;
  const container = {
    name: 'plimsoll',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['serve'],
    env: envOf(spec),
    ports: [{ name: PORT_NAME, containerPort: PORT, protocol: 'TCP' }],
    resources: resourcesOf(spec.cpu, spec.memory),
    ...probesOf(spec),
    lifecycle: { preStop: { sleep: { seconds: spec.drainSeconds } } },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      SCRATCH_MOUNT,
      ...(modelImage === null ? [] : [MODEL_MOUNT]),
      ...(keysSecret === null ? [] : [KEYS]),
    ],
  };
  const annotations = {
    'plimsoll.dev/model': `${model.name}@${version}`,
    ...(digest === null ? {} : { 'plimsoll.dev/bundle': `sha256:${digest}` }),
  };
  return {
    metadata: { labels: objectLabelsOf(spec.name, 'serving', version), annotations },
    spec: {
      serviceAccountName: spec.name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
      ...(nodeSelector.size === 0 ? {} : { nodeSelector: Object.fromEntries(nodeSelector) }),
      securityContext: POD_SECURITY,
      terminationGracePeriodSeconds: graceSeconds(spec),
      topologySpreadConstraints: spreadOf(spec, version),
      containers: [container],
      volumes: [
        scratch(SCRATCH_SIZE[model.runtime]),
        ...(modelImage === null ? [] : [modelVolume(modelImage)]),
        ...(keysSecret === null
          ? []
          : [
              {
                name: KEYS.name,
                secret: { secretName: keysSecret, items: [{ key: KEYS_FILE, path: KEYS_FILE }] },
              },
            ]),
      ],
    },
  };
}
