import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { askVersion, type ExplainedAnswer, type Explanation } from '../../api/explained.ts';
import type { ServedVersion } from '../../api/served.ts';
import type { LoggedRow } from './logged-request.ts';
import { rowToSend } from './row-cells.ts';

/** What the log says of the explanation that came with an answer. */
interface ToldNote {
  readonly ask?: { readonly top?: number | null };
}

export interface ExplainedLogged {
  readonly explanation: Explanation | null;
  /** Why there is none. */
  readonly missing: ExplainedAnswer['missing'];
  /** Place of the row among those that are explained. */
  readonly at: number;
  /** Whether the attributions are those of then; null where nobody knows. */
  readonly identical: boolean | null;
}

/**
 * Why a logged row was answered so: by asking the version again where it is loaded, which takes milliseconds; else, and where it was
 * explained then, by the file and the rows that were kept, in a process that takes its time.
 */
export function useExplanation(
  id: string,
  row: LoggedRow,
  place: number,
  served: ServedVersion | undefined,
  enabled: boolean,
): UseQueryResult<ExplainedLogged> {
  const { model, version, inputs, explanation: told } = row;
  // What named its first columns alone would do so again.
  const isWhole = told != null && (told as ToldNote).ask?.top == null;
  const isKept = served === undefined || isWhole;
  return useQuery({
    queryKey: ['explained', isKept ? id : '', model, version, isKept ? place : inputs],
    queryFn: () =>
      isKept || served === undefined
        ? explainedAgain(id, row)
        : explainedNow({ model, version }, rowToSend(served.signature, inputs)),
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
}

async function explainedNow(
  asked: { readonly model: string; readonly version: number },
  row: unknown,
): Promise<ExplainedLogged> {
  const { explanation, missing } = await askVersion(asked, [row], true);
  return { explanation, missing, at: 0, identical: null };
}

async function explainedAgain(id: string, { row }: LoggedRow): Promise<ExplainedLogged> {
  const again = await ask('GET /api/v1/requests/{request}/explanation', { path: { request: id } });
  const explanation = again.explanation as Explanation;
  // An answer that named the first columns alone is explained so again: there is no waterfall in it.
  if (!('values' in explanation)) return { explanation: null, missing: TOP, at: 0, identical: null };
  return { explanation, missing: null, at: Math.max(0, again.rows.indexOf(row)), identical: again.identical };
}

const TOP = {
  code: 'TOP_ALONE',
  message: 'The answer was asked to name its first columns alone',
  hint: 'They are in the reasons of the log: plimsoll requests show',
};
