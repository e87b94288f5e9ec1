import type { JobView } from '../../api/generated/control-api.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, durationWords, UNKNOWN } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import {
  badRowsOf,
  modelWords,
  needsPerson,
  stateWords,
  toneOf,
  tookMillis,
  triggerWords,
} from './job-words.ts';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Job' },
  { text: 'When it runs' },
  { text: 'Last run' },
  { text: 'Rows', className: 'figures-cell' },
  { text: 'No answer', className: 'figures-cell' },
  { text: 'Took', className: 'figures-cell' },
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
  const bad = latest === null ? null : badRowsOf(latest);
  const took = latest === null ? null : tookMillis(latest, Date.now());
  const rows = latest?.receipt?.rows ?? latest?.progress?.rows;
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
      <td className="figures-cell">{rows === undefined ? UNKNOWN : countWords(rows.read)}</td>
      <td className={`figures-cell ${bad !== null && bad > 0 ? 'bad' : ''}`}>
        {bad === null ? UNKNOWN : countWords(bad)}
      </td>
      <td className="figures-cell">{took === null ? UNKNOWN : durationWords(took)}</td>
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
