import { expect, test } from 'vitest';
import type { Resource } from '../plan/port.ts';
import { parseSageMakerDocument } from './parse.ts';
import { deployerPolicy, executionPolicy } from './permissions.ts';
import { renderSageMaker } from './render.ts';

const digest = 'cd'.repeat(32);
const file = (path: string) => ({ path, sha256: digest, size: 10 });
const version = (number: number, more: object = {}) => ({
  ...{ model: 'churn', version: number, digest, files: [file(`churn-${number}/model.tar.gz`)] },
  ...more,
});
const parse = (more: object = {}) =>
  parseSageMakerDocument(
    {
      deployment: 'churn',
      region: 'eu-central-1',
      role: 'arn:aws:iam::123456789012:role/serving',
      image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/plimsoll@sha256:${digest}`,
      artifacts: 's3://models/plimsoll',
      versions: [version(3)],
      ...more,
    },
    'churn.yaml',
  );
const render = (more: object = {}): readonly Resource[] => renderSageMaker(parse(more)).resources;
const specOf = (resources: readonly Resource[], kind: string) =>
  resources.find((resource) => resource.kind === kind)?.spec as Record<string, never>;
const kindsOf = (resources: readonly Resource[]) => resources.map(({ kind }) => kind);

test('a version is an object, a model, a configuration and an endpoint, each after what it needs', () => {
  const resources = render();
  expect(kindsOf(resources)).toEqual(['S3Object', 'Model', 'EndpointConfig', 'Endpoint']);
  expect(resources.at(-1)!.needs.map(({ kind }) => kind)).toEqual(['EndpointConfig']);
  expect(specOf(resources, 'Endpoint')).toEqual({
    EndpointName: 'churn',
    EndpointConfigName: resources[2]!.name,
  });
});

test('what cannot be changed has another name for another content, and the same for the same', () => {
  const [, model, config, endpoint] = render();
  const again = render();
  expect([again[1]!.name, again[2]!.name]).toEqual([model!.name, config!.name]);
  const other = render({ env: { PLIMSOLL_THREADS: '2' } });
  expect(other[1]!.name).not.toBe(model!.name);
  expect(other[2]!.name).not.toBe(config!.name);
  expect(other[3]!.name).toBe(endpoint!.name);
  expect([model!.isMutable, config!.isMutable, endpoint!.isMutable]).toEqual([false, false, true]);
});

test('several versions are variants by their numbers, with their weights', () => {
  const { ProductionVariants } = specOf(
    render({ versions: [version(3, { weight: 95 }), version(4, { weight: 5 })] }),
    'EndpointConfig',
  );
  expect(ProductionVariants).toMatchObject([
    { VariantName: 'v3', InitialVariantWeight: 95 },
    { VariantName: 'v4', InitialVariantWeight: 5 },
  ]);
});

test('one version keeps the name of its variant, so that it can be changed under guard', () => {
  const name = (number: number) => {
    const config = specOf(render({ versions: [version(number)] }), 'EndpointConfig');
    return (config['ProductionVariants'] as unknown as readonly { VariantName: string }[])[0]!.VariantName;
  };
  expect(name(3)).toBe(name(4));
});

test('a shadow is a shadow variant beside the one in production', () => {
  const config = specOf(
    render({ versions: [version(3), version(4, { shadow: true, weight: 0.5 })] }),
    'EndpointConfig',
  );
  expect(config['ShadowProductionVariants']).toMatchObject([
    { VariantName: 'shadow-v4', InitialVariantWeight: 0.5 },
  ]);
});

test.each([
  ['canary', { Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT', Value: 20 } }],
  ['linear', { Type: 'LINEAR', LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 20 } }],
  ['all-at-once', { Type: 'ALL_AT_ONCE' }],
])('a change by %s names its alarms, which look at the new fleet alone', (strategy, routing) => {
  const resources = render({
    update: {
      strategy,
      ...(strategy === 'all-at-once' ? {} : { percent: 20 }),
      alarms: ['theirs'],
      rollbackOn: [{ metric: 'ModelLatency', statistic: 'p99', above: 1e5 }],
    },
  });
  const config = specOf(resources, 'EndpointConfig');
  const alarm = specOf(resources, 'Alarm');
  expect(alarm).toMatchObject({ ExtendedStatistic: 'p99', Threshold: 1e5, MetricName: 'ModelLatency' });
  expect(alarm['Dimensions']).toContainEqual({
    Name: 'EndpointConfigName',
    Value: config['EndpointConfigName'],
  });
  expect(specOf(resources, 'Endpoint')['DeploymentConfig']).toMatchObject({
    BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: routing },
    AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'theirs' }, { AlarmName: alarm['AlarmName'] }] },
  });
});

test('a rolling change has batches', () => {
  const endpoint = specOf(
    render({ update: { strategy: 'rolling', percent: 25, alarms: ['theirs'] } }),
    'Endpoint',
  );
  expect(endpoint['DeploymentConfig']).toMatchObject({
    RollingUpdatePolicy: { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 } },
  });
});

test('scaling is a target and a policy that holds a metric', () => {
  const resources = render({ versions: [version(3, { scaling: { max: 4, target: 600 } })] });
  expect(specOf(resources, 'ScalableTarget')).toMatchObject({ MinCapacity: 1, MaxCapacity: 4 });
  expect(specOf(resources, 'ScalingPolicy')).toMatchObject({
    ResourceId: 'endpoint/churn/variant/AllTraffic',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 600,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    },
  });
});

test('an asynchronous endpoint is scaled by what waits, to nothing', () => {
  const scaling = { min: 0, max: 4, target: 5, metric: 'backlog' };
  const resources = render({
    kind: 'async',
    async: { output: 's3://out/a', maxConcurrent: 4 },
    versions: [version(3, { scaling })],
  });
  expect(specOf(resources, 'EndpointConfig')['AsyncInferenceConfig']).toEqual({
    OutputConfig: { S3OutputPath: 's3://out/a' },
    ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
  });
  expect(specOf(resources, 'ScalableTarget')['MinCapacity']).toBe(0);
  expect(JSON.stringify(specOf(resources, 'ScalingPolicy'))).toContain('ApproximateBacklogSizePerInstance');
});

test('a serverless endpoint has memory instead of instances', () => {
  const serverless = { memoryMb: 3072, maxConcurrency: 10, provisioned: 2 };
  const config = specOf(
    render({ kind: 'serverless', versions: [version(3, { serverless })] }),
    'EndpointConfig',
  );
  const [variant] = config['ProductionVariants'] as unknown as Record<string, unknown>[];
  expect(variant).toMatchObject({
    ServerlessConfig: { MemorySizeInMB: 3072, MaxConcurrency: 10, ProvisionedConcurrency: 2 },
  });
  expect(variant).not.toHaveProperty('InstanceType');
});

test('a multi-model endpoint finds all archives below one prefix, and stays as it is when one comes', () => {
  const many = { kind: 'multi-model', versions: [version(3), version(4)] };
  const resources = render(many);
  expect(specOf(resources, 'Model')['PrimaryContainer']).toMatchObject({
    Mode: 'MultiModel',
    ModelDataUrl: 's3://models/plimsoll/churn/models/',
  });
  expect(JSON.stringify(specOf(resources, 'EndpointConfig'))).toContain('"VariantName":"AllTraffic"');
  const keys = resources.filter(({ kind }) => kind === 'S3Object').map(({ spec }) => spec['Key']);
  expect(keys).toEqual(['plimsoll/churn/models/churn-3.tar.gz', 'plimsoll/churn/models/churn-4.tar.gz']);
  const more = render({ ...many, versions: [...many.versions, version(5)] });
  expect(more.at(-1)!.spec).toEqual(resources.at(-1)!.spec);
});

test('files that are not compressed are a prefix', () => {
  const files = [file('churn-3/churn/3/plimsoll.json'), file('churn-3/churn/3/model.onnx')];
  const resources = render({ versions: [version(3, { files })] });
  const container = specOf(resources, 'Model')['PrimaryContainer'] as unknown as Record<string, unknown>;
  const { S3DataSource } = container['ModelDataSource'] as { S3DataSource: { S3Uri: string } };
  expect(S3DataSource).toMatchObject({ S3DataType: 'S3Prefix', CompressionType: 'None' });
  expect(resources[0]!.name).toBe(`${S3DataSource.S3Uri.slice('s3://'.length)}churn/3/plimsoll.json`);
});

test('a version in the image puts nothing into S3', () => {
  const resources = render({ versions: [version(3, { files: [] })] });
  expect(kindsOf(resources)).toEqual(['Model', 'EndpointConfig', 'Endpoint']);
  expect(specOf(resources, 'Model')['PrimaryContainer']).not.toHaveProperty('ModelDataUrl');
});

test('a batch transform has a model, and needs no endpoint', () => {
  const batch = [
    { name: 'nightly', version: 3, input: 's3://ins/a/', output: 's3://out/a/', joinInput: true },
  ];
  const resources = render({ kind: 'none', batch });
  expect(kindsOf(resources)).toEqual(['S3Object', 'Model', 'TransformJob']);
  expect(specOf(resources, 'TransformJob')).toMatchObject({
    BatchStrategy: 'MultiRecord',
    DataProcessing: { JoinSource: 'Input' },
    TransformInput: { SplitType: 'Line', ContentType: 'application/jsonlines' },
  });
});

test('an endpoint does not wait for a batch transform, and a key is for the volumes of both', () => {
  const batch = [{ name: 'nightly', version: 3, input: 's3://ins/a/', output: 's3://out/a/' }];
  const resources = render({ batch, kmsKey: 'alias/volumes' });
  expect(kindsOf(resources)).toEqual(['S3Object', 'Model', 'EndpointConfig', 'Endpoint', 'TransformJob']);
  expect(specOf(resources, 'EndpointConfig')['KmsKeyId']).toBe('alias/volumes');
  expect(specOf(resources, 'TransformJob')['TransformResources']).toMatchObject({
    VolumeKmsKeyId: 'alias/volumes',
  });
  const document = parse({ kmsKey: 'alias/volumes' });
  expect(JSON.stringify(deployerPolicy(document, resources))).toContain('kms:CreateGrant');
});

test('what breaks the limits of a request is refused with the path in the request', () => {
  const env = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`V${i}`, 'x']));
  expect(() => render({ env })).toThrow(
    /Model churn-v3-\w+: PrimaryContainer\.Environment has 101 entries, wanted 0 to 100/,
  );
  expect(() => render({ versions: [version(3, { instance: 'ml.m5.huge' })] })).toThrow(
    /ProductionVariants\[0\]\.InstanceType is "ml\.m5\.huge", wanted one of/,
  );
});

test('policies name what the deployment needs, and nothing that it does not have', () => {
  const document = parse();
  const { resources } = renderSageMaker(document);
  const actions = deployerPolicy(document, resources).Statement.flatMap(({ Action }) => Action);
  expect(actions).toContain('sagemaker:CreateEndpoint');
  expect(actions.filter((action) => /TransformJob$|PutMetricAlarm|RegisterScalable/.test(action))).toEqual(
    [],
  );
  const starred = deployerPolicy(document, resources).Statement.filter(({ Resource }) =>
    Resource.includes('*'),
  );
  expect(
    starred.flatMap(({ Action }) => Action).filter((action) => !/:(List|Describe)/.test(action)),
  ).toEqual([]);
  expect(JSON.stringify(executionPolicy(document))).toContain('arn:aws:s3:::models/plimsoll/churn/*');
});
