import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import { tellPlugin } from './exec-plugin.ts';
import { completeUser } from './kubeconfig.ts';

/** One call of the API server, as it is written. */
export interface ApiCall {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

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
}

const TIMEOUT_MILLIS = 30_000;
const ANSWER_MAX = 32 * 2 ** 20;
/** Waits between tries: every call is safe to repeat. */
const PAUSES = [250, 1000, 3000];
const AGAIN = new Set([429, 500, 502, 503, 504]);

/**
 * Reads where the cluster is and who we are, as `kubectl` does: KUBECONFIG, ~/.kube/config, or the pod that we run in. Throws
 * CLOUD_DENIED where there is nothing of it.
 */
export async function connect(options: ConnectOptions): Promise<ClusterApi> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (options.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfig);
    if (options.context !== undefined) config.setCurrentContext(options.context);
    completeUser(config.getCurrentUser(), options.kubeconfig);
  } catch (cause) {
    throw denied(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const cluster = config.getCurrentCluster();
  // What the client library makes up where it has found nothing.
  if (config.currentContext === 'loaded-context' && cluster?.server === 'http://localhost:8080')
    throw denied('there is no kubeconfig: give one with --kubeconfig, or in KUBECONFIG');
  if (!cluster)
    throw denied(`the configuration has no context "${options.context ?? config.currentContext}"`);
  const namespace =
    options.namespace ?? config.getContextObject(config.currentContext)?.namespace ?? 'default';
  tellPlugin(config.getCurrentUser()?.exec, cluster);
  const once = async (call: ApiCall): Promise<ApiAnswer> => {
    const given: RequestOptions = { method: call.method, timeout: TIMEOUT_MILLIS };
    try {
      await config.applyToHTTPSOptions(given);
    } catch (cause) {
      throw denied(`its credentials cannot be had: ${saidBy(cause)}`, cause);
    }
    return exchange(urlOf(cluster.server, call), given, call);
  };
  return { server: cluster.server, namespace, send: (call) => patiently(cluster.server, call, once) };
}

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

function exchange(url: URL, given: RequestOptions, call: ApiCall): Promise<ApiAnswer> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    ...(given.headers as Record<string, string> | undefined),
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
  };
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...given, headers }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_MAX) sent.destroy(new Error(`an answer of more than ${ANSWER_MAX} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MILLIS / 1000} s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What is no JSON object comes from something in between; its text is the reason. */
function parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
  const text = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : { message: text.slice(0, 300) };
  } catch {
    return { message: text.slice(0, 300) };
  }
}

const denied = (reason: string, cause?: unknown): PlimsollError =>
  new PlimsollError('CLOUD_DENIED', { action: 'ask the cluster', reason }, { cause });

function unreachable(server: string, cause: unknown): PlimsollError {
  const { code, message } = (cause ?? {}) as { readonly code?: string; readonly message?: string };
  const reason = `${server}: ${message || code || String(cause)}`;
  return new PlimsollError('CLOUD_UNREACHABLE', { action: 'ask the cluster', reason }, { cause });
}
