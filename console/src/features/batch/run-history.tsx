import type { RunView } from '../../api/generated/control-api.ts';
import { useParts } from '../../api/queries.ts';
import { countWords, durationWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { badRowsOf, CAUSE_WORDS, stateWords, toneOf, tookMillis } from './job-words.ts';
import { RUN_FIGURES, RunFigures } from './run-figures.tsx';

const PART = 30;
const COLUMNS: readonly ColumnHead[] = [
  { text: 'Run' },
  { text: 'State' },
  { text: 'Began' },
  ...RUN_FIGURES,
];

/** Runs, newest first. */
export function RunHistory({ job }: { readonly job: string }) {
  const query = useParts('GET /api/v1/jobs/{job}/runs', { path: { job }, query: { brief: true } }, PART);
  return (
    <Panel title="Runs" query={query} empty={(runs) => (runs.length === 0 ? 'It has not run yet.' : null)}>
      {(runs) => (
        <>
          <Trends runs={runs} />
          <Scrolled label={`Runs of ${job}`}>
            <table>
              <ColumnHeads columns={COLUMNS} />
              <tbody>
                {runs.map((run) => (
                  <Row key={run.id} run={run} />
                ))}
              </tbody>
            </table>
          </Scrolled>
          <More query={query} text="Earlier runs" />
        </>
      )}
    </Panel>
  );
}

/** How runs that were done have moved, oldest first; replays score what was left over, and are like none of them. */
function Trends({ runs }: { readonly runs: readonly RunView[] }) {
  const done = runs.filter(({ state, cause }) => state === 'done' && cause !== 'replay').toReversed();
  const last = done.at(-1);
  if (last === undefined || done.length < 3) return null;
  const took = (run: RunView): number => tookMillis(run, 0) ?? 0;
  const rows = (run: RunView): number => run.receipt?.rows.read ?? 0;
  const bad = (run: RunView): number => badRowsOf(run) ?? 0;
  return (
    <dl className="trends">
      <Trend name="Rows" values={done.map(rows)} text={countWords(rows(last))} />
      <Trend name="No answer" values={done.map(bad)} text={countWords(bad(last))} />
      <Trend name="Took" values={done.map(took)} text={durationWords(took(last))} />
    </dl>
  );
}

interface TrendProps {
  readonly name: string;
  readonly values: readonly number[];
  readonly text: string;
}

const Trend = ({ name, values, text }: TrendProps) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <Sparkline values={values} /> {text}
    </dd>
  </div>
);

function Row({ run }: { readonly run: RunView }) {
  const { id, job, number, cause, startedAt, createdAt } = run;
  return (
    <tr>
      <th scope="row">
        <Link href={hrefOf('jobs', job, 'runs', id)}>Run {number}</Link>
        <small>{CAUSE_WORDS[cause]}</small>
      </th>
      <td>
        <Badge tone={toneOf(run)}>{stateWords(run)}</Badge>
      </td>
      <td>
        <Moment at={startedAt ?? createdAt} />
      </td>
      <RunFigures run={run} />
    </tr>
  );
}
