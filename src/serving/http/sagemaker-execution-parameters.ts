/**
 * What a batch transform of SageMaker asks a container before it sends rows
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html): how much at a time, and how many
 * requests at once. Pure.
 */
const MEBI = 2 ** 20;
/** SageMaker's own limits: megabytes of one payload, and of all under way together. */
const PAYLOAD_MAX = 100;
const TOGETHER_MAX = 100;

export interface ExecutionParameters {
  readonly MaxConcurrentTransforms: number;
  readonly BatchStrategy: 'MULTI_RECORD';
  readonly MaxPayloadInMB: number;
}

/** `maxBody` in bytes: a payload that is larger would be refused. `cores` bounds what is scored at once. */
export function executionParameters(maxBody: number, cores: number): ExecutionParameters {
  const MaxPayloadInMB = Math.max(1, Math.min(PAYLOAD_MAX, Math.floor(maxBody / MEBI)));
  const fitting = Math.floor(TOGETHER_MAX / MaxPayloadInMB);
  return {
    MaxConcurrentTransforms: Math.max(1, Math.min(fitting, cores)),
    BatchStrategy: 'MULTI_RECORD',
    MaxPayloadInMB,
  };
}
