/** What starts the job of a batch pattern, and how it is run. Pure. */
import { formatDuration } from '../../text/duration.ts';
import type { Blueprint } from './blueprint.ts';
import { type Interval, intervalWithin } from './interval.ts';

export type BatchPattern = Exclude<Blueprint['pattern'], 'real-time' | 'edge'>;

export interface ChosenTrigger {
  /** As people write them. */
  readonly triggers: readonly object[];
  readonly overlap: 'queue' | 'skip';
  /** Milliseconds from one run to the next, where time starts it. */
  readonly interval: number | null;
  readonly comment: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const QUEUES = [
  'Of a queue instead, a message a run: {kind: redis, url: "redis://queue", stream: rows},',
  '{kind: nats, url: "nats://queue", stream: INPUT, subject: rows.loaded}, {kind: kafka, brokers: ["queue:9092"], topic: rows};',
  'of PostgreSQL: {kind: notify, url: "postgres://db/shop", channel: rows_loaded}; after another job: {kind: upstream, job: load}.',
].join('\n');

/** What starts it; `every` of the blueprint is met by the next shorter even interval. */
export function jobTrigger({
  pattern,
  every,
}: Blueprint & { readonly pattern: BatchPattern }): ChosenTrigger {
  switch (pattern) {
    case 'scheduled-batch':
    case 'precomputed-table':
      return atTimes(intervalWithin(every));
    case 'micro-batch': {
      const settle = Math.min(5 * SECOND, Math.max(SECOND, Math.floor(every / 4 / SECOND) * SECOND));
      return atFiles(settle, [
        `One run for all files that are new: write one every ${formatDuration(Math.max(SECOND, every))}, under another name until it is complete.`,
        'Files that are there when the job is made are taken for done.',
      ]);
    }
    case 'event-batch':
      return atFiles(5 * SECOND, ['One run for all files that are new, once they no longer change.', QUEUES]);
    case 'asynchronous': {
      const { triggers, ...rest } = atFiles(SECOND, [
        'Each request is a file; its answers lie in a file of their own. The webhook scores what is there anew: POST /api/v1/jobs/JOB:trigger.',
        QUEUES,
      ]);
      return { ...rest, triggers: [...triggers, { kind: 'webhook' }] };
    }
  }
}

const atTimes = ({ cron, millis }: Interval): ChosenTrigger => ({
  triggers: [{ kind: 'cron', cron, timeZone: 'UTC', misfire: 'once' }],
  overlap: 'queue',
  interval: millis,
  comment: 'Fill in the time zone whose time of day is meant, such as Europe/Berlin.',
});

const atFiles = (settle: number, lines: readonly string[]): ChosenTrigger => ({
  triggers: [{ kind: 'files', settleSeconds: formatDuration(settle) }],
  overlap: 'queue',
  interval: null,
  comment: lines.join('\n'),
});

/** Longest time of an attempt: ten times what it should take, within the time to the next one. */
export function attemptLimit(run: number, every: number): number {
  const wanted = Math.max(5 * MINUTE, 10 * run);
  return Math.ceil(Math.min(wanted, Math.max(5 * MINUTE, every), 7 * DAY) / MINUTE) * MINUTE;
}
