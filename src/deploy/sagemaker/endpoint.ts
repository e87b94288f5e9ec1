/** The part of a deployment that answers: configuration, endpoint, alarms, scaling. Pure. */
import { required, valueInMap } from '../../core/element-at.ts';
import type { Resource, ResourceKey } from '../plan/port.ts';
import type { RollbackAlarm, SageMakerDocument, SageMakerVersion, UpdateSettings } from './document.ts';
import { specHashOf, variantOf } from './names.ts';

type Spec = Readonly<Record<string, unknown>>;

/** `models`: by version; by 0 where all share one. */
export function renderEndpoint(
  document: SageMakerDocument,
  models: ReadonlyMap<number, Resource>,
): readonly Resource[] {
  const config = configOf(document, models);
  const alarms = alarmsOf(document, config);
  const endpoint = endpointOf(document, config, alarms);
  return [
    config,
    ...alarms,
    endpoint,
    ...document.versions.flatMap((version) => scalingOf(document, version, endpoint)),
  ];
}

function configOf(document: SageMakerDocument, models: ReadonlyMap<number, Resource>): Resource {
  const { deployment, kind, versions, kmsKey } = document;
  const shared = models.get(0);
  // All models of a multi-model endpoint are one variant: the first says on what.
  const served = shared ? versions.slice(0, 1) : versions;
  const variant = (version: SageMakerVersion): Spec => {
    const { name } = shared ?? valueInMap(models, version.version);
    return variantSpec(document, version, name);
  };
  const shadows = served.filter(({ shadow }) => shadow);
  const rest = {
    ProductionVariants: served.filter(({ shadow }) => !shadow).map(variant),
    ...(shadows.length > 0 ? { ShadowProductionVariants: shadows.map(variant) } : {}),
    ...(kmsKey === null ? {} : { KmsKeyId: kmsKey }),
    ...(kind === 'async' ? { AsyncInferenceConfig: asyncOf(document) } : {}),
  };
  const name = `${deployment}-${specHashOf(rest)}`;
  return {
    kind: 'EndpointConfig',
    name,
    spec: { EndpointConfigName: name, ...rest },
    needs: [...models.values()],
    isMutable: false,
  };
}

function variantSpec(document: SageMakerDocument, version: SageMakerVersion, model: string): Spec {
  const { weight, instance, instances, serverless, startupSeconds } = version;
  const common = {
    VariantName: variantOf(document, version),
    ModelName: model,
    InitialVariantWeight: document.kind === 'multi-model' ? 1 : weight,
    ...(startupSeconds === null ? {} : { ContainerStartupHealthCheckTimeoutInSeconds: startupSeconds }),
  };
  if (document.kind !== 'serverless')
    return {
      ...common,
      InstanceType: instance,
      InitialInstanceCount: instances,
      // Every instance answers alike: the one with the fewest requests is asked.
      ...(document.kind === 'realtime'
        ? { RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' } }
        : {}),
    };
  const { memoryMb, maxConcurrency, provisioned } = serverless ?? {
    memoryMb: 2048,
    maxConcurrency: 5,
    provisioned: null,
  };
  return {
    ...common,
    ServerlessConfig: {
      MemorySizeInMB: memoryMb,
      MaxConcurrency: maxConcurrency,
      ...(provisioned === null ? {} : { ProvisionedConcurrency: provisioned }),
    },
  };
}

function asyncOf({ async: settings }: SageMakerDocument): Spec {
  const { output, failures, maxConcurrent, successTopic, errorTopic } = required(settings, 'settings');
  const topics = {
    ...(successTopic === null ? {} : { SuccessTopic: successTopic }),
    ...(errorTopic === null ? {} : { ErrorTopic: errorTopic }),
  };
  return {
    OutputConfig: {
      S3OutputPath: output,
      ...(failures === null ? {} : { S3FailurePath: failures }),
      ...(Object.keys(topics).length === 0 ? {} : { NotificationConfig: topics }),
    },
    ...(maxConcurrent === null
      ? {}
      : { ClientConfig: { MaxConcurrentInvocationsPerInstance: maxConcurrent } }),
  };
}

/** On the new fleet alone, by its configuration: over both fleets, an alarm would fire for the old one too. */
function alarmsOf(document: SageMakerDocument, config: Resource): readonly Resource[] {
  const wanted = document.update?.rollbackOn ?? [];
  const variants = document.versions
    .filter(({ shadow }) => !shadow)
    .map((version) => variantOf(document, version));
  return wanted.flatMap((alarm) => variants.map((variant) => alarmOf(document, config, variant, alarm)));
}

function alarmOf(
  { deployment }: SageMakerDocument,
  config: Resource,
  variant: string,
  { metric, statistic, above, periodSeconds, periods }: RollbackAlarm,
): Resource {
  const rest = {
    AlarmDescription: `Rolls the deployment ${deployment} back`,
    Namespace: 'AWS/SageMaker',
    MetricName: metric,
    Dimensions: [
      { Name: 'EndpointName', Value: deployment },
      { Name: 'VariantName', Value: variant },
      { Name: 'EndpointConfigName', Value: config.name },
    ],
    ...(statistic.startsWith('p') ? { ExtendedStatistic: statistic } : { Statistic: statistic }),
    Period: periodSeconds,
    EvaluationPeriods: periods,
    Threshold: above,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  };
  const AlarmName = `${deployment}-${variant}-${metric}-${specHashOf(rest)}`;
  return { kind: 'Alarm', name: AlarmName, spec: { AlarmName, ...rest }, needs: [config], isMutable: true };
}

function endpointOf(document: SageMakerDocument, config: Resource, alarms: readonly Resource[]): Resource {
  const { deployment, update } = document;
  return {
    kind: 'Endpoint',
    name: deployment,
    spec: {
      EndpointName: deployment,
      EndpointConfigName: config.name,
      ...(update === null ? {} : { DeploymentConfig: deploymentOf(update, alarms) }),
    },
    needs: [config, ...alarms],
    isMutable: true,
  };
}

function deploymentOf(update: UpdateSettings, alarms: readonly ResourceKey[]): Spec {
  const { strategy, percent, waitSeconds, bakeSeconds, timeoutSeconds } = update;
  const names = [...update.alarms, ...alarms.map(({ name }) => name)];
  const rollback =
    names.length === 0
      ? {}
      : { AutoRollbackConfiguration: { Alarms: names.map((AlarmName) => ({ AlarmName })) } };
  const size = { Type: 'CAPACITY_PERCENT', Value: percent };
  if (strategy === 'rolling')
    return {
      RollingUpdatePolicy: {
        MaximumBatchSize: size,
        WaitIntervalInSeconds: waitSeconds,
        MaximumExecutionTimeoutInSeconds: timeoutSeconds,
      },
      ...rollback,
    };
  const routing = {
    'all-at-once': { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: waitSeconds },
    canary: { Type: 'CANARY', WaitIntervalInSeconds: waitSeconds, CanarySize: size },
    linear: { Type: 'LINEAR', WaitIntervalInSeconds: waitSeconds, LinearStepSize: size },
  }[strategy];
  return {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: routing,
      TerminationWaitInSeconds: bakeSeconds,
      MaximumExecutionTimeoutInSeconds: timeoutSeconds,
    },
    ...rollback,
  };
}

const METRICS = {
  invocations: 'SageMakerVariantInvocationsPerInstance',
  concurrency: 'SageMakerVariantConcurrentRequestsPerModelHighResolution',
} as const;
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

function scalingOf(
  document: SageMakerDocument,
  version: SageMakerVersion,
  endpoint: Resource,
): readonly Resource[] {
  const { scaling } = version;
  const isLater = document.kind === 'multi-model' && version !== document.versions[0];
  if (scaling === null || isLater) return [];
  const ResourceId = `endpoint/${endpoint.name}/variant/${variantOf(document, version)}`;
  const id = { ServiceNamespace: 'sagemaker', ResourceId, ScalableDimension: DIMENSION };
  const target: Resource = {
    kind: 'ScalableTarget',
    name: ResourceId,
    spec: { ...id, MinCapacity: scaling.min, MaxCapacity: scaling.max },
    needs: [endpoint],
    isMutable: true,
  };
  const metric =
    scaling.metric === 'backlog'
      ? {
          CustomizedMetricSpecification: {
            MetricName: 'ApproximateBacklogSizePerInstance',
            Namespace: 'AWS/SageMaker',
            Dimensions: [{ Name: 'EndpointName', Value: endpoint.name }],
            Statistic: 'Average',
          },
        }
      : { PredefinedMetricSpecification: { PredefinedMetricType: METRICS[scaling.metric] } };
  const PolicyName = `${document.deployment}-${scaling.metric}`;
  const policy: Resource = {
    kind: 'ScalingPolicy',
    name: `${ResourceId}|${PolicyName}`,
    spec: {
      PolicyName,
      ...id,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: scaling.target,
        ...metric,
        ScaleOutCooldown: scaling.scaleOutSeconds,
        ScaleInCooldown: scaling.scaleInSeconds,
        DisableScaleIn: false,
      },
    },
    needs: [target],
    isMutable: true,
  };
  return [target, policy];
}
