import type { JobView } from '../../api/generated/control-api.ts';
import { momentWords } from '../../facts/times.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { modelWords, needsPerson, stateWords, toneOf, triggerWords } from './job-words.ts';
import { RUN_FIGURES, RunFigures } from './run-figures.tsx';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Job' },
  { text: 'When it runs' },
  { text: 'Last run' },
  ...RUN_FIGURES,
];

export const JobTable = ({ jobs }: { readonly jobs: readonly JobView[] }) => (
  <Scrolled label="Batch jobs">
    <table className="jobs">
      <ColumnHeads columns={COLUMNS} />
      <tbody>
        {jobs.map((job) => (
          <Row key={job.name} job={job} />
        ))}
      </tbody>
    </table>
  </Scrolled>
);

function Row({ job }: { readonly job: JobView }) {
  const { name, spec, paused, latest } = job;
  return (
    <tr className={needsPerson(job) ? 'row-act' : undefined}>
      <th scope="row">
        <Link href={hrefOf('jobs', name)}>{name}</Link>
        <small>
          {modelWords(spec.model)}
          {spec.spark !== undefined && ', on Spark'}
        </small>
      </th>
      <td>{paused ? <Badge tone="idle">Paused</Badge> : <Starts job={job} />}</td>
      <td>
        {latest === null ? (
          'never'
        ) : (
          <>
            <Badge tone={toneOf(latest)}>{stateWords(latest)}</Badge>{' '}
            <small>
              <Moment at={latest.endedAt ?? latest.startedAt ?? latest.createdAt} />
            </small>
          </>
        )}
      </td>
      <RunFigures run={latest} />
    </tr>
  );
}

function Starts({ job: { schedule, nextAt } }: { readonly job: JobView }) {
  const words = triggerWords(schedule);
  if (words.length === 0) return 'when somebody starts it';
  return (
    <>
      {words[0]}
      {words.length > 1 && ` and ${words.length - 1} more`}
      {nextAt !== null && <small className="next">next {momentWords(nextAt)}</small>}
    </>
  );
}
