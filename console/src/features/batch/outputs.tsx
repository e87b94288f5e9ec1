import type { ColumnComparison, RunView } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { shareWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Panel } from '../../ui/panel.tsx';
import { OutputBars } from './output-bars.tsx';

const SHOWN = 12;

/** How the outputs of a run are distributed, beside those of the run before it. */
export function Outputs({ run: { job, id } }: { readonly run: RunView }) {
  const query = useOperation(
    'GET /api/v1/jobs/{job}/runs/{run}/outputs',
    { path: { job, run: id } },
    { every: false },
  );
  return (
    <Panel
      title="Outputs"
      query={query}
      empty={({ columns }) => (columns.length === 0 ? 'No row has an answer.' : null)}
    >
      {({ before, columns }) => (
        <div className="panel-body">
          <p className="note outputs-note">
            {before === null ? (
              'Nothing to compare with: no run of this job was done before.'
            ) : (
              <>
                Beside those of{' '}
                <Link href={hrefOf('jobs', job, 'runs', before.run)}>run {before.number}</Link>, what moved
                most first. <span className="key-reference">before</span>{' '}
                <span className="key-current">now</span>
              </>
            )}
          </p>
          <ul className="features">
            {columns.slice(0, SHOWN).map((column) => (
              <Column key={column.column} comparison={column} isFirst={before === null} />
            ))}
          </ul>
          {columns.length > SHOWN && (
            <p className="note">{columns.length - SHOWN} columns that moved less are not shown.</p>
          )}
        </div>
      )}
    </Panel>
  );
}

interface ColumnProps {
  readonly comparison: ColumnComparison;
  /** There is no run before. */
  readonly isFirst: boolean;
}

const Column = ({ comparison, isFirst }: ColumnProps) => (
  <li>
    <h3>{comparison.column}</h3>
    {!isFirst && <p className="note">{movedWords(comparison)}</p>}
    <OutputBars comparison={comparison} />
  </li>
);

/** Less than that is what chance does. */
const STILL = 0.005;

function movedWords({ distance, kind }: ColumnComparison): string {
  if (distance === null) return 'the run before has no such column';
  if (distance < STILL) return 'as before';
  return `${shareWords(distance)} ${kind === 'numbers' ? 'of its distribution' : 'of its rows'} moved`;
}
