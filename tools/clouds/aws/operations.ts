/** What of Amazon's services is spoken here, by service as botocore names it. */
export const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  sagemaker: [
    'AddTags',
    'CreateEndpoint',
    'CreateEndpointConfig',
    'CreateModel',
    'CreateTransformJob',
    'DeleteEndpoint',
    'DeleteEndpointConfig',
    'DeleteModel',
    'DescribeEndpoint',
    'DescribeEndpointConfig',
    'DescribeModel',
    'DescribeTransformJob',
    'ListEndpointConfigs',
    'ListEndpoints',
    'ListModels',
    'ListTags',
    'ListTransformJobs',
    'StopTransformJob',
    'UpdateEndpoint',
    'UpdateEndpointWeightsAndCapacities',
  ],
  'application-autoscaling': [
    'DeleteScalingPolicy',
    'DeregisterScalableTarget',
    'DescribeScalableTargets',
    'DescribeScalingPolicies',
    'ListTagsForResource',
    'PutScalingPolicy',
    'RegisterScalableTarget',
    'TagResource',
  ],
  cloudwatch: [
    'DeleteAlarms',
    'DescribeAlarms',
    'ListTagsForResource',
    'PutMetricAlarm',
    'SetAlarmState',
    'TagResource',
  ],
  'sagemaker-runtime': ['InvokeEndpoint', 'InvokeEndpointAsync'],
};

/** Those whose requests are rendered, and checked before anything is sent. */
export const RENDERED: Readonly<Record<string, readonly string[]>> = {
  sagemaker: ['CreateModel', 'CreateEndpointConfig', 'CreateEndpoint', 'CreateTransformJob'],
  'application-autoscaling': ['RegisterScalableTarget', 'PutScalingPolicy'],
  cloudwatch: ['PutMetricAlarm'],
};
