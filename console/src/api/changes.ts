/** What people change: asked once, then everything that is shown is asked anew. */
import { useQueryClient } from '@tanstack/react-query';
import { ask } from './client.ts';
import type { ControlOperations } from './generated/control-api.ts';
import { isOnce } from './queries.ts';

type Name = keyof ControlOperations;
type Asked<N extends Name> = Partial<Pick<ControlOperations[N], 'path' | 'query' | 'body'>>;

export function useChange(): <N extends Name>(
  name: N,
  asked: Asked<N>,
) => Promise<ControlOperations[N]['answer']> {
  const queries = useQueryClient();
  return async (name, asked) => {
    try {
      return await ask(name, asked);
    } finally {
      // What costs the server something is not waited for.
      void queries.invalidateQueries({ predicate: isOnce });
      await queries.invalidateQueries({ predicate: (query) => !isOnce(query) });
    }
  };
}
