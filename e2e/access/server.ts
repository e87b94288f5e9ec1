/** A server that wants keys, and one key of each kind. */
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { BIN, example, folder, runWith, type Served, served } from '../cli.ts';

export const IRIS = { rows: [[5.1, 3.5, 1.4, 0.2]] };

/** Runs a command on a data folder; answers what it prints as JSON. */
export function command<T>(data: string, ...args: readonly string[]): T {
  const { status, stdout, stderr } = runWith(process.execPath, [BIN, '--json', '--data', data, ...args]);
  if (status !== 0) throw new Error(`plimsoll ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Makes a key; answers it. */
export const keyOf = (data: string, name: string, ...more: readonly string[]): string =>
  command<{ readonly key: string }>(data, 'keys', 'create', '--name', name, ...more).key;

/** Two models of the same file behind keys. */
export const strictServer = (data = folder(), ...more: readonly string[]): Promise<Served> =>
  keyed([`churn=${example('iris.joblib')}`, `price=${example('iris.joblib')}`], data, more);

/** One model behind keys. */
export const irisServer = (data: string, ...more: readonly string[]): Promise<Served> =>
  keyed([example('iris.joblib')], data, more);

const keyed = (files: readonly string[], data: string, more: readonly string[]): Promise<Served> =>
  served([...files, '--data', data, '--keys', 'required', '--workers', '1', ...more]);

export interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Authorities of a server with TLS, and a client's certificate. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Code of an error, or null. */
  readonly code: string | null;
}

/** With headers that `fetch` would not let through, Host and Origin among them, and a connection of its own. */
export function ask(url: string, { method, body, headers = {}, tls }: Asked = {}): Promise<Answered> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  const options = {
    method: method ?? (text === undefined ? 'GET' : 'POST'),
    headers: { ...type, ...length, ...headers },
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const sent = tls ? requestTls(url, { ...options, ...tls }) : request(url, options);
    sent.on('error', reject);
    sent.on('response', async (response) => {
      let received = '';
      for await (const chunk of response.setEncoding('utf8')) received += chunk;
      const { statusCode: status = 0, headers: answered } = response;
      resolve({ status, headers: answered, text: received, code: codeIn(received) });
    });
    sent.end(text);
  });
}

function codeIn(text: string): string | null {
  try {
    return (JSON.parse(text) as { error?: { code?: string } }).error?.code ?? null;
  } catch {
    return null;
  }
}

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
