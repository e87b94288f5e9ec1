import { PlimsollError } from '../../core/errors.ts';

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

/** Reads `kubernetes:shop/churn`. Throws CONFIG_INVALID. Pure. */
export function routerAddress(endpoint: string, written: unknown): RouterAddress {
  const [, kind = '', rest = ''] = /^([a-z]+):([\w.:/-]+)$/.exec(String(written)) ?? [];
  const parts = rest.split('/');
  const [first, second, third] = parts as [string, string, string];
  const isWhole = parts.length === PARTS[kind] && parts.every((part) => part !== '');
  if (isWhole && kind === 'kubernetes') return { kind, namespace: first, name: second };
  if (isWhole && kind === 'sagemaker') return { kind, region: first, endpoint: second };
  if (isWhole && kind === 'vertex') return { kind, project: first, location: second, endpoint: third };
  const problem = `routers: ${endpoint} is ${JSON.stringify(written)}, wanted ${FORMS}`;
  throw new PlimsollError('CONFIG_INVALID', { problems: problem, list: [problem] });
}
