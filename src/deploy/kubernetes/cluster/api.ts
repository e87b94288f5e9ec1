import type { RequestOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls, type SecureContextOptions } from 'node:tls';
import { PlimsollError } from '../../../core/errors.ts';
import { Identity } from './access/credentials.ts';
import { exchange, type JsonAnswer } from './access/exchange.ts';
import { type KubeAccess, readAccess } from './access/kubeconfig.ts';
import { pemText } from './access/pem.ts';
import { tunnel } from './access/proxy.ts';

/** One call of the API server, as it is written. */
export interface ApiCall {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

export type ApiAnswer = JsonAnswer;

/** An API server that we may speak to, in one namespace. */
export interface ClusterApi {
  readonly server: string;
  readonly namespace: string;
  /** Any answer, whatever its status; what is worth another try has been tried. Throws CLOUD_UNREACHABLE, CLOUD_DENIED. */
  send(call: ApiCall): Promise<ApiAnswer>;
}

export interface ConnectOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  /** Waits between tries. @default the time of this machine */
  readonly sleep?: (millis: number) => Promise<unknown>;
}

/** Waits between tries: every call is safe to repeat. */
const PAUSES = [250, 1000, 3000];
const AGAIN = new Set([429, 500, 502, 503, 504]);

/**
 * Reads where the cluster is and who we are, as `kubectl` does: KUBECONFIG, ~/.kube/config, or the pod that we run in. Throws
 * CLOUD_DENIED where there is nothing of it.
 */
export async function connect(options: ConnectOptions): Promise<ClusterApi> {
  const access = accessOf(options);
  const { server } = access.cluster;
  const identity = new Identity(access);
  const once = async (call: ApiCall): Promise<ApiAnswer> => {
    const answer = await exchange(urlOf(server, call), await requestOf(access, identity, call), bodyOf(call));
    if (answer.status !== 401 || !identity.renew()) return answer;
    return exchange(urlOf(server, call), await requestOf(access, identity, call), bodyOf(call));
  };
  const namespace = options.namespace ?? access.namespace ?? 'default';
  return { server, namespace, send: (call) => patiently(server, call, once, options.sleep ?? sleepFor) };
}

function accessOf(options: ConnectOptions): KubeAccess {
  let access: KubeAccess | null;
  try {
    access = readAccess(options);
  } catch (cause) {
    throw denied(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (access === null) throw denied('there is no kubeconfig: give one with --kubeconfig, or in KUBECONFIG');
  return access;
}

const bodyOf = ({ body }: ApiCall): string | undefined =>
  body === undefined ? undefined : JSON.stringify(body);

/** Throws CLOUD_DENIED where there are no credentials to be had. */
async function requestOf(
  { cluster }: KubeAccess,
  identity: Identity,
  { method, body, contentType = 'application/json' }: ApiCall,
): Promise<RequestOptions> {
  try {
    const { headers, cert, key } = await identity.credentials();
    const secured: SecureContextOptions & { rejectUnauthorized?: boolean; servername?: string } = {
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(cluster.authority === null ? {} : { ca: pemText(cluster.authority) }),
      ...(cluster.skipsVerification ? { rejectUnauthorized: false } : {}),
      ...(cluster.serverName === null ? {} : { servername: cluster.serverName }),
    };
    const type = body === undefined ? {} : { 'content-type': contentType };
    const through = cluster.proxy === null ? {} : proxied(cluster.proxy, new URL(cluster.server), secured);
    return { method, headers: { ...headers, accept: 'application/json', ...type }, ...secured, ...through };
  } catch (cause) {
    throw denied(`its credentials cannot be had: ${saidBy(cause)}`, cause);
  }
}

/** A connection of its own for each request. */
const proxied = (
  proxy: URL,
  { protocol, hostname, port }: URL,
  secured: ConnectionOptions,
): RequestOptions => ({
  createConnection: (_options, done) => {
    const isSecure = protocol === 'https:';
    tunnel(proxy, hostname, Number(port) || (isSecure ? 443 : 80)).then(
      (socket) => {
        const host = hostname.replace(/^\[(.*)\]$/, '$1');
        const named = isIP(host) === 0 ? { servername: host } : {};
        done(null, isSecure ? connectTls({ host, ...named, ...secured, socket }) : socket);
      },
      (error) => done(error, null as unknown as Socket),
    );
    return undefined;
  },
});

/** The address of a server may have a path of its own, as that of one behind Rancher has. */
function urlOf(server: string, { path, query = {} }: ApiCall): URL {
  const url = new URL(`${server.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** What a program that fetches credentials writes when it fails may be nothing at all. */
const saidBy = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).trim().slice(0, 500) || 'it gives no reason';

async function patiently(
  server: string,
  call: ApiCall,
  once: (call: ApiCall) => Promise<ApiAnswer>,
  sleep: (millis: number) => Promise<unknown>,
): Promise<ApiAnswer> {
  for (const pause of [...PAUSES, null]) {
    try {
      const answer = await once(call);
      if (answer.status === 401) throw denied(`${server} does not know the credentials`);
      if (pause === null || !AGAIN.has(answer.status)) return answer;
    } catch (cause) {
      if (cause instanceof PlimsollError) throw cause;
      if (pause === null) throw unreachable(server, cause);
    }
    await sleep(pause);
  }
  throw unreachable(server, new Error('no answer'));
}

const denied = (reason: string, cause?: unknown): PlimsollError =>
  new PlimsollError('CLOUD_DENIED', { action: 'ask the cluster', reason }, { cause });

function unreachable(server: string, cause: unknown): PlimsollError {
  const { code, message } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  const reason = `${server}: ${message || code || String(cause)}`;
  return new PlimsollError('CLOUD_UNREACHABLE', { action: 'ask the cluster', reason }, { cause });
}
