/** Amazon's clients as this program opens them: credentials by their own chain, another address where one is given. */
import { PlimsollError } from '../../core/errors.ts';

export interface AwsOptions {
  readonly region: string;
  /** Of a server other than Amazon's; by default `AWS_ENDPOINT_URL`. */
  readonly endpointUrl?: string | undefined;
  /** Tries of a request that may work a moment later. @default {6} */
  readonly attempts?: number | undefined;
}

const ATTEMPTS = 6;
const CONNECT_MILLIS = 10_000;
/** A connection on which nothing comes for so long is given up. */
const SILENT_MILLIS = 120_000;

/** What every client is made with. Throws USAGE for an address that is none. */
function clientOptions({ region, endpointUrl, attempts = ATTEMPTS }: AwsOptions) {
  // An empty variable is none, as for Amazon's own tools.
  const endpoint = endpointUrl ?? (process.env['AWS_ENDPOINT_URL'] || undefined);
  if (endpoint !== undefined && !URL.canParse(endpoint))
    throw new PlimsollError('USAGE', {
      command: 'deploy sagemaker',
      reason: `the address "${endpoint}" is no URL`,
    });
  return {
    region,
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: CONNECT_MILLIS, requestTimeout: SILENT_MILLIS },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** One thing loaded on first use, once. */
function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => (loaded ??= load());
}

export const openSageMaker = (options: AwsOptions) =>
  lazily(async () => {
    const api = await import('@aws-sdk/client-sagemaker');
    return { api, client: new api.SageMakerClient(clientOptions(options)) };
  });

export const openScaling = (options: AwsOptions) =>
  lazily(async () => {
    const api = await import('@aws-sdk/client-application-auto-scaling');
    return { api, client: new api.ApplicationAutoScalingClient(clientOptions(options)) };
  });

export const openAlarms = (options: AwsOptions) =>
  lazily(async () => {
    const api = await import('@aws-sdk/client-cloudwatch');
    return { api, client: new api.CloudWatchClient(clientOptions(options)) };
  });

export const openObjects = (options: AwsOptions) =>
  lazily(async () => {
    const api = await import('@aws-sdk/client-s3');
    const own = clientOptions(options);
    // Only Amazon's has a host name for each bucket.
    return { api, client: new api.S3Client({ ...own, forcePathStyle: 'endpoint' in own }) };
  });

export type SageMaker = ReturnType<typeof openSageMaker>;
