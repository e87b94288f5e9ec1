/** Asks anew for what has changed, when the stream tells of it. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type ChangedThing, isAbout } from './told.ts';
import { onNews } from './traffic.ts';

/** What changes all the time, such as the windows of a rollout, is asked for so often at most. */
const SPACING_MILLIS = 4000;

export function useNews(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const waiting = new Map<string, ChangedThing[]>();
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const refetch = (kind: string): void => {
      const changed = waiting.get(kind) ?? [];
      waiting.delete(kind);
      timers.delete(kind);
      if (changed.length === 0) return;
      timers.set(
        kind,
        setTimeout(() => refetch(kind), SPACING_MILLIS),
      );
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => changed.some((one) => isAbout(queryKey, one)),
      });
    };
    const end = onNews((news) => {
      // What is being asked for now will know.
      if (news === null) return void queries.invalidateQueries({}, { cancelRefetch: false });
      for (const one of news) waiting.set(one.kind, [...(waiting.get(one.kind) ?? []), one]);
      for (const kind of waiting.keys()) if (!timers.has(kind)) refetch(kind);
    });
    return () => {
      end();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [queries]);
}
