/** Asks anew for what has changed, when the stream tells of it. */
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isOnce } from './queries.ts';
import { type ChangedThing, isAbout, isTold } from './told.ts';
import { onNews } from './traffic.ts';

/** What changes all the time, such as the windows of a rollout, is asked for so often at most. */
const SPACING_MILLIS = 4000;

/** Nobody looks: when somebody does, another stream begins, and everything is asked for again. */
const isHidden = (): boolean => document.visibilityState === 'hidden';
const isToldKey = ([operation]: readonly unknown[]): boolean => isTold(String(operation));

export function useNews(): void {
  const queries = useQueryClient();
  useEffect(() => {
    // What else there is was asked for a moment ago, when the first stream begins.
    let hasBegun = false;
    const waiting = new Map<string, ChangedThing[]>();
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const refetch = (kind: string): void => {
      const changed = waiting.get(kind) ?? [];
      waiting.delete(kind);
      timers.delete(kind);
      if (changed.length === 0 || isHidden()) return;
      timers.set(
        kind,
        setTimeout(() => refetch(kind), SPACING_MILLIS),
      );
      void queries.invalidateQueries({
        predicate: (query) => !isOnce(query) && changed.some((one) => isAbout(query.queryKey, one)),
      });
    };
    const end = onNews((news) => {
      if (isHidden()) return;
      // What is being asked for now will know.
      if (news === null) {
        const predicate = (query: Query): boolean =>
          !isOnce(query) && (hasBegun || isToldKey(query.queryKey));
        hasBegun = true;
        return void queries.invalidateQueries({ predicate }, { cancelRefetch: false });
      }
      for (const one of news) waiting.set(one.kind, [...(waiting.get(one.kind) ?? []), one]);
      for (const kind of waiting.keys()) if (!timers.has(kind)) refetch(kind);
    });
    return () => {
      end();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [queries]);
}
