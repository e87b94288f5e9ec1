/** What panels show of the control API: asked again while somebody looks, never while nobody does. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ask } from './client.ts';
import {
  type AlertView,
  type ControlOperations,
  type EndpointView,
  type MonitorView,
  SCOPES,
} from './generated/control-api.ts';
import { useSession } from './session.ts';

const QUICK_MILLIS = 4000;
const SLOW_MILLIS = 30_000;
/** Parts of a list at once: two hundred endpoints come in one. */
const LIMIT = 1000;

type Name = keyof ControlOperations;
type Asked<N extends Name> = Partial<Pick<ControlOperations[N], 'path' | 'query'>>;

interface Watching {
  readonly every: number;
  readonly enabled?: boolean;
}

/** An operation that reads, asked again every so many milliseconds. */
export const useOperation = <N extends Name & `GET ${string}`>(
  name: N,
  asked: Asked<N> = {},
  { every, enabled = true }: Watching = { every: QUICK_MILLIS },
): UseQueryResult<ControlOperations[N]['answer']> =>
  useQuery({
    queryKey: [name, asked.path ?? null, asked.query ?? null],
    queryFn: () => ask(name, asked),
    refetchInterval: every,
    enabled,
  });

type ListName = 'GET /api/v1/endpoints' | 'GET /api/v1/monitors' | 'GET /api/v1/alerts';

type ListItem<N extends ListName> = ControlOperations[N]['answer']['items'][number];

/** Every part of a list. */
async function all<N extends ListName>(name: N): Promise<readonly ListItem<N>[]> {
  const items: ListItem<N>[] = [];
  let cursor: string | undefined;
  do {
    const page: { readonly items: readonly ListItem<N>[]; readonly next: string | null } = await ask(name, {
      query: { limit: LIMIT, cursor },
    });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

const useList = <N extends ListName>(name: N, every: number): UseQueryResult<readonly ListItem<N>[]> =>
  useQuery({ queryKey: [name, 'all'], queryFn: () => all(name), refetchInterval: every });

export const useEndpoints = (): UseQueryResult<readonly EndpointView[]> =>
  useList('GET /api/v1/endpoints', QUICK_MILLIS);

export const useMonitors = (): UseQueryResult<readonly MonitorView[]> =>
  useList('GET /api/v1/monitors', SLOW_MILLIS);

/** Those that are pending or firing. */
export const useAlerts = (): UseQueryResult<readonly AlertView[]> =>
  useList('GET /api/v1/alerts', QUICK_MILLIS);

export const useQuality = (
  endpoint: string,
  enabled: boolean,
): UseQueryResult<ControlOperations['GET /api/v1/endpoints/{endpoint}/quality']['answer']> =>
  useOperation(
    'GET /api/v1/endpoints/{endpoint}/quality',
    { path: { endpoint }, query: { days: 30 } },
    { every: SLOW_MILLIS, enabled },
  );

/** Who asks, and what this server is; not asked while a key is waited for. */
export const useInfo = (): UseQueryResult<ControlOperations['GET /api/v1/info']['answer']> =>
  useOperation('GET /api/v1/info', {}, { every: SLOW_MILLIS, enabled: useSession().refusal === null });

const RANKS = ['viewer', 'operator', 'admin'];

/** Whether the key of this tab may do something, as the description of the API says. */
export function useMay(): (name: Name) => boolean {
  const { data } = useInfo();
  if (data === undefined) return () => false;
  const scope = data.key === null ? 'admin' : data.key.scope;
  return (name) => RANKS.indexOf(scope) >= RANKS.indexOf(SCOPES[name]);
}
