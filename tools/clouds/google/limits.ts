/**
 * Limits that the API documents in prose, with where it does (protos of `@google-cloud/aiplatform`). A line for each that a
 * message breaks.
 */
import type { Json } from './json.ts';

type Limit = (message: Json) => string | false;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
const matches = (value: unknown, pattern: RegExp, says: string): string | false =>
  text(value) !== '' && !pattern.test(text(value)) && says;

const labels: Limit = ({ labels: given }) => {
  const entries = Object.entries((given ?? {}) as Record<string, string>);
  const bad = entries.find(
    ([key, value]) =>
      !/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key) ||
      !/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value),
  );
  if (entries.length > 64) return 'labels: at most 64 user labels can be set.';
  return (
    bad !== undefined &&
    `labels: "${bad[0]}": "${bad[1]}" is not of lower case letters, digits, "_" and "-", at most 63.`
  );
};
const displayName: Limit = ({ displayName: name }) =>
  text(name).length > 128 && 'display_name can be up to 128 characters long.';
const port: Limit = ({ containerPort }) =>
  (count(containerPort, 0) < 1 || count(containerPort, 0) > 65_535) &&
  'container_port must be between 1 and 65535.';
const replicas: Limit = ({ minReplicaCount, maxReplicaCount }) =>
  count(maxReplicaCount, count(minReplicaCount, 1)) < count(minReplicaCount, 1) &&
  'max_replica_count must not be less than min_replica_count.';
const split: Limit = ({ trafficSplit }) => splitProblem(trafficSplit);

/** endpoint.proto, Endpoint.traffic_split: values add up to 100, or the map is empty. */
export function splitProblem(given: unknown): string | false {
  const shares = Object.values((given ?? {}) as Record<string, number>);
  if (shares.length === 0) return false;
  const sum = shares.reduce((total, share) => total + share, 0);
  return (
    (sum !== 100 || shares.some((share) => share < 0)) &&
    `The traffic percentage values must add up to 100, got ${sum}.`
  );
}

const LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  // model.proto, Model.display_name, .labels; model_service.proto, UploadModelRequest.model_id
  Model: [displayName, labels],
  UploadModelRequest: [
    ({ modelId }) =>
      matches(
        modelId,
        /^[a-z_][a-z0-9_-]{0,62}$/,
        'model_id may be up to 63 characters of [a-z0-9_-], the first no number or hyphen.',
      ),
  ],
  // model.proto, ModelContainerSpec
  ModelContainerSpec: [
    ({ predictRoute, invokeRoutePrefix }) =>
      text(predictRoute) !== '' &&
      text(invokeRoutePrefix) !== '' &&
      'Only one of predict_route or invoke_route_prefix can be set.',
    ({ invokeRoutePrefix }) =>
      matches(invokeRoutePrefix, /^\/\*$/, 'invoke_route_prefix: "/*" is the only supported value.'),
    ({ imageUri }) =>
      matches(
        imageUri,
        /^([a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io)\//,
        'image_uri must identify an image in Artifact Registry or Container Registry.',
      ),
    ({ deploymentTimeout }) =>
      Number.parseFloat(text(deploymentTimeout)) > 7200 && 'Limit for deployment timeout is 2 hours.',
    ({ predictRoute }) => matches(predictRoute, /^\//, 'predict_route must begin with "/".'),
    ({ healthRoute }) => matches(healthRoute, /^\//, 'health_route must begin with "/".'),
  ],
  Port: [port],
  // env_var.proto
  EnvVar: [({ name }) => matches(name, /^[A-Za-z_]\w*$/, 'name must be a valid C identifier.')],
  // model.proto, Probe
  Probe: [
    ({ periodSeconds, timeoutSeconds }) =>
      count(timeoutSeconds, 10) < count(periodSeconds, 10) &&
      'timeout_seconds must be greater or equal to period_seconds.',
    ({ periodSeconds, timeoutSeconds }) =>
      Math.min(count(periodSeconds, 1), count(timeoutSeconds, 1)) < 1 &&
      'period_seconds and timeout_seconds: minimum value is 1.',
  ],
  // endpoint.proto; endpoint_service.proto, CreateEndpointRequest.endpoint_id
  Endpoint: [displayName, labels, split],
  CreateEndpointRequest: [
    ({ endpointId }) =>
      matches(
        endpointId,
        /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9][0-9]{0,8})$/,
        'endpoint_id may be up to 63 of [a-z0-9-] beginning with a letter, or up to 9 digits.',
      ),
  ],
  DeployedModel: [
    ({ id }) =>
      matches(id, /^[0-9]{1,10}$/, 'id should be 1-10 characters, and valid characters are /[0-9]/.'),
  ],
  DeployModelRequest: [split],
  UndeployModelRequest: [split],
  // machine_resources.proto
  DedicatedResources: [
    replicas,
    ({ minReplicaCount }) =>
      count(minReplicaCount, 1) < 1 && 'min_replica_count must be greater than or equal to 1.',
  ],
  AutoscalingMetricSpec: [
    ({ target }) => count(target, 60) < 1 && 'target must be 1 or more.',
    ({ metricName }) =>
      matches(
        metricName,
        /^aiplatform\.googleapis\.com\/prediction\/online\/(accelerator\/duty_cycle|cpu\/utilization|request_count)$/,
        'metric_name is not a supported metric.',
      ),
  ],
  BatchPredictionJob: [displayName, labels],
};

export const limitsOf = (type: string, message: Json): readonly string[] =>
  (LIMITS[type] ?? []).map((limit) => limit(message)).filter((problem) => problem !== false);
