/** Application Auto Scaling for variants of SageMaker's endpoints (API of 2016-02-06). */
import type * as api from '@aws-sdk/client-application-auto-scaling';
import { AwsError, validation } from './aws-error.ts';
import type { World } from './world.ts';

export const AUTOSCALING: Readonly<Record<string, (world: World, input: never) => object>> = {
  RegisterScalableTarget: register,
  DescribeScalableTargets: describeTargets,
  DeregisterScalableTarget: deregister,
  PutScalingPolicy: putPolicy,
  DescribeScalingPolicies: describePolicies,
  DeleteScalingPolicy: deletePolicy,
  TagResource: tagResource,
  ListTagsForResource: listTags,
};

const ROLE =
  'aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint';
const notFound = (what: string): AwsError => new AwsError('ObjectNotFoundException', what);

function register(world: World, input: api.RegisterScalableTargetRequest): object {
  const id = input.ResourceId!;
  const [, endpoint = '', variant = ''] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(id) ?? [];
  const found = world.endpoints.get(endpoint)?.production.find(({ name }) => name === variant);
  if (!found) throw validation(`ECS or SageMaker resource doesn't exist: ${id}`);
  if (found.instanceType === null && input.ScalableDimension === 'sagemaker:variant:DesiredInstanceCount')
    throw validation('A serverless variant has no instances to scale.');
  const before = world.targets.get(id);
  if (!before && (input.MinCapacity === undefined || input.MaxCapacity === undefined))
    throw validation('MinCapacity and MaxCapacity are needed to register a scalable target.');
  const { Tags, ...given } = input;
  const merged = { ...before?.input, ...given };
  if (merged.MinCapacity! > merged.MaxCapacity!)
    throw validation('Maximum capacity cannot be less than minimum capacity');
  const arn =
    before?.arn ??
    `arn:aws:application-autoscaling:${world.region}:${world.account}:scalable-target/0sm${world.targets.size + 1}${endpoint.length}${variant}`;
  if (before && Tags && Object.keys(Tags).length > 0)
    throw validation('Tags can be given only when a scalable target is created: use TagResource.');
  world.targets.set(id, { arn, created: before?.created ?? new Date(), input: merged });
  world.tag(arn, Object.entries(Tags ?? {}));
  return { ScalableTargetARN: arn };
}

function describeTargets(
  world: World,
  { ResourceIds, NextToken, MaxResults = 50 }: api.DescribeScalableTargetsRequest,
): object {
  const all = [...world.targets].filter(([id]) => !ResourceIds?.length || ResourceIds.includes(id));
  const start = Number(NextToken ?? 0);
  const ScalableTargets = all.slice(start, start + MaxResults).map(([, { input, arn, created }]) => ({
    ServiceNamespace: input.ServiceNamespace,
    ResourceId: input.ResourceId,
    ScalableDimension: input.ScalableDimension,
    MinCapacity: input.MinCapacity,
    MaxCapacity: input.MaxCapacity,
    RoleARN: `arn:aws:iam::${world.account}:role/${ROLE}`,
    CreationTime: created,
    ScalableTargetARN: arn,
  }));
  return {
    ScalableTargets,
    ...(start + MaxResults < all.length ? { NextToken: String(start + MaxResults) } : {}),
  };
}

function deregister(world: World, { ResourceId: id }: api.DeregisterScalableTargetRequest): object {
  const found = world.targets.get(id!);
  if (!found) throw notFound(`No scalable target found for service namespace: sagemaker, resource ID: ${id}`);
  world.targets.delete(id!);
  world.tags.delete(found.arn);
  // Its policies go with it.
  for (const key of [...world.policies.keys()]) if (key.startsWith(`${id}|`)) world.policies.delete(key);
  return {};
}

function putPolicy(world: World, input: api.PutScalingPolicyRequest): object {
  const id = input.ResourceId!;
  if (!world.targets.has(id))
    throw notFound(`No scalable target registered for service namespace: sagemaker, resource ID: ${id}`);
  const tracking = input.TargetTrackingScalingPolicyConfiguration;
  if (
    tracking &&
    Boolean(tracking.PredefinedMetricSpecification) === Boolean(tracking.CustomizedMetricSpecification)
  )
    throw validation(
      'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification is needed.',
    );
  const key = `${id}|${input.PolicyName}`;
  const arn = `arn:aws:autoscaling:${world.region}:${world.account}:scalingPolicy:1:resource/sagemaker/${id}:policyName/${input.PolicyName}`;
  world.policies.set(key, { arn, created: world.policies.get(key)?.created ?? new Date(), input });
  return { PolicyARN: arn, Alarms: [] };
}

function describePolicies(
  world: World,
  { ResourceId, PolicyNames, MaxResults = 50, NextToken }: api.DescribeScalingPoliciesRequest,
): object {
  const all = [...world.policies.values()]
    .filter(({ input }) => !ResourceId || input.ResourceId === ResourceId)
    .filter(({ input }) => !PolicyNames?.length || PolicyNames.includes(input.PolicyName!))
    .map(({ input, arn, created }) => ({ ...input, PolicyARN: arn, CreationTime: created, Alarms: [] }));
  const [start, end] = [Number(NextToken ?? 0), Number(NextToken ?? 0) + MaxResults];
  return { ScalingPolicies: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

function deletePolicy(world: World, { ResourceId, PolicyName }: api.DeleteScalingPolicyRequest): object {
  if (!world.policies.delete(`${ResourceId}|${PolicyName}`))
    throw notFound(`No scaling policy found for ${ResourceId}: ${PolicyName}`);
  return {};
}

function tagResource(world: World, { ResourceARN, Tags }: api.TagResourceRequest): object {
  if (!world.tags.has(ResourceARN!))
    throw new AwsError('ResourceNotFoundException', `No resource ${ResourceARN}`);
  world.tag(ResourceARN!, Object.entries(Tags ?? {}));
  return {};
}

function listTags(world: World, { ResourceARN }: api.ListTagsForResourceRequest): object {
  const tags = world.tags.get(ResourceARN!);
  if (!tags) throw new AwsError('ResourceNotFoundException', `No resource ${ResourceARN}`);
  return { Tags: Object.fromEntries(tags) };
}
