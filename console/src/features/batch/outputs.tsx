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
              <Column key={column.column} comparison={column} />
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

const Column = ({ comparison }: { readonly comparison: ColumnComparison }) => (
  <li>
    <h3>{comparison.column}</h3>
    <p className="note">
      {comparison.distance === null
        ? 'no run before has it'
        : comparison.distance < 0.005
          ? 'as before'
          : `${shareWords(comparison.distance)} ${comparison.kind === 'numbers' ? 'of its distribution' : 'of its rows'} moved`}
    </p>
    <OutputBars comparison={comparison} />
  </li>
);
