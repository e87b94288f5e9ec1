/** How jobs stand, for Prometheus. Pure. */
import { isRecord } from '../core/record.ts';
import { OUTCOMES } from '../scorer/scorer.ts';
import { RUN_STATES } from '../store/ledger/run-state.ts';
import type { JobView, RunView } from './port.ts';

/** What is known of a job: how it stands, and when it last came to its end. */
export interface JobStanding {
  readonly job: JobView;
  /** Milliseconds since the epoch; null where it never did. */
  readonly lastDoneAt: number | null;
}

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: (standing: JobStanding) => readonly Sample[];
}
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

const one = (value: number | null): readonly Sample[] => (value === null ? [] : [[{}, value]]);
const ofLatest =
  (read: (run: RunView) => readonly Sample[]) =>
  ({ job }: JobStanding): readonly Sample[] =>
    job.latest === null ? [] : read(job.latest);

const FAMILIES: readonly Family[] = [
  {
    name: 'plimsoll_batch_runs_total',
    type: 'counter',
    help: 'Runs of a job that have begun or wait to',
    samples: ofLatest(({ number }) => one(number)),
  },
  {
    name: 'plimsoll_batch_run_state',
    type: 'gauge',
    help: 'Whether the newest run is in this state',
    samples: ofLatest(({ state }) => RUN_STATES.map((name) => [{ state: name }, Number(state === name)])),
  },
  {
    name: 'plimsoll_batch_rows',
    type: 'gauge',
    help: 'Rows of the newest run by what became of them',
    samples: ofLatest(({ progress }) => {
      const rows = isRecord(progress) && isRecord(progress['rows']) ? progress['rows'] : {};
      return OUTCOMES.map((outcome) => [{ outcome }, Number(rows[outcome] ?? 0)]);
    }),
  },
  {
    name: 'plimsoll_batch_run_seconds',
    type: 'gauge',
    help: 'How long the newest run has been worked on',
    samples: ofLatest(({ progress }) =>
      isRecord(progress) && typeof progress['seconds'] === 'number' ? one(progress['seconds']) : [],
    ),
  },
  {
    name: 'plimsoll_batch_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When a run was last done',
    samples: ({ lastDoneAt }) => one(lastDoneAt === null ? null : lastDoneAt / 1000),
  },
  {
    name: 'plimsoll_batch_next_run_timestamp_seconds',
    type: 'gauge',
    help: 'When the schedule starts the next run',
    samples: ({ job: { nextAt } }) => one(nextAt === null ? null : nextAt / 1000),
  },
  {
    name: 'plimsoll_batch_paused',
    type: 'gauge',
    help: 'Whether the job starts nothing by itself',
    samples: ({ job: { paused } }) => one(Number(paused)),
  },
];

/** In the Prometheus text format, version 0.0.4. */
export const metricsText = (standings: readonly JobStanding[]): string =>
  FAMILIES.map(({ name, type, help, samples }) => {
    const lines = standings.flatMap((standing) =>
      samples(standing).map(([labels, value]) =>
        sampleLine(name, { job: standing.job.name, ...labels }, value),
      ),
    );
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
  }).join('');

/** Names of jobs and words of ours need no escapes. */
const sampleLine = (name: string, labels: Readonly<Record<string, string>>, value: number): string => {
  const pairs = Object.entries(labels).map(([key, label]) => `${key}="${label}"`);
  return `${name}{${pairs.join(',')}} ${value}`;
};
