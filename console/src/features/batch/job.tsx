import './batch.css';
import type { JobView } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { durationWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { JobCommands } from './job-commands.tsx';
import { JobFlow } from './job-flow.tsx';
import { stateWords, toneOf, triggerWords } from './job-words.ts';
import { RunHistory } from './run-history.tsx';

/** One job: what it does, what starts it, and what came of each run. */
export function Job({ name }: { readonly name: string }) {
  const query = useOperation('GET /api/v1/jobs/{job}', { path: { job: name }, query: { brief: true } });
  const { data: job, error } = query;
  if (job === undefined)
    return (
      <main id="main">
        <PageHead title={name} sentence="" trail={<JobsTrail />} />
        {error === null ? (
          <p role="status">Loading</p>
        ) : (
          <Failed error={error} onRetry={() => void query.refetch()} />
        )}
      </main>
    );
  const { latest, paused } = job;
  return (
    <main id="main">
      <PageHead
        trail={<JobsTrail />}
        title={name}
        badge={
          paused ? (
            <Badge tone="idle">Paused</Badge>
          ) : (
            latest && <Badge tone={toneOf(latest)}>{stateWords(latest)}</Badge>
          )
        }
        sentence={sentenceOf(job)}
        actions={<JobCommands job={job} />}
      />
      <Panel title="What it does" query={query}>
        {(data) => <JobFlow spec={data.spec} />}
      </Panel>
      <Panel title="What starts it" query={query}>
        {(data) => <Schedule job={data} />}
      </Panel>
      <RunHistory job={name} />
      <p className="note">
        Defined by {job.createdBy}, {momentWords(job.createdAt)}.{' '}
        <Link href={`${hrefOf('audit')}?subject=${encodeURIComponent(`job/${name}`)}`}>
          Everything done to it
        </Link>
      </p>
    </main>
  );
}

const JobsTrail = () => <Link href={hrefOf('jobs')}>Batch jobs</Link>;

function sentenceOf({ paused, nextAt, latest, schedule }: JobView): string {
  if (paused) return 'It starts nothing by itself until somebody lets it go on.';
  if (latest?.state === 'held')
    return 'Its last run waits for a person: the output looks unlike the one before.';
  if (latest?.state === 'failed') return `Its last run failed: ${latest.error?.message ?? 'see why below'}`;
  if (nextAt !== null) return `It runs next ${momentWords(nextAt)}.`;
  return triggerWords(schedule).length === 0
    ? 'It runs when somebody starts it.'
    : 'It waits for what starts it.';
}

function Schedule({ job: { schedule, nextAt, paused } }: { readonly job: JobView }) {
  const words = triggerWords(schedule);
  if (words.length === 0 || schedule === null)
    return (
      <p className="panel-body">
        Nothing but people. Give it a schedule: <code>plimsoll batch schedule</code>
      </p>
    );
  const { retries, timeoutSeconds, overlap } = schedule;
  return (
    <div className="panel-body">
      <ul className="starts">
        {words.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p className="note">
        {nextAt !== null && !paused && `Next ${momentWords(nextAt)}. `}A failure that may pass is tried{' '}
        {retries.attempts} times in all, first after {durationWords(retries.firstSeconds * 1000)}.{' '}
        {timeoutSeconds !== null && `A run may take ${durationWords(timeoutSeconds * 1000)}. `}
        {overlap === 'queue'
          ? 'A run that is due while another is under way waits for it.'
          : 'A run that is due while another is under way is left out.'}
      </p>
    </div>
  );
}
