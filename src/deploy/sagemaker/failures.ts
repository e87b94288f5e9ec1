/** What Amazon's services and the way to them say, as coded errors. */

import { elementAt } from '../../core/element-at.ts';
import { errorNameOf, messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';

const DENIED =
  /^(Expired|UnrecognizedClient|InvalidClientToken|InvalidSignature|SignatureDoesNotMatch|AccessDenied|AuthFailure|MissingAuthentication|CredentialsProvider|InvalidAccessKey|NotAuthorized|Unauthorized|TokenProviderError|Forbidden)/;
const QUOTA = /^(ResourceLimitExceeded|LimitExceeded|ServiceQuotaExceeded|LimitExceededFault)/;
const THROTTLED = /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ConcurrentUpdate|ModelNotReady)/;

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number;
}

function failureOf(error: unknown): Failure {
  const metadata = isRecord(error) && isRecord(error['$metadata']) ? error['$metadata'] : {};
  return {
    name: errorNameOf(error) ?? 'Error',
    message: messageOf(error),
    status: Number(metadata['httpStatusCode'] ?? 0),
  };
}

/** Whether a service says that there is no such thing. */
export function isResourceMissing(error: unknown): boolean {
  const { name, message, status } = failureOf(error);
  return (
    status === 404 ||
    /^(ResourceNotFound|ObjectNotFound|NoSuchKey|NotFound)/.test(name) ||
    (name === 'ValidationException' && /could not find/i.test(message))
  );
}

/** Whether a service says that something of that name is there. */
export function isResourceThere(error: unknown): boolean {
  const { name, message } = failureOf(error);
  return name === 'ResourceInUse' || (name === 'ValidationException' && /already exist/i.test(message));
}

/** Whether the thing is being changed, so that another change has to wait. */
export const isBusy = (error: unknown): boolean => /in-progress endpoint/i.test(failureOf(error).message);

const firstLine = (text: string): string => elementAt(text.split('\n'), 0).slice(0, 600);

/** `CLOUD_DENIED`, `CLOUD_QUOTA`, `CLOUD_UNREACHABLE` or `CLOUD_REFUSED`, in the service's own words. */
export function cloudError(action: string, error: unknown): Error {
  if (isPlimsollError(error)) return error;
  const { name, message, status } = failureOf(error);
  const said = firstLine(message) || name;
  const details = { action, reason: said.startsWith(name) ? said : `${name}: ${said}` };
  const code = (() => {
    if (DENIED.test(name) || status === 401 || status === 403) return 'CLOUD_DENIED' as const;
    if (QUOTA.test(name)) return 'CLOUD_QUOTA' as const;
    if (THROTTLED.test(name) || status >= 500 || status === 0) return 'CLOUD_UNREACHABLE' as const;
    return 'CLOUD_REFUSED' as const;
  })();
  return new PlimsollError(code, details, { cause: error });
}

/** Does it, and says in coded errors what went wrong. */
export async function withCloudErrors<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw cloudError(action, error);
  }
}

/** null where there is no such thing. */
export async function found<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isResourceMissing(error)) return null;
    throw error;
  }
}
