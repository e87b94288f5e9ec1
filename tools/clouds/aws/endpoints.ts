/** SageMaker's endpoints: states that take time, both fleets while they change, refusals as documented. */
import type * as api from '@aws-sdk/client-sagemaker';
import { validation } from './aws-error.ts';
import type { ContainerSpec } from './container.ts';
import type { Config, Endpoint, Variant, World } from './world.ts';

const pairs = (tags: readonly api.Tag[] = []) => tags.map(({ Key, Value }) => [Key!, Value!] as const);

function endpointOf(world: World, name: string): Endpoint {
  const endpoint = world.endpoints.get(name);
  if (!endpoint) throw validation(`Could not find endpoint "${world.arn('endpoint', name)}".`);
  return endpoint;
}

function configOf(world: World, name: string): Config {
  const config = world.configs.get(name);
  if (!config)
    throw validation(`Could not find endpoint configuration "${world.arn('endpoint-config', name)}".`);
  return config;
}

export function createEndpoint(world: World, input: api.CreateEndpointInput): object {
  const name = input.EndpointName!;
  const arn = world.arn('endpoint', name);
  // "The name is case-insensitive in CreateEndpoint" (API_CreateEndpoint); those of ARNs are in small letters.
  if ([...world.endpoints.values()].some((endpoint) => endpoint.arn === arn))
    throw validation(`Cannot create already existing endpoint "${arn}".`);
  const config = configOf(world, input.EndpointConfigName!);
  demandOf(world, config);
  const now = new Date();
  const endpoint: Endpoint = {
    ...{ name, arn, created: now, modified: now, status: 'Creating', reason: null },
    ...{ config: input.EndpointConfigName!, pending: null, lastDeployment: input.DeploymentConfig ?? null },
    production: variantsOf(config.input.ProductionVariants),
    shadow: variantsOf(config.input.ShadowProductionVariants),
    served: new Map(),
  };
  world.endpoints.set(name, endpoint);
  world.tag(arn, pairs(input.Tags));
  world.later(() => fill(world, name));
  return { EndpointArn: arn };
}

async function fill(world: World, name: string): Promise<void> {
  const endpoint = world.endpoints.get(name);
  if (endpoint === undefined) return;
  try {
    await startAll(world, [...endpoint.production, ...endpoint.shadow]);
    endpoint.status = 'InService';
  } catch (error) {
    endpoint.status = 'Failed';
    endpoint.reason = (error as Error).message.slice(0, 1024);
  }
  endpoint.modified = new Date();
}

export function describeEndpoint(world: World, { EndpointName }: api.DescribeEndpointInput): object {
  const endpoint = endpointOf(world, EndpointName!);
  const { name, arn, config, status, reason, created, modified, pending, lastDeployment } = endpoint;
  return {
    EndpointName: name,
    EndpointArn: arn,
    EndpointConfigName: config,
    EndpointStatus: status,
    CreationTime: created,
    LastModifiedTime: modified,
    ...(status === 'Creating' || status === 'Failed'
      ? {}
      : { ProductionVariants: endpoint.production.map(summary) }),
    ...(endpoint.shadow.length > 0 ? { ShadowProductionVariants: endpoint.shadow.map(summary) } : {}),
    ...(reason === null ? {} : { FailureReason: reason }),
    ...(pending === null
      ? {}
      : { PendingDeploymentSummary: { EndpointConfigName: pending, StartTime: modified } }),
    ...(lastDeployment === null ? {} : { LastDeploymentConfig: lastDeployment }),
  };
}

const summary = ({ name, weight, count, instanceType }: Variant): object => ({
  VariantName: name,
  CurrentWeight: weight,
  DesiredWeight: weight,
  ...(instanceType === null ? {} : { CurrentInstanceCount: count, DesiredInstanceCount: count }),
});

/** What an endpoint is while it is neither settled nor gone. */
function mustBeSettled(endpoint: Endpoint): void {
  if (endpoint.status === 'InService' || endpoint.status === 'Failed') return;
  throw validation(`Cannot update in-progress endpoint "${endpoint.arn}".`);
}

export function updateEndpoint(world: World, input: api.UpdateEndpointInput): object {
  const endpoint = endpointOf(world, input.EndpointName!);
  mustBeSettled(endpoint);
  if (endpoint.status === 'Failed') throw validation(`Cannot update failed endpoint "${endpoint.arn}".`);
  const config = configOf(world, input.EndpointConfigName!);
  const { DeploymentConfig: deployment } = input;
  if (deployment?.BlueGreenUpdatePolicy && deployment.RollingUpdatePolicy)
    throw validation('Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy may be given.');
  guardedVariantsMustStay(endpoint, config, deployment);
  scaledVariantsMustStay(world, endpoint, config);
  demandOf(world, config);
  endpoint.status = 'Updating';
  endpoint.pending = input.EndpointConfigName!;
  endpoint.reason = null;
  endpoint.modified = new Date();
  if (deployment) endpoint.lastDeployment = deployment;
  world.later(() => change(world, input));
  return { EndpointArn: endpoint.arn };
}

/** Deployment guardrails, exclusions: "your new endpoint configuration must have the same variant name as the old". */
function guardedVariantsMustStay(
  endpoint: Endpoint,
  { input }: Config,
  deployment: api.DeploymentConfig | undefined,
): void {
  const type = deployment?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration?.Type ?? 'ALL_AT_ONCE';
  if (deployment?.RollingUpdatePolicy === undefined && type === 'ALL_AT_ONCE') return;
  const before = endpoint.production.map(({ name }) => name).sort();
  const next = (input.ProductionVariants ?? []).map(({ VariantName }) => VariantName!).sort();
  if (before.join() !== next.join())
    throw validation('The new endpoint configuration must have the same variant names as the old one.');
}

/** A variant with a scalable target must be deregistered before it is removed or gets another instance type. */
function scaledVariantsMustStay(world: World, endpoint: Endpoint, config: Config): void {
  const next = new Map(config.input.ProductionVariants?.map((variant) => [variant.VariantName, variant]));
  const touched = endpoint.production
    .filter(({ name }) => world.targets.has(`endpoint/${endpoint.name}/variant/${name}`))
    .filter(({ name, instanceType }) => (next.get(name)?.InstanceType ?? null) !== instanceType);
  if (touched.length > 0)
    throw validation(
      `The variant(s) "[${touched.map(({ name }) => name).join(', ')}]" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed from the endpoint or have their instance type updated.`,
    );
}

async function change(world: World, input: api.UpdateEndpointInput): Promise<void> {
  const endpoint = world.endpoints.get(input.EndpointName!);
  if (endpoint === undefined) return;
  const config = world.configs.get(input.EndpointConfigName!)?.input;
  const production = variantsOf(config?.ProductionVariants);
  const shadow = variantsOf(config?.ShadowProductionVariants);
  const old = [...endpoint.production, ...endpoint.shadow];
  const fresh = [...production, ...shadow];
  try {
    if (config === undefined) throw new Error(`The configuration "${input.EndpointConfigName}" is gone.`);
    await startAll(world, fresh);
    const raised = (endpoint.lastDeployment?.AutoRollbackConfiguration?.Alarms ?? [])
      .map(({ AlarmName }) => AlarmName!)
      .find((name) => world.alarms.get(name)?.state === 'ALARM');
    if (raised) throw new Error(`Deployment was rolled back because alarm ${raised} was in ALARM state.`);
    retain(endpoint, production, input);
    endpoint.production = production;
    endpoint.shadow = shadow;
    endpoint.config = input.EndpointConfigName!;
    await Promise.all(old.map(({ container }) => container?.stop()));
  } catch (error) {
    endpoint.reason = (error as Error).message.slice(0, 1024);
    await Promise.all(fresh.map(({ container }) => container?.stop()));
  }
  endpoint.status = 'InService';
  endpoint.pending = null;
  endpoint.modified = new Date();
}

/** Weights and counts of variants that stay, where the caller wants to keep them. */
function retain(endpoint: Endpoint, production: readonly Variant[], input: api.UpdateEndpointInput): void {
  if (!input.RetainAllVariantProperties) return;
  const left = input.ExcludeRetainedVariantProperties?.map(({ VariantPropertyType }) => VariantPropertyType);
  for (const variant of production) {
    const before = endpoint.production.find(({ name }) => name === variant.name);
    if (before && !left?.includes('DesiredWeight')) variant.weight = before.weight;
    if (before && !left?.includes('DesiredInstanceCount')) variant.count = before.count;
  }
}

export function updateWeights(world: World, input: api.UpdateEndpointWeightsAndCapacitiesInput): object {
  const endpoint = endpointOf(world, input.EndpointName!);
  mustBeSettled(endpoint);
  const wanted = input.DesiredWeightsAndCapacities!;
  for (const { VariantName } of wanted)
    if (!endpoint.production.some(({ name }) => name === VariantName))
      throw validation(
        `The variant name(s) "${VariantName}" is/are not present within endpoint configuration "${endpoint.config}".`,
      );
  endpoint.status = 'Updating';
  endpoint.modified = new Date();
  world.later(() => {
    const endpoint = world.endpoints.get(input.EndpointName!);
    if (endpoint === undefined) return;
    for (const { VariantName, DesiredWeight, DesiredInstanceCount } of wanted) {
      const variant = endpoint.production.find(({ name }) => name === VariantName);
      if (variant && DesiredWeight !== undefined) variant.weight = DesiredWeight;
      if (variant && DesiredInstanceCount !== undefined) variant.count = DesiredInstanceCount;
    }
    endpoint.status = 'InService';
  });
  return { EndpointArn: endpoint.arn };
}

export function deleteEndpoint(world: World, { EndpointName }: api.DeleteEndpointInput): object {
  mustBeSettled(endpointOf(world, EndpointName!));
  endpointOf(world, EndpointName!).status = 'Deleting';
  world.later(() => {
    const endpoint = world.endpoints.get(EndpointName!);
    if (endpoint === undefined) return;
    void Promise.all([...endpoint.production, ...endpoint.shadow].map(({ container }) => container?.stop()));
    world.endpoints.delete(endpoint.name);
    world.tags.delete(endpoint.arn);
    // Targets of what is gone are deregistered by the service.
    for (const id of [...world.targets.keys()])
      if (id.startsWith(`endpoint/${endpoint.name}/`)) world.targets.delete(id);
    for (const id of [...world.policies.keys()])
      if (id.startsWith(`endpoint/${endpoint.name}/`)) world.policies.delete(id);
  });
  return {};
}

const variantsOf = (variants: readonly api.ProductionVariant[] = []): readonly Variant[] =>
  variants.map(({ VariantName, ModelName, InstanceType, InitialVariantWeight, InitialInstanceCount }) => ({
    ...{ name: VariantName!, model: ModelName ?? '', instanceType: InstanceType ?? null, container: null },
    ...{ weight: InitialVariantWeight ?? 1, count: InitialInstanceCount ?? 0 },
  }));

function demandOf(world: World, { input }: Config): void {
  const types = new Map<string, number>();
  for (const { InstanceType, InitialInstanceCount } of [
    ...(input.ProductionVariants ?? []),
    ...(input.ShadowProductionVariants ?? []),
  ])
    if (InstanceType) types.set(InstanceType, (types.get(InstanceType) ?? 0) + InitialInstanceCount!);
  for (const [type, count] of types) world.demand(type, count);
}

async function startAll(world: World, variants: readonly Variant[]): Promise<void> {
  const { containers } = world.options;
  if (containers === null) return;
  for (const variant of variants) {
    const model = world.models.get(variant.model);
    if (!model) throw new Error(`The model "${variant.model}" is gone.`);
    variant.container = await containers.start(specOf(world, model.input));
  }
}

export function specOf(world: World, { PrimaryContainer: container }: api.CreateModelInput): ContainerSpec {
  const source = container?.ModelDataSource?.S3DataSource;
  const isMultiModel = container?.Mode === 'MultiModel';
  const uri = source?.S3Uri ?? container?.ModelDataUrl ?? '';
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  const objects = isMultiModel
    ? []
    : [...(world.buckets.get(bucket) ?? [])].filter(([name]) => name.startsWith(key));
  const isArchive = source ? source.CompressionType === 'Gzip' : true;
  return {
    environment: container?.Environment ?? {},
    isMultiModel,
    isArchive,
    files: new Map(
      objects.map(([name, { body }]) => [isArchive ? 'model.tar.gz' : name.slice(key.length), body]),
    ),
  };
}
