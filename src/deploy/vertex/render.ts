/** From a document to what has to be there on Vertex, each as the API takes it in JSON. */
import { canonicalJson } from '../../core/canonical-json.ts';
import { elementWhere } from '../../core/element-at.ts';
import type { Deployment } from '../plan/apply.ts';
import { specDigest } from '../plan/key.ts';
import type { Resource } from '../plan/port.ts';
import type { VertexBatch, VertexDocument, VertexMachine, VertexVersion } from './document.ts';
import { calledOf, deployedId, modelId } from './names.ts';

/** In the order in which they are made. */
export const VERTEX_KINDS = [
  'Model',
  'Endpoint',
  'DeployedModel',
  'TrafficSplit',
  'BatchPredictionJob',
] as const;

/** Where Vertex asks the container; it says so in AIP_PREDICT_ROUTE and AIP_HEALTH_ROUTE. */
const PREDICT_ROUTE = '/vertex/predict';
const HEALTH_ROUTE = '/vertex/health';

type Spec = Readonly<Record<string, unknown>>;

/** Everything that the document asks for. */
export function renderVertex(document: VertexDocument): Deployment {
  const { deployment, versions, batch } = document;
  const endpoint = endpointOf(document);
  const deployed = versions.map((version) => {
    const model = modelOf(document, version);
    return { version, model, deployed: deployedModelOf(document, version, model, endpoint) };
  });
  const split: Resource = {
    kind: 'TrafficSplit',
    name: endpoint.name,
    spec: {
      trafficSplit: Object.fromEntries(
        deployed
          .filter(({ version }) => version.traffic > 0)
          .map((one) => [idIn(one.deployed), one.version.traffic]),
      ),
    },
    needs: [endpoint, ...deployed.map((one) => one.deployed)],
    isMutable: true,
  };
  const jobs = batch.map((job) => {
    const { model } = elementWhere(deployed, ({ version }) => version.version === job.version);
    return batchOf(document, job, model);
  });
  const resources = [
    ...deployed.map(({ model }) => model),
    endpoint,
    ...deployed.map((one) => one.deployed),
    split,
  ];
  return { name: deployment, resources: [...resources, ...jobs], kinds: VERTEX_KINDS };
}

/** The last part of `ENDPOINT/ID`. */
const idIn = ({ name }: Resource): string => name.slice(name.lastIndexOf('/') + 1);

export const parentOf = ({ project, location }: Pick<VertexDocument, 'project' | 'location'>): string =>
  `projects/${project}/locations/${location}`;

function modelOf({ deployment }: VertexDocument, version: VertexVersion): Resource {
  const { model, digest, artifacts } = version;
  const spec = {
    displayName: `${model} ${version.version}`.slice(0, 128),
    description: `Version ${version.version} of ${model}, bundle sha256:${digest}`,
    ...(artifacts === null ? {} : { artifactUri: artifacts }),
    containerSpec: containerOf(version),
  };
  const name = modelId(deployment, canonicalJson(spec));
  return { kind: 'Model', name, spec, needs: [], isMutable: false };
}

function containerOf(version: VertexVersion): Spec {
  const { image, port, env, invoke, sharedMemoryMb, deploymentTimeoutSeconds } = version;
  const probe = (failures: number) => ({
    httpGet: { path: HEALTH_ROUTE, port },
    periodSeconds: 5,
    timeoutSeconds: 6,
    failureThreshold: failures,
  });
  return {
    imageUri: image,
    ports: [{ containerPort: port }],
    ...(invoke ? { invokeRoutePrefix: '/*' } : { predictRoute: PREDICT_ROUTE }),
    healthRoute: HEALTH_ROUTE,
    ...(env.size === 0 ? {} : { env: [...env].map(([name, value]) => ({ name, value: escaped(value) })) }),
    deploymentTimeout: `${deploymentTimeoutSeconds}s`,
    ...(sharedMemoryMb === null ? {} : { sharedMemorySizeMb: String(sharedMemoryMb) }),
    startupProbe: probe(Math.ceil(deploymentTimeoutSeconds / 5)),
    healthProbe: probe(3),
    livenessProbe: probe(6),
  };
}

/** `$(NAME)` in a value would be filled in; `$$` stands for one `$` (env_var.proto). */
const escaped = (value: string): string => value.replaceAll('$(', '$$$$(');

function endpointOf({ deployment, endpoint }: VertexDocument): Resource {
  const { id, dedicated, description } = endpoint;
  const spec = {
    displayName: id,
    description: description === '' ? `Deployment ${deployment} of Plimsoll` : description,
    ...(dedicated ? { dedicatedEndpointEnabled: true } : {}),
  };
  return { kind: 'Endpoint', name: id, spec, needs: [], isMutable: true };
}

function deployedModelOf(
  { serviceAccount }: VertexDocument,
  version: VertexVersion,
  model: Resource,
  endpoint: Resource,
): Resource {
  const { replicas, spot, machine, accessLog } = version;
  const metrics = metricsOf(version);
  const spec = {
    // Projects are no content: who makes it says where the model is, and marks the name.
    model: model.name,
    displayName: calledOf(version.model, version.version),
    ...(serviceAccount === null ? {} : { serviceAccount }),
    ...(accessLog ? { enableAccessLogging: true } : {}),
    dedicatedResources: {
      machineSpec: machineOf(machine),
      minReplicaCount: replicas.min,
      maxReplicaCount: replicas.max,
      ...(metrics.length === 0 ? {} : { autoscalingMetricSpecs: metrics }),
      ...(spot ? { spot: true } : {}),
    },
  };
  const name = `${endpoint.name}/${deployedId(`${endpoint.name} ${specDigest({ spec })}`)}`;
  return { kind: 'DeployedModel', name, spec, needs: [model, endpoint], isMutable: false };
}

/** machine_resources.proto, AutoscalingMetricSpec.metric_name. */
const METRICS = {
  cpu: 'aiplatform.googleapis.com/prediction/online/cpu/utilization',
  accelerator: 'aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle',
  requests: 'aiplatform.googleapis.com/prediction/online/request_count',
} as const;

const metricsOf = ({ scaleAt }: VertexVersion): readonly Spec[] =>
  (['cpu', 'accelerator', 'requests'] as const).flatMap((what) =>
    scaleAt[what] === null ? [] : [{ metricName: METRICS[what], target: scaleAt[what] }],
  );

const machineOf = ({ type, accelerator, accelerators }: VertexMachine): Spec => ({
  machineType: type,
  ...(accelerator === null ? {} : { acceleratorType: accelerator, acceleratorCount: accelerators }),
});

function batchOf(
  { deployment, serviceAccount }: VertexDocument,
  job: VertexBatch,
  model: Resource,
): Resource {
  const { format, input, output, machine, replicas } = job;
  const spec = {
    model: model.name,
    ...(serviceAccount === null ? {} : { serviceAccount }),
    inputConfig: { instancesFormat: format, gcsSource: { uris: input } },
    outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: output } },
    dedicatedResources: {
      machineSpec: machineOf(machine),
      startingReplicaCount: replicas.start,
      maxReplicaCount: replicas.max,
    },
  };
  // Its id is the server's: it is known by its display name, which its content gives it.
  const name = `plimsoll-${deployment}-${job.name}-${specDigest({ spec }).slice(0, 12)}`;
  return { kind: 'BatchPredictionJob', name, spec, needs: [model], isMutable: false };
}
