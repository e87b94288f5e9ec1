/** Receivers of alerts out of the policies of monitors. Pure. */
import type { MonitorView } from '../../api/generated/control-api.ts';

export interface ListedReceiver {
  readonly endpoint: string;
  readonly name: string;
  readonly kind: string;
  /** Where it sends to, as far as that is no secret; null where it is one. */
  readonly target: string | null;
}

/** By endpoint, then by name. */
export const receiversOf = (monitors: readonly MonitorView[]): readonly ListedReceiver[] =>
  monitors
    .flatMap(({ endpoint, policy }) =>
      Object.entries(asObject(asObject(policy)['receivers'])).map(([name, receiver]): ListedReceiver => {
        const { kind } = asObject(receiver);
        return {
          endpoint,
          name,
          kind: typeof kind === 'string' ? kind : 'unknown',
          target: targetOf(asObject(receiver)),
        };
      }),
    )
    .sort((a, b) => (a.endpoint === b.endpoint ? compare(a.name, b.name) : compare(a.endpoint, b.endpoint)));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Addresses of hooks often are secrets themselves: of those only the host is told. */
function targetOf({ url, channel, to, smtp }: Readonly<Record<string, unknown>>): string | null {
  if (Array.isArray(to)) return to.join(', ');
  if (typeof channel === 'string') return channel;
  if (typeof url === 'string') return hostOf(url);
  return typeof smtp === 'string' ? hostOf(smtp) : null;
}

function hostOf(url: string): string | null {
  if (/^(?:env|file):/.test(url)) return url;
  return URL.parse(url)?.host ?? null;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
