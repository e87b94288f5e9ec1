import './batch.css';
import type { RunView } from '../../api/generated/control-api.ts';
import { useMay, useOperation } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, durationWords, plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { badRowsOf, CAUSE_WORDS, isUnderWay, stateWords, toneOf, tookMillis } from './job-words.ts';
import { Outputs } from './outputs.tsx';
import { Receipt } from './receipt.tsx';
import { Rejects } from './rejects.tsx';
import { RunCommands } from './run-commands.tsx';
import { RunProgress } from './run-progress.tsx';

const RUN = 'GET /api/v1/jobs/{job}/runs/{run}';
const ENDED: readonly RunView['state'][] = ['done', 'failed', 'cancelled'];
const QUICK_MILLIS = 4000;
const SLOW_MILLIS = 30_000;

/** One run: how far it is, what came of it, and what to do about rows without an answer. */
export function Run({ job, id }: { readonly job: string; readonly id: string }) {
  const path = { job, run: id };
  // What has ended stays as it is.
  const query = useOperation(RUN, { path }, { every: false });
  const state = query.data?.state;
  const every = query.data !== undefined && isUnderWay(query.data) ? QUICK_MILLIS : SLOW_MILLIS;
  useOperation(RUN, { path }, { every, enabled: state !== undefined && !ENDED.includes(state) });
  const { data: run, error } = query;
  const trail = (
    <>
      <Link href={hrefOf('jobs')}>Batch jobs</Link> / <Link href={hrefOf('jobs', job)}>{job}</Link>
    </>
  );
  if (run === undefined)
    return (
      <main id="main">
        <PageHead title={`Run of ${job}`} sentence="" trail={trail} />
        {error === null ? (
          <p role="status">Loading</p>
        ) : (
          <Failed error={error} onRetry={() => void query.refetch()} />
        )}
      </main>
    );
  return (
    <main id="main">
      <PageHead
        trail={trail}
        title={`Run ${run.number} of ${job}`}
        badge={<Badge tone={toneOf(run)}>{stateWords(run)}</Badge>}
        sentence={sentenceOf(run)}
        actions={<RunCommands run={run} />}
      />
      {run.error !== null && <Failure run={run} error={run.error} />}
      {isUnderWay(run) && (
        <Panel title="Progress" query={query}>
          {(data) => <RunProgress run={data} at={query.dataUpdatedAt} />}
        </Panel>
      )}
      {run.receipt !== null && (
        <Panel title="Receipt" query={query}>
          {() => run.receipt && <Receipt run={run} receipt={run.receipt} />}
        </Panel>
      )}
      {(run.receipt !== null || run.state === 'held') && <Outputs run={run} />}
      <RejectsOf run={run} />
      <p className="note">
        Started {CAUSE_WORDS[run.cause]}, {momentWords(run.createdAt)}; attempt {run.attempt}.
      </p>
    </main>
  );
}

/** Rows of people are for those who may read them; how many there are is for everybody. */
function RejectsOf({ run }: { readonly run: RunView }) {
  const may = useMay();
  const bad = badRowsOf(run) ?? 0;
  if (bad === 0) return null;
  if (isUnderWay(run))
    return (
      <p className="note">
        {plural(bad, 'row')} without an answer so far: they are listed when it has ended.
      </p>
    );
  if (may('GET /api/v1/jobs/{job}/runs/{run}/rejects')) return <Rejects run={run} />;
  return (
    <p className="note">
      {plural(bad, 'row')} without an answer. To read them, a key of scope operator is wanted.
    </p>
  );
}

function sentenceOf(run: RunView): string {
  const { state, receipt, progress } = run;
  const rows = receipt?.rows ?? progress?.rows;
  const took = tookMillis(run, Date.now());
  const bad = badRowsOf(run) ?? 0;
  if (state === 'held')
    return 'Its output looks unlike the one before. Nothing is visible until somebody publishes or discards it.';
  if (state === 'failed') return 'Nothing of it was published.';
  if (state === 'cancelled') return 'It was ended for good; nothing of it was published.';
  if (state !== 'done' || rows === undefined)
    return 'It goes on by itself, also after a restart of the server.';
  const without = bad === 0 ? 'every one with an answer' : `${countWords(bad)} without an answer`;
  return `${plural(rows.read, 'row')}, ${without}${took === null ? '' : `, in ${durationWords(took)}`}.`;
}

const Failure = ({
  run,
  error,
}: {
  readonly run: RunView;
  readonly error: NonNullable<RunView['error']>;
}) => (
  <section className="panel failed" aria-label="Why it stopped">
    <p>
      <strong>{error.message}</strong>
      <span>{error.hint}</span>
      {run.state === 'queued' && <span>It is tried again {momentWords(run.notBefore)}.</span>}
    </p>
    <code>{error.code}</code>
  </section>
);
