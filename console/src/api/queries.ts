/** What panels show of the control API: asked again while somebody looks, never while nobody does. */
import {
  keepPreviousData,
  type Query,
  type QueryClient,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { ask } from './client.ts';
import {
  type AlertView,
  type ControlOperations,
  type EndpointView,
  type JobView,
  type ModelView,
  type MonitorView,
  SCOPES,
} from './generated/control-api.ts';
import { useSession } from './session.ts';
import { isTold } from './told.ts';
import { isLive } from './traffic.ts';

const QUICK_MILLIS = 4000;
const SLOW_MILLIS = 30_000;
/** Parts of a list at once: two hundred endpoints come in one. */
const LIMIT = 1000;

type Name = keyof ControlOperations;
type Asked<N extends Name> = Partial<Pick<ControlOperations[N], 'path' | 'query'>>;

interface Watching {
  /** False of what is asked once: it stays as it is, or costs the server something. */
  readonly every: number | false;
  readonly enabled?: boolean;
  /** What was answered to another question is shown until this one is. */
  readonly keeps?: boolean;
}

/** What the stream tells of is asked for now and then all the same, for what it does not tell. */
const intervalOf = (name: string, every: number | false): number | false =>
  every !== false && isTold(name) && isLive() ? Math.max(every, SLOW_MILLIS) : every;

const asking = <N extends Name & `GET ${string}`>(name: N, asked: Asked<N>) => ({
  queryKey: [name, asked.path ?? null, asked.query ?? null],
  queryFn: () => ask(name, asked),
});

/** No news makes it be asked again. */
const ONCE = { staleTime: Number.POSITIVE_INFINITY, meta: { isOnce: true } };

export const isOnce = ({ meta }: Query): boolean => meta?.['isOnce'] === true;

/** An operation that reads, asked again every so many milliseconds. */
export const useOperation = <N extends Name & `GET ${string}`>(
  name: N,
  asked: Asked<N> = {},
  { every, enabled = true, keeps = false }: Watching = { every: QUICK_MILLIS },
): UseQueryResult<ControlOperations[N]['answer']> =>
  useQuery<ControlOperations[N]['answer']>({
    ...asking(name, asked),
    refetchInterval: () => intervalOf(name, every),
    ...(every === false ? ONCE : {}),
    enabled,
    ...(keeps ? { placeholderData: keepPreviousData } : {}),
  });

/** What an operation answers that is asked with a body, and changes nothing: once for each body. */
export const useAnswer = <N extends Name & `POST ${string}`>(
  name: N,
  asked: Partial<Pick<ControlOperations[N], 'path' | 'query' | 'body'>>,
  { enabled = true, keeps = false }: Omit<Watching, 'every'> = {},
): UseQueryResult<ControlOperations[N]['answer']> =>
  useQuery<ControlOperations[N]['answer']>({
    queryKey: [name, asked.path ?? null, asked.query ?? null, asked.body ?? null],
    queryFn: () => ask(name, asked),
    ...ONCE,
    enabled,
    ...(keeps ? { placeholderData: keepPreviousData } : {}),
  });

/** Proofs take seconds, and somebody waits for each of their checks. */
const PROOF_MILLIS = 400;

/** How the proof of a version goes: looked at often while it does, and hardly once it is over. */
export const useProof = (
  model: string,
  version: number,
): UseQueryResult<ControlOperations['GET /api/v1/models/{model}/versions/{version}/proof']['answer']> =>
  useQuery({
    queryKey: ['GET /api/v1/models/{model}/versions/{version}/proof', model, version],
    queryFn: () => ask('GET /api/v1/models/{model}/versions/{version}/proof', { path: { model, version } }),
    refetchInterval: ({ state: { data, error } }) => {
      if (error !== null) return QUICK_MILLIS;
      return data === undefined || data.version.state === 'validating' ? PROOF_MILLIS : SLOW_MILLIS;
    },
  });

/** Operations that answer a list in parts. */
type ListName = {
  [N in Name & `GET ${string}`]: ControlOperations[N] extends {
    query: { cursor?: string | undefined };
    answer: { items: readonly unknown[] };
  }
    ? N
    : never;
}[Name & `GET ${string}`];

type ListItem<N extends ListName> = ControlOperations[N]['answer']['items'][number];

interface ListPart<N extends ListName> {
  readonly items: readonly ListItem<N>[];
  readonly next: string | null;
}

const part = <N extends ListName>(name: N, asked: Asked<N>, limit: number, cursor: string | undefined) =>
  ask(name, { ...asked, query: { ...asked.query, limit, cursor } }) as Promise<ListPart<N>>;

/** Every part of a list. */
async function all<N extends ListName>(name: N, asked: Asked<N>): Promise<readonly ListItem<N>[]> {
  const items: ListItem<N>[] = [];
  let cursor: string | undefined;
  do {
    const page = await part(name, asked, LIMIT, cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}

const askingAll = <N extends ListName>(name: N, asked: Asked<N>) => ({
  queryKey: [name, 'all', asked.path ?? null, asked.query ?? null],
  queryFn: () => all(name, asked),
});

/** A whole list, for what is short enough to be shown, searched and ordered as a whole. */
const useList = <N extends ListName>(
  name: N,
  asked: Asked<N>,
  { every, enabled = true }: Watching,
): UseQueryResult<readonly ListItem<N>[]> =>
  useQuery({
    ...askingAll(name, asked),
    refetchInterval: () => intervalOf(name, every),
    enabled,
  });

/** A long list, part by part as somebody asks for more: `fetchNextPage`, while `hasNextPage`. */
export const useParts = <N extends ListName>(name: N, asked: Asked<N>, size: number) =>
  useInfiniteQuery({
    queryKey: [name, 'parts', asked.path ?? null, asked.query ?? null],
    queryFn: ({ pageParam }) => part(name, asked, size, pageParam),
    refetchInterval: SLOW_MILLIS,
    // What was asked for before stays until the answer to what is asked for now is there.
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages }): readonly ListItem<N>[] => pages.flatMap(({ items }) => items),
  });

/** Asks for what will be shown before it is known where: one does not wait for the other. */
export function beginAsking(queries: QueryClient, isFirstPage: boolean): void {
  void queries.prefetchQuery(asking('GET /api/v1/info', {}));
  if (isFirstPage) void queries.prefetchQuery(askingAll('GET /api/v1/endpoints', {}));
}

export const useEndpoints = (): UseQueryResult<readonly EndpointView[]> =>
  useList('GET /api/v1/endpoints', {}, { every: QUICK_MILLIS });

export const useJobs = (): UseQueryResult<readonly JobView[]> =>
  useList('GET /api/v1/jobs', { query: { brief: true } }, { every: QUICK_MILLIS });
export const useModels = (): UseQueryResult<readonly ModelView[]> =>
  useList('GET /api/v1/models', {}, { every: SLOW_MILLIS });

export const useMonitors = (): UseQueryResult<readonly MonitorView[]> =>
  useList('GET /api/v1/monitors', {}, { every: SLOW_MILLIS });

/** Those that are pending or firing. */
export const useAlerts = (): UseQueryResult<readonly AlertView[]> =>
  useList('GET /api/v1/alerts', {}, { every: QUICK_MILLIS });

/** Every alert that there ever was. */
export const useAllAlerts = (isWanted: boolean): UseQueryResult<readonly AlertView[]> =>
  useList('GET /api/v1/alerts', { query: { all: true } }, { every: SLOW_MILLIS, enabled: isWanted });

export const useQuality = (
  endpoint: string,
  enabled: boolean,
  days = 30,
): UseQueryResult<ControlOperations['GET /api/v1/endpoints/{endpoint}/quality']['answer']> =>
  useOperation(
    'GET /api/v1/endpoints/{endpoint}/quality',
    { path: { endpoint }, query: { days } },
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
