import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';

/** Where a router is, as people write it. */
export type RouterAddress =
  | { readonly kind: 'kubernetes'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'sagemaker'; readonly region: string; readonly endpoint: string }
  | {
      readonly kind: 'vertex';
      readonly project: string;
      readonly location: string;
      readonly endpoint: string;
    };

const FORMS = 'kubernetes:NAMESPACE/HTTPROUTE, sagemaker:REGION/ENDPOINT or vertex:PROJECT/LOCATION/ENDPOINT';

/** Parts of an address of each kind. */
const PARTS: Readonly<Record<string, number>> = { kubernetes: 2, sagemaker: 2, vertex: 3 };

/** The router of an endpoint, and what keeps the counters of the servers behind it. */
export interface WrittenRouter {
  readonly text: string;
  readonly address: RouterAddress;
  /** URL of a Prometheus, or null. */
  readonly metrics: string | null;
}

/**
 * Reads `kubernetes:shop/churn`, or `{to: kubernetes:shop/churn, metrics: http://prometheus:9090}`. Throws CONFIG_INVALID.
 * Pure.
 */
export function writtenRouter(endpoint: string, written: unknown): WrittenRouter {
  if (!isRecord(written))
    return { text: String(written), address: addressOf(endpoint, written), metrics: null };
  const { to, metrics = null, ...others } = written;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalid(`routers: ${endpoint} has the unknown key "${unknown}", wanted to and metrics`);
  const isUrl = typeof metrics === 'string' && /^https?:\/\//.test(metrics) && URL.canParse(metrics);
  if (metrics !== null && !isUrl)
    throw invalid(
      `routers: metrics of ${endpoint} is ${JSON.stringify(metrics)}, wanted the URL of a Prometheus`,
    );
  return { text: String(to), address: addressOf(endpoint, to), metrics: metrics as string | null };
}

function addressOf(endpoint: string, written: unknown): RouterAddress {
  const [, kind = '', rest = ''] = /^([a-z]+):([\w.:/-]+)$/.exec(String(written)) ?? [];
  const parts = rest.split('/');
  const [first, second, third] = parts as [string, string, string];
  const isWhole = parts.length === PARTS[kind] && parts.every((part) => part !== '');
  if (isWhole && kind === 'kubernetes') return { kind, namespace: first, name: second };
  if (isWhole && kind === 'sagemaker') return { kind, region: first, endpoint: second };
  if (isWhole && kind === 'vertex') return { kind, project: first, location: second, endpoint: third };
  throw invalid(`routers: ${endpoint} is ${JSON.stringify(written) ?? 'nothing'}, wanted ${FORMS}`);
}

const invalid = (problem: string): PlimsollError =>
  new PlimsollError('CONFIG_INVALID', { problems: problem, list: [problem] });
