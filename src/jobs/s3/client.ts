/** Object stores that speak S3, as sources and sinks reach them. */

import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { errorNameOf, systemCodeOf, toError } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { AGENTS, checkAddress } from '../../http/outbound.ts';
import { splitUri } from '../spec/uri.ts';

export interface S3Address {
  readonly bucket: string;
  /** Key, prefix or pattern; empty for the whole bucket. */
  readonly key: string;
  readonly region: string | undefined;
  /** URL of a server other than Amazon's. */
  readonly endpoint: string | undefined;
}

const CONNECT_MILLIS = 10_000;
/** A connection on which nothing comes for so long is given up. */
const SILENT_MILLIS = 60_000;
const ATTEMPTS = 5;
/** Where nobody says one, and servers other than Amazon's do not care. */
const REGION = 'us-east-1';

/** Takes `s3://bucket/key?region=…&endpoint=…` apart; keys are written as they are. Throws USAGE. */
export function parseS3(uri: string): S3Address {
  const { head, parameters } = splitUri(uri);
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(head) ?? [];
  if (bucket === undefined)
    throw new PlimsollError('USAGE', {
      command: 'batch run',
      reason: 'an s3:// URI names no bucket: s3://BUCKET/KEY',
    });
  const value = (name: string) => parameters.find((parameter) => parameter[0] === name)?.[1] ?? undefined;
  const endpoint = value('endpoint');
  return {
    bucket,
    key,
    region: value('region'),
    endpoint: endpoint && decodeURIComponent(endpoint),
  };
}

/** Credentials, region and endpoint come from the environment as for every program of Amazon's (`AWS_*`). */
export function openClient({ region, endpoint }: S3Address): S3Client {
  const environment = process.env;
  // Whoever has written the URI chose it.
  if (endpoint !== undefined && URL.canParse(endpoint)) checkAddress(new URL(endpoint).hostname);
  const agents = endpoint === undefined ? {} : { httpAgent: AGENTS['http:'], httpsAgent: AGENTS['https:'] };
  const own = endpoint ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const chosen = region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  return new S3Client({
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MILLIS, requestTimeout: SILENT_MILLIS, ...agents },
    // Only Amazon's has a host name for each bucket.
    ...(own === undefined ? {} : { endpoint: own, forcePathStyle: true }),
    ...(chosen === undefined && own === undefined ? {} : { region: chosen ?? REGION }),
  });
}

/** Status of an answer that refuses a request; 0 where there was none. */
export const statusOf = (error: unknown): number =>
  error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;

/** Whether it is about something that may be over in a minute: the server, or the way to it. */
export const isPassing = (error: unknown): boolean => {
  const status = statusOf(error);
  if (status > 0) return status >= 500 || status === 429;
  return errorNameOf(error) === 'TimeoutError' || /^E[A-Z]+$/.test(systemCodeOf(error) ?? '');
};

/** What the server says, in a line. */
export const reasonOf = (error: unknown): string => {
  const { name, message } = toError(error);
  const [line = ''] = message.split('\n');
  return line === '' || line === name ? name : `${name}: ${line}`;
};
