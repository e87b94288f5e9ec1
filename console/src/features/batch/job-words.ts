/** Jobs and their runs in words. Pure. */
import type { JobView, RunView } from '../../api/generated/control-api.ts';
import { durationWords } from '../../facts/words.ts';
import type { Tone } from '../../ui/badge.tsx';
import { cronWords } from './cron-words.ts';

type Schedule = NonNullable<JobView['schedule']>;
type Trigger = Schedule['triggers'][number];

/** What starts a job by itself, one sentence each; empty where nobody but people does. */
export const triggerWords = (schedule: JobView['schedule']): readonly string[] =>
  (schedule?.triggers ?? []).map(wordsOfTrigger);

function wordsOfTrigger(trigger: Trigger): string {
  const { kind, cron = '', timeZone = 'UTC', settleSeconds = 0, job = '', channel = '' } = trigger;
  const words: Readonly<Record<string, string>> = {
    cron: `${cronWords(cron)} (${timeZone})`,
    files: `when files appear that have not changed for ${durationWords(settleSeconds * 1000)}`,
    webhook: 'when its webhook is called',
    upstream: `when a run of ${job} is done`,
    notify: `when PostgreSQL notifies ${channel}`,
    redis: `for each message of the stream ${trigger.stream}`,
    nats: `for each message of ${trigger.subject}`,
    kafka: `for each message of the topic ${trigger.topic}`,
  };
  return words[kind] ?? kind;
}

export const CAUSE_WORDS: Readonly<Record<RunView['cause'], string>> = {
  manual: 'by a command',
  server: 'by a person',
  schedule: 'by its schedule',
  files: 'for new files',
  webhook: 'by its webhook',
  notify: 'by a notification',
  upstream: 'after another job',
  queue: 'for a message',
  replay: 'to replay rejects',
};

const STATE_WORDS: Readonly<Record<RunView['state'], string>> = {
  queued: 'Waits',
  planning: 'Reads its input',
  running: 'Scores',
  publishing: 'Publishes',
  held: 'Held back',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const STATE_TONES: Readonly<Record<RunView['state'], Tone>> = {
  queued: 'moving',
  planning: 'moving',
  running: 'moving',
  publishing: 'moving',
  held: 'act',
  done: 'steady',
  failed: 'act',
  cancelled: 'idle',
};

export const stateWords = ({ state, error }: Pick<RunView, 'state' | 'error'>): string =>
  state === 'queued' && error !== null ? 'Is tried again' : STATE_WORDS[state];

export const toneOf = ({ state, error }: Pick<RunView, 'state' | 'error'>): Tone =>
  state === 'queued' && error !== null ? 'watch' : STATE_TONES[state];

/** Whether it goes on by itself. */
export const isUnderWay = ({ state }: Pick<RunView, 'state'>): boolean =>
  ['queued', 'planning', 'running', 'publishing'].includes(state);

/** Whether a person has to do something about a job. */
export const needsPerson = ({ latest }: Pick<JobView, 'latest'>): boolean =>
  latest !== null && (latest.state === 'held' || latest.state === 'failed');

/** Rows of a run that have no answer; null before its first chunk. */
export function badRowsOf({ progress, receipt }: Pick<RunView, 'progress' | 'receipt'>): number | null {
  const rows = receipt?.rows ?? progress?.rows;
  return rows === undefined ? null : rows.rejected + rows.failed + rows.skipped;
}

/** Milliseconds from its begin to its end, or to `now`; null before it began. */
export const tookMillis = ({ startedAt, endedAt }: RunView, now: number): number | null =>
  startedAt === null ? null : (endedAt ?? now) - startedAt;

export interface Pace {
  /** From 0 to 1. */
  readonly share: number;
  readonly rowsPerSecond: number | null;
  /** Milliseconds since the epoch; null where it cannot be told yet. */
  readonly endsAt: number | null;
}

/** How far a run is by its chunks, and when it ends if it goes on like that; null before its first chunk. */
export function paceOf({ progress }: Pick<RunView, 'progress'>, now: number): Pace | null {
  if (progress === null || progress.chunks.of === 0) return null;
  const { chunks, rows, seconds } = progress;
  const share = chunks.done / chunks.of;
  const left = share > 0 && seconds > 0 ? (seconds / share) * (1 - share) : null;
  return {
    share,
    rowsPerSecond: seconds > 0 ? rows.read / seconds : null,
    endsAt: left === null ? null : now + left * 1000,
  };
}

/** `churn@stable`, or the name of a file: folders say little. */
export const modelWords = (model: string): string => model.slice(model.lastIndexOf('/') + 1);

/** Where rows come from or go to, without what is before the last two parts. */
export function placeWords(uri: string): string {
  const [path = uri, query] = uri.split('?');
  const table = new URLSearchParams(query ?? '').get('table');
  if (table !== null) return `${path.split(':')[0]}: ${table}`;
  const parts = path.split('/').filter(Boolean);
  return parts.length < 3 ? path : `…/${parts.slice(-2).join('/')}`;
}
