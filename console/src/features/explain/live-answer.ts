import { useEffect, useRef, useState } from 'react';
import { type AskedVersion, askVersion, type ExplainedAnswer } from '../../api/explained.ts';

/** So long a row must stay as it is before it is asked for. */
const PAUSE_MILLIS = 120;

export interface LiveAnswer {
  readonly answer: ExplainedAnswer | null;
  /** The row that was answered. */
  readonly row: unknown;
  readonly error: Error | null;
}

/** The answer to a row that is moved about: one request at a time, and then the newest row. */
export function useLiveAnswer(asked: AskedVersion, row: unknown): LiveAnswer {
  const [live, setLive] = useState<LiveAnswer>({ answer: null, row: null, error: null });
  const newest = useRef({ asked, row });
  const isAsking = useRef(false);
  newest.current = { asked, row };
  const text = JSON.stringify([asked, row]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the row
  useEffect(() => {
    const ask = async (): Promise<void> => {
      if (isAsking.current) return;
      isAsking.current = true;
      const mine = newest.current;
      try {
        const answer = await askVersion(mine.asked, [mine.row], true);
        setLive({ answer, row: mine.row, error: null });
      } catch (error) {
        setLive((before) => ({
          ...before,
          error: error instanceof Error ? error : new Error(String(error)),
        }));
      } finally {
        isAsking.current = false;
      }
      // What was moved meanwhile is asked for now; the pause of its own found this one busy.
      if (JSON.stringify(newest.current.row) !== JSON.stringify(mine.row)) await ask();
    };
    const timer = setTimeout(() => void ask(), PAUSE_MILLIS);
    return () => clearTimeout(timer);
  }, [text]);
  return live;
}
