import {
  ApplicationAutoScalingClient,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { applyDeployment } from '../../src/deploy/plan/apply.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { account, documentOf, portsFor, REGION, version } from './deployment.ts';

// What the references of these services refuse, through Amazon's own SDK: a service that takes all would prove nothing.
let aws: Aws;
let back: () => void;
let sagemaker: SageMakerClient;
let scaling: ApplicationAutoScalingClient;
let runtime: SageMakerRuntimeClient;
let [model, config] = ['', ''];

beforeAll(async () => {
  aws = await account();
  const document = documentOf({ versions: [version(3), version(4)] });
  const deployment = renderSageMaker(document);
  await applyDeployment(deployment, portsFor(aws, document));
  model = deployment.resources.find(({ kind }) => kind === 'Model')!.name;
  config = deployment.resources.find(({ kind }) => kind === 'EndpointConfig')!.name;
  back = aws.world.keep();
  const options = { endpoint: aws.url, region: REGION, maxAttempts: 1 };
  [sagemaker, scaling] = [new SageMakerClient(options), new ApplicationAutoScalingClient(options)];
  runtime = new SageMakerRuntimeClient(options);
});
beforeEach(() => back());
afterAll(() => aws.close());

const variant = (name: string, more: object = {}) => ({
  ...{ VariantName: name, ModelName: model, InstanceType: 'ml.m5.large' as const, InitialInstanceCount: 1 },
  ...more,
});
const configured = (more: Partial<CreateEndpointConfigCommandInput>) =>
  sagemaker.send(
    new CreateEndpointConfigCommand({ EndpointConfigName: 'c', ProductionVariants: [variant('a')], ...more }),
  );
const target = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/churn/variant/v3',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;
const role = 'arn:aws:iam::123456789012:role/plimsoll-serving';
const serverless = {
  ModelName: '',
  VariantName: 's',
  ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 },
};

const REFUSED: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  [
    'a model of a name that is taken',
    () =>
      sagemaker.send(
        new CreateModelCommand({
          ModelName: model,
          ExecutionRoleArn: role,
          PrimaryContainer: { Image: 'i' },
        }),
      ),
    /already existing model/,
  ],
  [
    'a model whose data is not there',
    () =>
      sagemaker.send(
        new CreateModelCommand({
          ModelName: 'm',
          ExecutionRoleArn: role,
          PrimaryContainer: { Image: 'i', ModelDataUrl: 's3://models/none' },
        }),
      ),
    /Could not find model data/,
  ],
  [
    'a configuration of a name that is taken',
    () => configured({ EndpointConfigName: config }),
    /already existing endpoint configuration/,
  ],
  [
    'a configuration over a model that is not there',
    () => configured({ ProductionVariants: [variant('a', { ModelName: 'none' })] }),
    /Could not find model/,
  ],
  [
    'an instance type that does not exist',
    () => configured({ ProductionVariants: [variant('a', { InstanceType: 'ml.m5.huge' })] }),
    /wanted one of/,
  ],
  [
    'eleven variants',
    () => configured({ ProductionVariants: Array.from({ length: 11 }, (_, i) => variant(`a${i}`)) }),
    /1 to 10 entries/,
  ],
  [
    'variants of one name',
    () => configured({ ProductionVariants: [variant('a'), variant('a')] }),
    /must be unique/,
  ],
  [
    'a shadow beside two variants',
    () =>
      configured({
        ProductionVariants: [variant('a'), variant('b')],
        ShadowProductionVariants: [variant('c')],
      }),
    /exactly one production and one shadow/,
  ],
  [
    'a variant with instances and memory',
    () =>
      configured({ ProductionVariants: [variant('a', { ServerlessConfig: serverless.ServerlessConfig })] }),
    /no instance type/,
  ],
  [
    '500 MB of memory',
    () =>
      configured({
        ProductionVariants: [
          { ...serverless, ModelName: model, ServerlessConfig: { MemorySizeInMB: 500, MaxConcurrency: 5 } },
        ],
      }),
    /1024 to 6144/,
  ],
  [
    'two variants of an asynchronous endpoint',
    () =>
      configured({
        ProductionVariants: [variant('a'), variant('b')],
        AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://models/out' } },
      }),
    /exactly one production variant/,
  ],
  [
    'removing a configuration in use',
    () => sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: config })),
    /uses it/,
  ],
  [
    'an endpoint of a name that is taken',
    () => sagemaker.send(new CreateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: config })),
    /already existing endpoint/,
  ],
  [
    'an endpoint over a configuration that is not there',
    () => sagemaker.send(new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'none' })),
    /Could not find endpoint configuration/,
  ],
  [
    'weights of a variant that is not there',
    () =>
      sagemaker.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: 'churn',
          DesiredWeightsAndCapacities: [{ VariantName: 'x', DesiredWeight: 1 }],
        }),
      ),
    /not present/,
  ],
  [
    'scaling of a variant that is not there',
    () =>
      scaling.send(
        new RegisterScalableTargetCommand({
          ...target,
          ResourceId: 'endpoint/churn/variant/x',
          MinCapacity: 1,
          MaxCapacity: 2,
        }),
      ),
    /doesn't exist/,
  ],
  [
    'a least above the most',
    () => scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 3, MaxCapacity: 2 })),
    /less than minimum/,
  ],
  [
    'a policy without a target',
    () =>
      scaling.send(
        new PutScalingPolicyCommand({ ...target, PolicyName: 'p', PolicyType: 'TargetTrackingScaling' }),
      ),
    /No scalable target/,
  ],
  [
    'asking an endpoint that is not there',
    () => runtime.send(new InvokeEndpointCommand({ EndpointName: 'none', Body: '{}' })),
    /not found/,
  ],
  [
    'asking a variant that is not there',
    () => runtime.send(new InvokeEndpointCommand({ EndpointName: 'churn', Body: '{}', TargetVariant: 'x' })),
    /was not found/,
  ],
  [
    'a body of 7 MB',
    () => runtime.send(new InvokeEndpointCommand({ EndpointName: 'churn', Body: Buffer.alloc(7e6) })),
    /less than or equal to 6291456/,
  ],
];

test.each(REFUSED)('%s is refused', async (_, act, said) => {
  await expect(act()).rejects.toThrow(said);
});

test('an endpoint that is being changed is neither changed nor removed', async () => {
  aws.world.endpoints.get('churn')!.status = 'Updating';
  const update = new UpdateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: config });
  await expect(sagemaker.send(update)).rejects.toThrow(/in-progress endpoint/);
  const remove = new DeleteEndpointCommand({ EndpointName: 'churn' });
  await expect(sagemaker.send(remove)).rejects.toThrow(/in-progress endpoint/);
});

test('a variant that is scaled is not removed', async () => {
  await configured({ EndpointConfigName: 'next' });
  await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 2 }));
  const update = new UpdateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: 'next' });
  await expect(sagemaker.send(update)).rejects.toThrow(/must be deregistered/);
});
