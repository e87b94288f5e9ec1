/** A server that wants keys, and one key of each kind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { generateKey, hashOfKey } from '../../src/control/keys/api-key.ts';
import { formatKnownKeys } from '../../src/control/keys/known-keys.ts';
import type { KnownKey } from '../../src/control/keys/port.ts';
import type { Scope } from '../../src/store/scopes.ts';
import { BIN, example, folder, runWith, type Served, served } from '../cli.ts';

export const IRIS = { rows: [[5.1, 3.5, 1.4, 0.2]] };

/** Runs a command on a data folder; answers what it prints as JSON. */
export function command<T>(data: string, ...args: readonly string[]): T {
  const { status, stdout, stderr } = runWith(process.execPath, [BIN, '--json', '--data', data, ...args]);
  if (status !== 0) throw new Error(`plimsoll ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

/** What is said of a key: its scope, and what else is not as usual. */
type Wish = Scope | (Pick<KnownKey, 'scope'> & Partial<Pick<KnownKey, 'endpoints' | 'expiresAt'>>);

/** Keys by name, and the option that makes a server know them: hashes in a file, as a person makes it who has no store. */
export function keysOf<N extends string>(wishes: Readonly<Record<N, Wish>>) {
  const keys = Object.fromEntries(Object.keys(wishes).map((name) => [name, generateKey()])) as Record<
    N,
    string
  >;
  const known = Object.entries<Wish>(wishes).map(([name, wish]) => ({
    ...{ name, endpoints: [], expiresAt: null, sha256: hashOfKey(keys[name as N]) },
    ...(typeof wish === 'string' ? { scope: wish } : wish),
  }));
  const file = join(folder(), 'keys.json');
  writeFileSync(file, formatKnownKeys(known));
  return { keys, option: ['--keys-file', file] as const };
}

/** Two models of the same file behind keys. */
export const strictServer = (data = folder(), ...more: readonly string[]): Promise<Served> =>
  keyed([`churn=${example('iris.joblib')}`, `price=${example('iris.joblib')}`], data, more);

/** One model behind keys. */
export const irisServer = (data: string, ...more: readonly string[]): Promise<Served> =>
  keyed([example('iris.joblib')], data, more);

const keyed = (files: readonly string[], data: string, more: readonly string[]): Promise<Served> =>
  served([...files, '--data', data, '--keys', 'required', '--workers', '1', ...more]);

/** What `serve` says that does not begin: it is wrong usage. */
export async function refusalOf(data: string, ...more: readonly string[]): Promise<string> {
  const args = ['serve', example('iris.joblib'), '--port', '0', '--data', data, ...more];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = textOf(child.stderr);
  const [status] = await once(child, 'close');
  if (status !== 2) throw new Error(`serve ${more.join(' ')}: exit ${status}\n${await said}`);
  return said;
}

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
  const isChunked = headers['transfer-encoding'] !== undefined;
  const length = text === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  const options = {
    method: method ?? (text === undefined ? 'GET' : 'POST'),
    // As it is written: a URL would be put in order.
    path: url.replace(/^https?:\/\/[^/]+/, '') || '/',
    headers: { ...type, ...length, ...headers },
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const sent = tls ? requestTls(url, { ...options, ...tls }) : request(url, options);
    sent.on('error', reject);
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      const told = (received: string) =>
        resolve({ status, headers: answered, text: received, code: codeIn(received) });
      textOf(response).then(told, reject);
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
