import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type SecureContextOptions } from 'node:tls';
import { messageOf, systemCodeOf } from '../../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { retry, type Sleep } from '../../../core/retry.ts';
import type { ClientRequest } from '../../../http/client.ts';
import { ClusterIdentity } from './access/credentials.ts';
import { type JsonAnswer, requestJson } from './access/exchange.ts';
import type { KubeAccess } from './access/kube-access.ts';
import { readAccess } from './access/kubeconfig.ts';
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
  readonly sleep?: Sleep;
}

/** Every call is safe to repeat. */
const RETRY = { attempts: 4, backoff: { firstMillis: 250, maxMillis: 3000, factor: 4 } };
const AGAIN = new Set([429, 500, 502, 503, 504]);

/**
 * Reads where the cluster is and who we are, as `kubectl` does: KUBECONFIG, ~/.kube/config, or the pod that we run in. Throws
 * CLOUD_DENIED where there is nothing of it.
 */
export async function connect(options: ConnectOptions): Promise<ClusterApi> {
  const access = accessOf(options);
  const { server } = access.cluster;
  const identity = new ClusterIdentity(access);
  const once = async (call: ApiCall): Promise<ApiAnswer> => {
    const ask = async (): Promise<ApiAnswer> =>
      requestJson(urlOf(server, call), await requestOf(access, identity, call));
    const answer = await ask();
    return answer.status === 401 && identity.renew() ? ask() : answer;
  };
  const namespace = options.namespace ?? access.namespace ?? 'default';
  return { server, namespace, send: (call) => sendAgain(server, () => once(call), options.sleep) };
}

function accessOf(options: ConnectOptions): KubeAccess {
  let access: KubeAccess | null;
  try {
    access = readAccess(options);
  } catch (cause) {
    throw denied(messageOf(cause), cause);
  }
  if (access === null) throw denied('there is no kubeconfig: give one with --kubeconfig, or in KUBECONFIG');
  return access;
}

/** Throws CLOUD_DENIED where there are no credentials to be had. */
async function requestOf(
  { cluster }: KubeAccess,
  identity: ClusterIdentity,
  { method, body, contentType = 'application/json' }: ApiCall,
): Promise<ClientRequest> {
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
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const all = { ...headers, accept: 'application/json', ...type };
    return { method, headers: all, ...sent, ...secured, ...through };
  } catch (cause) {
    throw denied(`its credentials cannot be had: ${saidBy(cause)}`, cause);
  }
}

/** A connection of its own for each request. */
const proxied = (
  proxy: URL,
  { protocol, hostname, port }: URL,
  secured: ConnectionOptions,
): ClientRequest => ({
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
const saidBy = (cause: unknown): string => messageOf(cause).trim().slice(0, 500) || 'it gives no reason';

/** An answer that another attempt may better; `retry` knows failures alone. */
class Passing extends Error {
  readonly answer: ApiAnswer;
  constructor(answer: ApiAnswer) {
    super(`status ${answer.status}`);
    this.answer = answer;
  }
}

async function sendAgain(
  server: string,
  once: () => Promise<ApiAnswer>,
  sleep: Sleep | undefined,
): Promise<ApiAnswer> {
  const work = async (): Promise<ApiAnswer> => {
    const answer = await once();
    if (answer.status === 401) throw denied(`${server} does not know the credentials`);
    if (AGAIN.has(answer.status)) throw new Passing(answer);
    return answer;
  };
  try {
    return await retry(work, { ...RETRY, sleep, isRetryable: (error) => !isPlimsollError(error) });
  } catch (error) {
    if (error instanceof Passing) return error.answer;
    throw isPlimsollError(error) ? error : unreachable(server, error);
  }
}

const denied = (reason: string, cause?: unknown): PlimsollError =>
  new PlimsollError('CLOUD_DENIED', { action: 'ask the cluster', reason }, { cause });

function unreachable(server: string, cause: unknown): PlimsollError {
  const message = cause instanceof Error ? cause.message : '';
  const reason = `${server}: ${message || systemCodeOf(cause) || String(cause)}`;
  return new PlimsollError('CLOUD_UNREACHABLE', { action: 'ask the cluster', reason }, { cause });
}
