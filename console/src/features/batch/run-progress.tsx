import type { RunView } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, durationWords, plural, shareWords, UNKNOWN } from '../../facts/words.ts';
import { paceOf } from './job-words.ts';

const PHASES: readonly { readonly state: RunView['state']; readonly text: string; readonly what: string }[] =
  [
    { state: 'queued', text: 'Waits', what: 'for its time and for a place' },
    { state: 'planning', text: 'Reads its input', what: 'lists, hashes and cuts it into chunks' },
    { state: 'running', text: 'Scores', what: 'chunk by chunk, each exactly once' },
    { state: 'publishing', text: 'Publishes', what: 'when counts add up and checks have passed' },
  ];

/** How far a run is; `at` is when that was asked, in milliseconds since the epoch. */
export function RunProgress({ run, at }: { readonly run: RunView; readonly at: number }) {
  const job = useOperation(
    'GET /api/v1/jobs/{job}',
    { path: { job: run.job }, query: { brief: true } },
    { every: false },
  );
  const pace = paceOf(run, at);
  const now = PHASES.findIndex(({ state }) => state === run.state);
  const spec = job.data?.spec;
  const { rows, chunks } = run.progress ?? {};
  return (
    <>
      <ol className="timeline phases">
        {PHASES.map(({ state, text, what }, k) => (
          <li
            key={state}
            className={k === now ? 'stage-now' : k < now ? 'stage-done' : ''}
            aria-current={k === now ? 'step' : undefined}
          >
            <strong>{text}</strong>
            <small>{what}</small>
          </li>
        ))}
      </ol>
      <div className="panel-body">
        <progress value={pace?.share ?? 0} max={1} aria-label="Chunks that are done" />
        <dl className="facts" aria-live="polite">
          <Fact name="Rows so far" text={rows === undefined ? UNKNOWN : countWords(rows.read)} />
          <Fact
            name="Rate"
            text={pace?.rowsPerSecond ? `${countWords(pace.rowsPerSecond)} rows/s` : UNKNOWN}
          />
          <Fact
            name="Chunks"
            text={
              chunks === undefined
                ? UNKNOWN
                : `${chunks.done} of ${chunks.of}, ${shareWords(pace?.share ?? null)}`
            }
          />
          <Fact
            name="Expected end"
            text={
              pace?.endsAt == null
                ? 'not known yet'
                : `${momentWords(pace.endsAt)}, in ${durationWords(pace.endsAt - at)}`
            }
          />
          {spec !== undefined && (
            <Fact
              name="Scored by"
              text={
                spec.spark === undefined
                  ? `${plural(spec.options.lanes, 'worker')} here`
                  : `Spark, ${spec.spark.master}`
              }
            />
          )}
        </dl>
      </div>
    </>
  );
}

export const Fact = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{text}</dd>
  </div>
);
