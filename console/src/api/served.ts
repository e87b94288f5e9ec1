/** What this server has loaded, and what it answers: the pages and doors beside the control API. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { request } from './client.ts';

export interface SignatureColumn {
  readonly name: string;
  readonly named: boolean;
  readonly type: string;
  readonly nullable: boolean;
  readonly categories?: readonly (string | number | boolean)[];
}

export interface ServedVersion {
  readonly name: string;
  readonly version: number;
  readonly framework: { readonly name: string; readonly version: string } | null;
  readonly runtime: string;
  readonly rowMicros: number;
  readonly signature: {
    readonly form: string;
    readonly columns?: readonly SignatureColumn[];
    /** Of a model that answers labels. */
    readonly classes?: { readonly values: readonly unknown[] } | null;
  };
  /** A row of its own, as `/predict` takes it. */
  readonly example: unknown;
}

export const useServed = (): UseQueryResult<readonly ServedVersion[]> =>
  useQuery({
    queryKey: ['served'],
    queryFn: async () => {
      const { models } = (await (await request('/models')).json()) as { models: readonly ServedVersion[] };
      return models;
    },
    refetchInterval: 30_000,
  });

export interface Answered {
  readonly body: unknown;
  readonly version: string;
  /** Where the time went, as the server says: milliseconds by stage. */
  readonly timing: string;
}

/** Throws ApiError. */
export async function predict(endpoint: string, row: unknown): Promise<Answered> {
  const response = await request(predictPath(endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(row),
  });
  const { headers } = response;
  return {
    body: await response.json(),
    version: headers.get('x-model-version') ?? '',
    timing: headers.get('server-timing') ?? '',
  };
}

const predictPath = (endpoint: string): string => `/models/${encodeURIComponent(endpoint)}/predict`;
