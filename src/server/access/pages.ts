/** What a path needs that is no prediction and not below `/api/`. Pure. */

export type PageScope =
  /** Answers whoever asks: probes know no key. */
  | 'nothing'
  /** Any key: what is the same on every server, for those who ask this one. */
  | 'key'
  | 'viewer'
  /** A key for predictions of the endpoint is enough. */
  | { readonly endpoint: string };

const HEALTH: ReadonlySet<string> = new Set([
  '/healthz',
  '/readyz',
  '/ping',
  '/health',
  '/v2/health/live',
  '/v2/health/ready',
]);

/**
 * Metadata, status and readiness of one model in V2, V1 and TF Serving, and its version. The name is as the page takes it:
 * of `churn:price` it would be told that there is none, and which there are.
 */
const OF_A_MODEL = /^\/v[12]\/models\/([^/]+)/;

/** Files that are the same on every server: what those pages show they ask the control API for, with the key of who looks. */
const STATIC = /^\/(?:console|assets)(?:\/|$)|^\/(?:inspect|api\/v1\/docs)\/?$/;

const CLIENTS = /^\/clients(?:\/|$)/;

export function needOf(path: string): PageScope {
  if (HEALTH.has(path) || STATIC.test(path)) return 'nothing';
  if (CLIENTS.test(path)) return 'key';
  const name = OF_A_MODEL.exec(path)?.[1];
  return name === undefined ? 'viewer' : { endpoint: decoded(name) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
