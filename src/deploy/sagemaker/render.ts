/** From a document to what has to be there on SageMaker, each as its API takes it in JSON. Pure. */
import { elementWhere } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Deployment } from '../plan/apply.ts';
import type { Resource, ResourceKey } from '../plan/port.ts';
import type { SageMakerDocument, SageMakerVersion, TransformJob } from './document.ts';
import { renderEndpoint } from './endpoint.ts';
import { REQUESTS } from './generated/requests.ts';
import { artifactKeyOf, modelName, ownPrefix, specHashOf, versionPrefix } from './names.ts';
import { shapeProblems } from './shapes.ts';

/** In the order in which they are made. */
const KINDS = [
  'S3Object',
  'Model',
  'EndpointConfig',
  'Alarm',
  'Endpoint',
  'ScalableTarget',
  'ScalingPolicy',
  // Last: an endpoint does not wait for what may take hours.
  'TransformJob',
] as const;

type Spec = Readonly<Record<string, unknown>>;

/** The request that each kind is made by, without tags, for the check of its shape. */
const SHAPES: Readonly<Record<string, readonly [keyof typeof REQUESTS, string]>> = {
  Model: ['sagemaker', 'CreateModelInput'],
  EndpointConfig: ['sagemaker', 'CreateEndpointConfigInput'],
  Endpoint: ['sagemaker', 'CreateEndpointInput'],
  TransformJob: ['sagemaker', 'CreateTransformJobRequest'],
  Alarm: ['cloudwatch', 'PutMetricAlarmInput'],
  ScalableTarget: ['application-autoscaling', 'RegisterScalableTargetRequest'],
  ScalingPolicy: ['application-autoscaling', 'PutScalingPolicyRequest'],
};

/** Everything that the document asks for. Throws SAGEMAKER_INVALID where a request breaks what its API says of it. */
export function renderSageMaker(document: SageMakerDocument, path = 'the document'): Deployment {
  const objects = document.versions.flatMap((version) => objectsOf(document, version));
  const models = modelsOf(document, objects);
  const endpoint = document.kind === 'none' ? [] : renderEndpoint(document, models);
  const jobs = document.batch.map((job) => transformOf(document, job, objects));
  const resources = uniquely([...objects, ...models.values(), ...endpoint, ...jobs.flat()]);
  checkShapes(resources, path);
  return { name: document.deployment, resources: resources.map(withKeys), kinds: KINDS };
}

/** Needs are told by their keys alone. */
const withKeys = (resource: Resource): Resource => ({
  ...resource,
  needs: resource.needs.map(({ kind, name }) => ({ kind, name })),
});

/** What is there once for several, like the model of an endpoint that a job uses too. */
function uniquely(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((resource) => [`${resource.kind}/${resource.name}`, resource])).values()];
}

function checkShapes(resources: readonly Resource[], path: string): void {
  const problems = resources.flatMap(({ kind, name, spec }) => {
    const shape = SHAPES[kind];
    if (shape === undefined) return [];
    return shapeProblems(REQUESTS[shape[0]], shape[1], spec).map((problem) => `${kind} ${name}: ${problem}`);
  });
  if (problems.length > 0)
    throw new PlimsollError('SAGEMAKER_INVALID', { path, problems: problems.join('; ') });
}

function objectsOf(document: SageMakerDocument, version: SageMakerVersion): readonly Resource[] {
  const { bucket } = ownPrefix(document);
  return version.files.map((file) => {
    const key = artifactKeyOf(document, version, file);
    return {
      kind: 'S3Object',
      name: `${bucket}/${key}`,
      spec: { Bucket: bucket, Key: key, ContentLength: file.size, Sha256: file.sha256 },
      needs: [],
      // An archive that clients name keeps its name; all others go by their content.
      isMutable: document.kind === 'multi-model',
    };
  });
}

/** By version, or one for all where they share a container. */
function modelsOf(document: SageMakerDocument, objects: readonly Resource[]): ReadonlyMap<number, Resource> {
  if (document.kind !== 'multi-model')
    return new Map(
      document.versions.map((version) => [version.version, modelOf(document, version, objects)]),
    );
  const { bucket, prefix } = ownPrefix(document);
  const container = { ModelDataUrl: `s3://${bucket}/${prefix}models/`, Mode: 'MultiModel' };
  const model = containerModel(
    document,
    container,
    objects,
    (spec) => `${document.deployment}-models-${specHashOf(spec)}`,
  );
  return new Map([[0, model]]);
}

function modelOf(
  document: SageMakerDocument,
  version: SageMakerVersion,
  objects: readonly Resource[],
): Resource {
  const { bucket } = ownPrefix(document);
  const keys = version.files.map((file) => `${bucket}/${artifactKeyOf(document, version, file)}`);
  const own = objects.filter(({ name }) => keys.includes(name));
  const name = (spec: Spec): string => modelName(document.deployment, version.version, spec);
  return containerModel(document, dataOf(document, version), own, name);
}

function dataOf(document: SageMakerDocument, version: SageMakerVersion): Spec {
  const { bucket } = ownPrefix(document);
  const [first] = version.files;
  if (first === undefined) return {};
  if (version.files.length === 1)
    return { ModelDataUrl: `s3://${bucket}/${artifactKeyOf(document, version, first)}` };
  const S3DataSource = {
    S3Uri: `s3://${bucket}/${versionPrefix(document, version)}`,
    S3DataType: 'S3Prefix',
    CompressionType: 'None',
  };
  return { ModelDataSource: { S3DataSource } };
}

function containerModel(
  { image, role, env, networkIsolation }: SageMakerDocument,
  data: Spec,
  needs: readonly ResourceKey[],
  nameOf: (spec: Spec) => string,
): Resource {
  // Contracts that are told need not be guessed.
  const Environment = { PLIMSOLL_CONTRACT: 'sagemaker', ...Object.fromEntries(env) };
  const rest = {
    PrimaryContainer: { Image: image, ...data, Environment },
    ExecutionRoleArn: role,
    ...(networkIsolation ? { EnableNetworkIsolation: true } : {}),
  };
  const name = nameOf(rest);
  return { kind: 'Model', name, spec: { ModelName: name, ...rest }, needs, isMutable: false };
}

const CONTENT_TYPES = { csv: 'text/csv', jsonl: 'application/jsonlines' } as const;

function transformOf(
  document: SageMakerDocument,
  job: TransformJob,
  objects: readonly Resource[],
): readonly Resource[] {
  // A job may be over a multi-model endpoint's version: its model is of its own then.
  const single = { ...document, kind: 'none' as const };
  const version = elementWhere(document.versions, (known) => known.version === job.version);
  const extra = document.kind === 'multi-model' ? objectsOf(single, version) : [];
  const model = modelOf(single, version, [...objects, ...extra]);
  const rest = {
    ModelName: model.name,
    MaxConcurrentTransforms: job.maxConcurrent,
    MaxPayloadInMB: job.maxPayloadMb,
    BatchStrategy: job.multiRecord ? 'MultiRecord' : 'SingleRecord',
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: job.input } },
      ContentType: CONTENT_TYPES[job.format],
      CompressionType: 'None',
      SplitType: 'Line',
    },
    TransformOutput: { S3OutputPath: job.output, Accept: CONTENT_TYPES[job.format], AssembleWith: 'Line' },
    TransformResources: {
      InstanceType: job.instance,
      InstanceCount: job.instances,
      ...(document.kmsKey === null ? {} : { VolumeKmsKeyId: document.kmsKey }),
    },
    ...(job.joinInput ? { DataProcessing: { JoinSource: 'Input' } } : {}),
  };
  const name = `${document.deployment}-${job.name.slice(0, 12)}-${specHashOf(rest)}`;
  const spec = { TransformJobName: name, ...rest };
  return [...extra, model, { kind: 'TransformJob', name, spec, needs: [model], isMutable: false }];
}
