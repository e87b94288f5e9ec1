/** The least that a deployment needs: policies of IAM, for who deploys and for the containers. Pure. */
import { lastOf } from '../../core/element-at.ts';
import type { Resource } from '../plan/port.ts';
import type { SageMakerDocument } from './document.ts';
import { ownPrefix, s3PlaceOf } from './names.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

const policy = (statements: readonly Statement[]): IamPolicy => ({
  Version: '2012-10-17',
  Statement: statements,
});

const statement = (
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  condition?: Statement['Condition'],
): Statement => ({ Sid, Effect: 'Allow', Action, Resource, ...(condition ? { Condition: condition } : {}) });

const arnOf = (document: SageMakerDocument) => {
  const [, partition = 'aws', , , account = ''] = document.role.split(':');
  const { region } = document;
  return {
    partition,
    sagemaker: (kind: string, name: string) =>
      // Names in ARNs are in small letters.
      `arn:${partition}:sagemaker:${region}:${account}:${kind}/${name.toLowerCase()}`,
    alarm: (name: string) => `arn:${partition}:cloudwatch:${region}:${account}:alarm:${name}`,
    target: () => `arn:${partition}:application-autoscaling:${region}:${account}:scalable-target/*`,
    account,
  };
};

/** For who runs `deploy sagemaker`: the actions and names that this deployment needs, and no others. */
export function deployerPolicy(document: SageMakerDocument, resources: readonly Resource[]): IamPolicy {
  const { deployment, role } = document;
  const arn = arnOf(document);
  const has = (kind: string): boolean => resources.some((resource) => resource.kind === kind);
  const definitions = [
    arn.sagemaker('model', `${deployment}-*`),
    ...(has('Endpoint') ? [arn.sagemaker('endpoint-config', `${deployment}-*`)] : []),
  ];
  const endpoint = arn.sagemaker('endpoint', deployment);
  const jobs = arn.sagemaker('transform-job', `${deployment}-*`);
  const made = [
    ...definitions,
    ...(has('Endpoint') ? [endpoint] : []),
    ...(has('TransformJob') ? [jobs] : []),
  ];
  return policy([
    statement(
      'Definitions',
      [
        ...['sagemaker:CreateModel', 'sagemaker:DescribeModel', 'sagemaker:DeleteModel'],
        ...(has('Endpoint')
          ? [
              'sagemaker:CreateEndpointConfig',
              'sagemaker:DescribeEndpointConfig',
              'sagemaker:DeleteEndpointConfig',
            ]
          : []),
      ],
      definitions,
    ),
    ...(has('Endpoint') ? endpointStatements(endpoint, lastOf(definitions)) : []),
    ...(has('TransformJob')
      ? [
          statement(
            'Transforms',
            ['sagemaker:CreateTransformJob', 'sagemaker:DescribeTransformJob', 'sagemaker:StopTransformJob'],
            [jobs, arn.sagemaker('model', `${deployment}-*`)],
          ),
        ]
      : []),
    statement('Marks', ['sagemaker:AddTags', 'sagemaker:ListTags'], made),
    // Lists know no names.
    statement(
      'Lists',
      [
        ...['sagemaker:ListModels', 'sagemaker:ListEndpointConfigs', 'sagemaker:ListEndpoints'],
        ...['sagemaker:ListTransformJobs', 'application-autoscaling:DescribeScalableTargets'],
        ...['application-autoscaling:DescribeScalingPolicies', 'cloudwatch:DescribeAlarms'],
      ],
      ['*'],
    ),
    statement('Role', ['iam:PassRole'], [role], {
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    }),
    ...artifactStatements(document),
    ...keyStatements(document),
    ...(has('Alarm')
      ? [
          statement(
            'Alarms',
            [
              'cloudwatch:PutMetricAlarm',
              'cloudwatch:DeleteAlarms',
              'cloudwatch:TagResource',
              'cloudwatch:ListTagsForResource',
            ],
            [arn.alarm(`${deployment}-*`)],
          ),
        ]
      : []),
    ...(has('ScalableTarget') ? scalingStatements(arn) : []),
  ]);
}

const endpointStatements = (endpoint: string, config: string): readonly Statement[] => [
  statement(
    'Endpoint',
    [
      ...['sagemaker:CreateEndpoint', 'sagemaker:DescribeEndpoint', 'sagemaker:UpdateEndpoint'],
      ...['sagemaker:UpdateEndpointWeightsAndCapacities', 'sagemaker:DeleteEndpoint'],
    ],
    [endpoint, config],
  ),
];

/** CreateEndpointConfig, KmsKeyId: who creates and updates endpoints must be allowed to use it for SageMaker. */
function keyStatements(document: SageMakerDocument): readonly Statement[] {
  const { kmsKey, region } = document;
  const { partition, account } = arnOf(document);
  if (kmsKey === null) return [];
  const isArn = /^arn:.*:key\//.test(kmsKey);
  // An alias names no key here.
  const id = /^(arn:|alias\/)/.test(kmsKey) ? '*' : kmsKey;
  const key = isArn ? kmsKey : `arn:${partition}:kms:${region}:${account}:key/${id}`;
  return [
    statement('Key', ['kms:CreateGrant'], [key], { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
    statement('DescribeKey', ['kms:DescribeKey'], [key]),
  ];
}

function artifactStatements(document: SageMakerDocument): readonly Statement[] {
  const { partition } = arnOf(document);
  const { bucket, prefix } = ownPrefix(document);
  return [
    statement(
      'Artifacts',
      ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      [`arn:${partition}:s3:::${bucket}/${prefix}*`],
    ),
    statement('ListArtifacts', ['s3:ListBucket'], [`arn:${partition}:s3:::${bucket}`], {
      StringLike: { 's3:prefix': `${prefix}*` },
    }),
  ];
}

const scalingStatements = ({
  partition,
  account,
  target,
}: ReturnType<typeof arnOf>): readonly Statement[] => [
  statement(
    'Scaling',
    [
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:DeregisterScalableTarget',
      'application-autoscaling:PutScalingPolicy',
      'application-autoscaling:DeleteScalingPolicy',
      'application-autoscaling:TagResource',
      'application-autoscaling:ListTagsForResource',
    ],
    [target()],
  ),
  statement(
    'ScalingRole',
    ['iam:CreateServiceLinkedRole'],
    [
      `arn:${partition}:iam::${account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
    ],
    { StringLike: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
  ),
];

/** For the role that the containers act as: they read their own model, and write logs. */
export function executionPolicy(document: SageMakerDocument): IamPolicy {
  const { partition, account } = arnOf(document);
  const { region, image, kind, batch } = document;
  const { bucket, prefix } = ownPrefix(document);
  const [, registry = '', repository = ''] = /^(\d{12})\.[^/]+\/([^@]+)@/.exec(image) ?? [];
  const s3 = (uri: string): string => {
    const place = s3PlaceOf(uri);
    return `arn:${partition}:s3:::${place.bucket}/${place.prefix}*`;
  };
  const outputs = [
    ...(document.async === null
      ? []
      : [document.async.output, document.async.failures ?? document.async.output]),
    ...batch.map(({ output }) => output),
  ];
  const topics = [document.async?.successTopic, document.async?.errorTopic].flatMap((topic) => topic ?? []);
  return policy([
    statement(
      'Model',
      ['s3:GetObject'],
      [`arn:${partition}:s3:::${bucket}/${prefix}*`, ...batch.map(({ input }) => s3(input))],
    ),
    ...(kind === 'multi-model' || batch.length > 0
      ? [
          statement(
            'List',
            ['s3:ListBucket'],
            [...new Set([bucket, ...batch.map(({ input }) => s3PlaceOf(input).bucket)])].map(
              (name) => `arn:${partition}:s3:::${name}`,
            ),
          ),
        ]
      : []),
    ...(outputs.length === 0 ? [] : [statement('Answers', ['s3:PutObject'], [...new Set(outputs.map(s3))])]),
    ...(topics.length === 0 ? [] : [statement('Tell', ['sns:Publish'], topics)]),
    statement(
      'Image',
      ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
      [`arn:${partition}:ecr:${region}:${registry}:repository/${repository}`],
    ),
    statement('Registry', ['ecr:GetAuthorizationToken'], ['*']),
    statement(
      'Logs',
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      [`arn:${partition}:logs:${region}:${account}:log-group:/aws/sagemaker/*`],
    ),
    statement('Metrics', ['cloudwatch:PutMetricData'], ['*'], {
      StringEquals: { 'cloudwatch:namespace': 'AWS/SageMaker' },
    }),
  ]);
}
