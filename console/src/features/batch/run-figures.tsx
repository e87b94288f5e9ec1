import type { RunView } from '../../api/generated/control-api.ts';
import { countWords, durationWords, UNKNOWN } from '../../facts/words.ts';
import type { ColumnHead } from '../../ui/column-heads.tsx';
import { badRowsOf, tookMillis } from './job-words.ts';

export const RUN_FIGURES: readonly ColumnHead[] = [
  { text: 'Rows', className: 'figures-cell' },
  { text: 'No answer', className: 'figures-cell' },
  { text: 'Took', className: 'figures-cell' },
];

/** How many rows a run read, how many of them have no answer, and how long it took; of a job that never ran nothing. */
export function RunFigures({ run }: { readonly run: RunView | null }) {
  const rows = run?.receipt?.rows ?? run?.progress?.rows;
  const bad = run === null ? null : badRowsOf(run);
  const took = run === null ? null : tookMillis(run, Date.now());
  return (
    <>
      <td className="figures-cell">{rows === undefined ? UNKNOWN : countWords(rows.read)}</td>
      <td className={`figures-cell ${bad !== null && bad > 0 ? 'bad' : ''}`}>
        {bad === null ? UNKNOWN : countWords(bad)}
      </td>
      <td className="figures-cell">{took === null ? UNKNOWN : durationWords(took)}</td>
    </>
  );
}
