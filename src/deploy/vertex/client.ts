/** The API of Vertex AI over HTTP and JSON, behind the few calls that a deployment makes. */
import { errorNameOf, messageOf } from '../../core/error-text.ts';
import { isRecord } from '../../core/record.ts';
import { retry } from '../../core/retry.ts';
import { googleCredentials, noCredentials, signerOf } from './credentials.ts';
import { ApiError, apiCodeOf, CODE, codeOf, failureOf, isTransient } from './failure.ts';

/** A message in JSON, as the API documents it. */
export type VertexMessage = Readonly<Record<string, unknown>>;

/** What stands under a key; empty where nothing does, as the API leaves out what is empty. */
export function messageIn(message: VertexMessage | null, key: string): VertexMessage {
  const inner = message?.[key];
  return isRecord(inner) ? inner : {};
}

/** The list under a key; empty where there is none. */
export function messagesIn(message: VertexMessage, key: string): readonly VertexMessage[] {
  const inner: unknown = message[key];
  return Array.isArray(inner) ? inner.filter(isRecord) : [];
}

export interface LongRunningOperation {
  readonly name: string;
  readonly done: boolean;
  readonly error: { readonly code: number; readonly message: string } | null;
  /** Last part of the name of the type of its metadata: `DeleteOperationMetadata`. */
  readonly kind: string;
}

/** A call that changes something. */
export interface VertexMutation {
  /** What it does, for people: `upload model`. */
  readonly action: string;
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Below the address of the API, with its query: `/v1/…`. */
  readonly path: string;
  readonly body?: VertexMessage;
}

/** What is asked of the API; every call is tried again by itself where that cannot do a thing twice. */
export interface VertexClient {
  /** A resource by its name, `projects/…`; null where there is none. Throws CLOUD_*. */
  get(name: string): Promise<VertexMessage | null>;
  /** Every item of a collection that passes a filter, page by page. */
  list(parent: string, collection: string, filter: string): Promise<readonly VertexMessage[]>;
  /** `unless` names codes of google.rpc that mean that it is done already: null then. */
  change(change: VertexMutation, unless?: readonly number[]): Promise<VertexMessage | null>;
  /** Operations on a resource, which need not be there. */
  operations(resource: string): Promise<readonly LongRunningOperation[]>;
  operation(name: string): Promise<LongRunningOperation>;
}

export interface ClientOptions {
  /** Else Google's library asks for it at every start, and waits where nobody answers. */
  readonly project: string;
  readonly location: string;
  /** `http://127.0.0.1:PORT`: a server of tests, asked without credentials; null for Google's own. */
  readonly address: string | null;
  /** Waits between tries. */
  readonly sleep: (millis: number) => Promise<void>;
  /** Milliseconds that one call may take. @default {60000} */
  readonly timeoutMillis?: number;
}

const RETRY = { attempts: 4, backoff: { firstMillis: 200, maxMillis: 10_000 } };
const TIMEOUT_MILLIS = 60_000;

type Verb = 'GET' | VertexMutation['method'];

export function openVertexClient(options: ClientOptions): VertexClient {
  const send = sender(options);
  /** Reads may always be tried again. */
  const read = (path: string): Promise<VertexMessage> =>
    retry(() => send('GET', path), { ...RETRY, isRetryable: isTransient, sleep: options.sleep });
  const list = async (path: string, key: string): Promise<readonly VertexMessage[]> => {
    const all: VertexMessage[] = [];
    for (let token = ''; ; ) {
      const page = await read(token === '' ? path : `${path}${token}`);
      all.push(...messagesIn(page, key));
      if (!page['nextPageToken']) return all;
      const sign = path.includes('?') ? '&' : '?';
      token = `${sign}pageToken=${encodeURIComponent(String(page['nextPageToken']))}`;
    }
  };
  return {
    get: (name) =>
      coded(`get ${kindOf(name)}`, () => read(`/v1/${name}`), unlessCodes([CODE.notFound], null)),
    list: (parent, collection, filter) =>
      coded(`list ${wordsOf(collection)}`, () =>
        list(`/v1/${parent}/${collection}?filter=${encodeURIComponent(filter)}`, collection),
      ),
    change: ({ action, method, path, body }, unless = []) =>
      coded(action, () => send(method, path, body), unlessCodes(unless, null)),
    operations: (resource) =>
      coded(
        'list operations',
        async () => (await list(`/v1/${resource}/operations`, 'operations')).map(operationOf),
        unlessCodes([CODE.notFound], []),
      ),
    operation: (name) => coded('look at an operation', async () => operationOf(await read(`/v1/${name}`))),
  };
}

const unlessCodes =
  <T>(codes: readonly number[], instead: T) =>
  (code: number | undefined): { readonly instead: T } | null =>
    code !== undefined && codes.includes(code) ? { instead } : null;

async function coded<T, U = T>(
  action: string,
  work: () => Promise<T>,
  otherwise: (code: number | undefined) => { readonly instead: U } | null = () => null,
): Promise<T | U> {
  try {
    return await work();
  } catch (error) {
    const done = otherwise(apiCodeOf(error));
    if (done !== null) return done.instead;
    throw failureOf(error, action);
  }
}

/** One call, once; rejects with an ApiError. */
function sender({ project, location, address, timeoutMillis = TIMEOUT_MILLIS }: ClientOptions) {
  const base = address ?? `https://${location}-aiplatform.googleapis.com`;
  const sign = signerOf(address === null ? () => googleCredentials(project) : noCredentials);
  return async (method: Verb, path: string, body?: VertexMessage): Promise<VertexMessage> => {
    const url = `${base}${path}`;
    const { transporter, headers } = await sign(url);
    const asked = { url, method, headers, timeout: timeoutMillis, validateStatus: () => true };
    const data = body === undefined ? {} : { data: body };
    let answer: { readonly status: number; readonly data: unknown };
    try {
      answer = await transporter.request({ ...asked, ...data, responseType: 'json' });
    } catch (error) {
      throw lostAnswer(error);
    }
    if (answer.status >= 200 && answer.status < 300) return isRecord(answer.data) ? answer.data : {};
    throw refusalOf(answer.status, answer.data);
  };
}

/** Of a connection that broke, or an answer that did not come in time. */
function lostAnswer(error: unknown): ApiError {
  const message = messageOf(error);
  const cause = isRecord(error) ? error['cause'] : undefined;
  const isLate = /timeout|aborted/i.test(`${message} ${String(errorNameOf(cause))}`);
  return new ApiError(isLate ? CODE.deadlineExceeded : CODE.unavailable, message, error);
}

/** google.rpc.Status in JSON: `{error: {code, message, status}}`; what is none comes from something in between. */
function refusalOf(status: number, data: unknown): ApiError {
  const error = isRecord(data) && isRecord(data['error']) ? data['error'] : {};
  const { message, status: name } = error;
  const said = typeof message === 'string' ? message : `HTTP ${status}: ${String(data).slice(0, 300)}`;
  return new ApiError(codeOf(typeof name === 'string' ? name : null, status), said);
}

/** `batchPredictionJobs` → "batch prediction jobs". */
const wordsOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** `projects/…/endpoints/7` → "endpoint". */
const kindOf = (name: string): string => wordsOf(name.split('/').at(-2) ?? '').replace(/s$/, '');

export function operationOf(message: VertexMessage): LongRunningOperation {
  const { name, done } = message;
  const error = isRecord(message['error']) ? message['error'] : null;
  const url = String(messageIn(message, 'metadata')['@type'] ?? '');
  return {
    name: String(name),
    done: done === true,
    error: error && { code: Number(error['code'] ?? CODE.unknown), message: String(error['message'] ?? '') },
    kind: url.slice(url.lastIndexOf('.') + 1),
  };
}
