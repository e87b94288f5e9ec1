import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import type { ControlOperations } from '../../api/generated/control-api.ts';

const REQUEST = 'GET /api/v1/requests/{request}';
type LoggedRequest = ControlOperations[typeof REQUEST]['answer'];
export type LoggedRow = LoggedRequest['rows'][number];
export type LoggedLabels = LoggedRequest['labels'];

/** A request of the prediction log; what is there stays as it is. Not asked for without an id. */
export const useLoggedRequest = (id: string): UseQueryResult<LoggedRequest> =>
  useQuery({
    queryKey: [REQUEST, id],
    queryFn: () => ask(REQUEST, { path: { request: id } }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: id !== '',
  });
