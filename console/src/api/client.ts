/** The control API, typed by its own description. */
import type { ControlOperations } from './generated/control-api.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { askForKey, currentKey } from './session.ts';

type OperationName = keyof ControlOperations;
type Asked<N extends OperationName> = Partial<Pick<ControlOperations[N], 'path' | 'query' | 'body'>>;

/** A coded error of the server, or of the way to it. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly status: number;
  constructor({ code, message, hint }: { code: string; message: string; hint: string }, status: number) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}

const UNREACHABLE = {
  code: 'UNREACHABLE',
  message: 'The server does not answer',
  hint: 'Look whether it runs, and whether this machine reaches it',
};

/** Throws ApiError. */
export async function ask<N extends OperationName>(
  name: N,
  asked: Asked<N> = {},
): Promise<ControlOperations[N]['answer']> {
  const response = await send(name, asked, { accept: 'application/json' });
  return (await response.json()) as ControlOperations[N]['answer'];
}

/** The response of an operation once it is one of success. Throws ApiError. */
export async function send<N extends OperationName>(
  name: N,
  { path = {}, query = {}, body }: Asked<N>,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Response> {
  const at = name.indexOf(' ');
  const url = name.slice(at + 1).replaceAll(/\{(\w+)\}/g, (_, part: string) => {
    const value = (path as Readonly<Record<string, string | number>>)[part];
    return encodeURIComponent(value ?? '');
  });
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  const isChange = !name.startsWith('GET');
  return request(search.size === 0 ? url : `${url}?${search}`, {
    method: name.slice(0, at),
    headers: {
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      // Sent again after a lost answer, a change is made once.
      ...(isChange ? { 'idempotency-key': idempotencyKey() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Any path of this server, with the key of this tab. Throws ApiError. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const key = currentKey();
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  const response = await fetch(url, { ...init, headers, cache: 'no-store' }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(UNREACHABLE, 0);
  });
  if (response.ok) return response;
  throw refusalOf({ ...statusOf(response), text: await response.text() }, key);
}

const statusOf = ({ status, statusText }: Response) => ({ status, statusText });

/** What was answered instead of a success. */
interface Refusal {
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
}

/** The error of an answer that is none of success, to a request that was made with `key`; another one is asked for where that is what it says. */
export function refusalOf(refusal: Refusal, key: string | null): ApiError {
  const error = errorOf(refusal);
  const wantsKey =
    error.status === 401 || error.code === 'TOKEN_WANTED' || error.code === 'CONTROL_FORBIDDEN';
  // What was said of a key that has been replaced meanwhile says nothing of the new one.
  if (wantsKey && key === currentKey()) askForKey(error.message);
  return error;
}

function errorOf({ status, statusText, text }: Refusal): ApiError {
  try {
    const { error, detail } = JSON.parse(text);
    if (error?.code !== undefined) return new ApiError(error, status);
    if (detail !== undefined) return new ApiError(detailOf(detail), status);
  } catch {
    // Not of this server: a proxy between, for example.
  }
  const message = `The answer is ${status} ${statusText}`;
  return new ApiError({ code: 'NOT_OURS', message, hint: text.slice(0, 200) }, status);
}

/** Rows that do not fit are told as FastAPI tells them. */
function detailOf(detail: readonly { loc: readonly (string | number)[]; msg: string }[]) {
  const [first] = detail;
  const message =
    first === undefined ? 'The input does not fit' : `${first.loc.slice(1).join(' › ')}: ${first.msg}`;
  return { code: 'INPUT_INVALID', message, hint: '' };
}
