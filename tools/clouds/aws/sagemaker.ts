/** SageMaker's models, configurations and tags, and the lists of everything (API of 2017-07-24). */
import type * as api from '@aws-sdk/client-sagemaker';
import { AwsError, validation } from './aws-error.ts';
import {
  createEndpoint,
  deleteEndpoint,
  describeEndpoint,
  updateEndpoint,
  updateWeights,
} from './endpoints.ts';
import { createJob, describeJob, listJobs, stopJob } from './jobs.ts';
import { pageOf } from './page.ts';
import type { World } from './world.ts';

type Handler = (world: World, input: never) => object;

export const SAGEMAKER: Readonly<Record<string, Handler>> = {
  CreateModel: createModel,
  DescribeModel: describeModel,
  DeleteModel: deleteModel,
  ListModels: listModels,
  CreateEndpointConfig: createConfig,
  DescribeEndpointConfig: describeConfig,
  DeleteEndpointConfig: deleteConfig,
  ListEndpointConfigs: listConfigs,
  CreateEndpoint: createEndpoint,
  DescribeEndpoint: describeEndpoint,
  UpdateEndpoint: updateEndpoint,
  UpdateEndpointWeightsAndCapacities: updateWeights,
  DeleteEndpoint: deleteEndpoint,
  ListEndpoints: listEndpoints,
  CreateTransformJob: createJob,
  DescribeTransformJob: describeJob,
  StopTransformJob: stopJob,
  ListTransformJobs: listJobs,
  AddTags: addTags,
  ListTags: listTags,
};

const pairs = (tags: readonly api.Tag[] = []) => tags.map(({ Key, Value }) => [Key!, Value!] as const);

function createModel(world: World, input: api.CreateModelInput): object {
  const name = input.ModelName!;
  const arn = world.arn('model', name);
  if (world.models.has(name)) throw validation(`Cannot create already existing model "${arn}".`);
  const { PrimaryContainer: container, Containers: containers } = input;
  if (!container && !containers?.length)
    throw validation('Request must have either a primary container or a list of containers.');
  if (!input.ExecutionRoleArn) throw validation('Execution role must be specified.');
  if (container?.ModelDataUrl && container.ModelDataSource)
    throw validation('Both ModelDataUrl and ModelDataSource are specified: only one of them may be.');
  if (container && !container.Image && !container.ModelPackageName)
    throw validation('The container must have an image or a model package.');
  mustHaveData(world, container?.ModelDataUrl, container?.Mode === 'MultiModel');
  const { Tags, ...rest } = input;
  world.models.set(name, { arn, created: new Date(), input: rest });
  world.tag(arn, pairs(Tags));
  return { ModelArn: arn };
}

function mustHaveData(world: World, url: string | undefined, isPrefix: boolean): void {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url ?? '') ?? [];
  if (bucket === '') return;
  const keys = [...(world.buckets.get(bucket)?.keys() ?? [])];
  if (!keys.some((name) => (isPrefix ? name.startsWith(key) : name === key)))
    throw validation(`Could not find model data at ${url}.`);
}

function describeModel(world: World, { ModelName }: api.DescribeModelInput): object {
  const found = world.models.get(ModelName!);
  if (!found) throw validation(`Could not find model "${world.arn('model', ModelName!)}".`);
  return { ...found.input, ModelArn: found.arn, CreationTime: found.created };
}

function deleteModel(world: World, { ModelName }: api.DeleteModelInput): object {
  const found = world.models.get(ModelName!);
  if (!found) throw validation(`Could not find model "${world.arn('model', ModelName!)}".`);
  world.models.delete(ModelName!);
  world.tags.delete(found.arn);
  return {};
}

function createConfig(world: World, input: api.CreateEndpointConfigInput): object {
  const name = input.EndpointConfigName!;
  const arn = world.arn('endpoint-config', name);
  if (world.configs.has(name))
    throw validation(`Cannot create already existing endpoint configuration "${arn}".`);
  checkConfig(world, input);
  const { Tags, ...rest } = input;
  world.configs.set(name, { arn, created: new Date(), input: rest });
  world.tag(arn, pairs(Tags));
  return { EndpointConfigArn: arn };
}

/** What the reference of CreateEndpointConfig says beside shapes. */
function checkConfig(world: World, input: api.CreateEndpointConfigInput): void {
  const production = input.ProductionVariants ?? [];
  const shadow = input.ShadowProductionVariants ?? [];
  const all = [...production, ...shadow];
  if (new Set(all.map(({ VariantName }) => VariantName)).size < all.length)
    throw validation('Variant names must be unique.');
  if (shadow.length > 0 && (production.length !== 1 || shadow.length !== 1))
    throw validation(
      'With ShadowProductionVariants, exactly one production and one shadow variant must be given.',
    );
  for (const variant of all) {
    const { ModelName, ServerlessConfig, InstanceType, InitialInstanceCount, VariantName } = variant;
    if (ModelName && !world.models.has(ModelName))
      throw validation(`Could not find model "${world.arn('model', ModelName)}".`);
    if (ServerlessConfig && (InstanceType || InitialInstanceCount))
      throw validation(`Variant "${VariantName}" is serverless: it must have no instance type and no count.`);
    if (!ServerlessConfig && !(InstanceType && InitialInstanceCount))
      throw validation(`Variant "${VariantName}" must have an instance type and a count.`);
    if (ServerlessConfig && ServerlessConfig.MemorySizeInMB! % 1024 !== 0)
      throw validation('MemorySizeInMB must be one of 1024, 2048, 3072, 4096, 5120, 6144.');
  }
  const serverless = all.filter(({ ServerlessConfig }) => ServerlessConfig).length;
  if (serverless > 0 && serverless < all.length)
    throw validation('Serverless and instance-based variants cannot be in one configuration.');
  if (serverless > 0 && (shadow.length > 0 || input.AsyncInferenceConfig || input.DataCaptureConfig))
    throw validation(
      'Serverless variants support neither shadow variants, asynchronous inference nor data capture.',
    );
  if (input.AsyncInferenceConfig && (production.length > 1 || shadow.length > 0))
    throw validation('Asynchronous inference supports exactly one production variant.');
}

function describeConfig(world: World, { EndpointConfigName: name }: api.DescribeEndpointConfigInput): object {
  const found = world.configs.get(name!);
  if (!found)
    throw validation(`Could not find endpoint configuration "${world.arn('endpoint-config', name!)}".`);
  return { ...found.input, EndpointConfigArn: found.arn, CreationTime: found.created };
}

/** The reference: never one that an endpoint uses, nor while it is being created or updated. */
function deleteConfig(world: World, { EndpointConfigName: name }: api.DeleteEndpointConfigInput): object {
  const found = world.configs.get(name!);
  if (!found)
    throw validation(`Could not find endpoint configuration "${world.arn('endpoint-config', name!)}".`);
  const user = [...world.endpoints.values()].find(
    ({ config, pending }) => config === name || pending === name,
  );
  if (user)
    throw validation(`Cannot delete endpoint configuration "${found.arn}": endpoint "${user.name}" uses it.`);
  world.configs.delete(name!);
  world.tags.delete(found.arn);
  return {};
}

function listModels(world: World, input: api.ListModelsInput): object {
  const { page, ...rest } = pageOf([...world.models], ([name, { created }]) => ({ name, created }), input);
  const Models = page.map(([ModelName, { arn, created }]) => ({
    ModelName,
    ModelArn: arn,
    CreationTime: created,
  }));
  return { Models, ...rest };
}

function listConfigs(world: World, input: api.ListEndpointConfigsInput): object {
  const { page, ...rest } = pageOf([...world.configs], ([name, { created }]) => ({ name, created }), input);
  const EndpointConfigs = page.map(([EndpointConfigName, { arn, created }]) => ({
    EndpointConfigName,
    EndpointConfigArn: arn,
    CreationTime: created,
  }));
  return { EndpointConfigs, ...rest };
}

function listEndpoints(world: World, input: api.ListEndpointsInput): object {
  const { page, ...rest } = pageOf([...world.endpoints.values()], (endpoint) => endpoint, input);
  const Endpoints = page.map(({ name, arn, created, modified, status }) => ({
    EndpointName: name,
    EndpointArn: arn,
    CreationTime: created,
    LastModifiedTime: modified,
    EndpointStatus: status,
  }));
  return { Endpoints, ...rest };
}

function known(world: World, arn: string): void {
  const all = [world.models, world.configs, world.endpoints, world.jobs].flatMap((kind) =>
    [...kind.values()].map((made) => made.arn),
  );
  if (!all.includes(arn)) throw new AwsError('ResourceNotFound', `Resource ${arn} does not exist.`);
}

function addTags(world: World, { ResourceArn, Tags }: api.AddTagsInput): object {
  known(world, ResourceArn!);
  world.tag(ResourceArn!, pairs(Tags));
  return { Tags: tagsOf(world, ResourceArn!) };
}

function listTags(world: World, { ResourceArn }: api.ListTagsInput): object {
  known(world, ResourceArn!);
  return { Tags: tagsOf(world, ResourceArn!) };
}

const tagsOf = (world: World, arn: string) =>
  [...(world.tags.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
