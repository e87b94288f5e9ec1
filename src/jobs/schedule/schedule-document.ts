/** When a job runs by itself, as people write it under `schedule` in `plimsoll.yaml`. Pure. */

import type { Static } from 'typebox';
import { cronProblem } from '../../core/cron.ts';
import { decode, readValue } from '../../schema/read-value.ts';
import { kinds, orNothing, seconds, withReader } from '../../schema/transformed.ts';
import { choice, confidential, field, line, list, record, text, whole } from '../../schema/value-schema.ts';
import { JOB_NAME } from '../spec/document.ts';
import { specInvalid } from '../spec/invalid.ts';

const URL_PATTERN = '^(?:\\$\\{\\w+\\}|[a-z+]+://(?:[^/@:]*(?::\\$\\{\\w+\\})?@)?[^@]{1,500})$';
/**
 * A password in a URL would be shown to whoever lists jobs; a variable of the environment is filled when it is used. What
 * is wrong with one is said without showing it.
 */
const URL_WITHOUT_SECRETS = confidential(
  text(URL_PATTERN, `a URL whose password is a variable: user:\${PASSWORD}@host`),
  (value) => (typeof value === 'string' ? 'no URL, or one with a password in it' : 'missing'),
);
const TRIGGERS_MAX = 20;

/** What starts a run. Each thing that happens starts one run of a job, however often it is seen. */
const KINDS = {
  cron: {
    cron: field(line, null, 'five fields, or six with seconds: "30 2 * * *"'),
    timeZone: field(line, 'UTC', 'IANA name of the zone whose time of day is meant'),
    /** Of `all` at most 100. */
    misfire: field(
      choice(['once', 'all', 'none']),
      'once',
      'times that passed while no server ran: made up for by one run, by one each, or not',
    ),
  },
  /** Files that appear where the source looks, once they have not changed; all that are new make one run. */
  files: {
    settleSeconds: field(seconds('0s', '1h'), '5s', 'how long a new file must not have changed'),
  },
  /** `POST /api/v1/jobs/{job}:trigger`; requests with the same `idempotency-key` start one run. */
  webhook: {},
  /** `NOTIFY channel`; the payload, where there is one, names what happened. */
  notify: {
    url: field(URL_WITHOUT_SECRETS, null, 'PostgreSQL to listen to'),
    channel: field(line, null, 'channel of NOTIFY'),
  },
  /** Another job is done. */
  upstream: { job: field(JOB_NAME, null, 'job whose runs it follows') },
  /** A message in a queue; it is acknowledged once its run is durable. */
  nats: {
    url: field(URL_WITHOUT_SECRETS, null, 'NATS with JetStream'),
    stream: field(line, null, 'stream that keeps the messages'),
    subject: field(line, null, 'subject of those that start a run'),
  },
  redis: {
    url: field(URL_WITHOUT_SECRETS, null, 'Redis'),
    stream: field(line, null, 'key of the stream'),
  },
  kafka: {
    brokers: field(list(line, { min: 1, max: 100 }), null, 'host:port of each broker to begin with'),
    topic: field(line, null, 'topic whose messages start a run'),
  },
};

const TRIGGER_KINDS = kinds(KINDS, (objects) => ({ anyOf: [choice(Object.keys(KINDS)), ...objects] }));

type CronTrigger = Extract<Static<typeof TRIGGER_KINDS>, { kind: 'cron' }>;

/** What is wrong with the times of a trigger is said beside what else is wrong with it. */
export const TRIGGER = withReader(TRIGGER_KINDS, (value, path, problems): Static<typeof TRIGGER_KINDS> => {
  const trigger = readValue(TRIGGER_KINDS, value, path, problems);
  // What has problems may lack what its type says.
  const { cron, timeZone } = { ...trigger } as Partial<CronTrigger>;
  const problem = cron === undefined || timeZone === undefined ? null : cronProblem({ cron, timeZone });
  if (problem !== null) problems.push(`${path}: ${problem}`);
  return trigger;
});

export const RETRIES = record({
  attempts: field(whole(1, 100), 3, 'attempts in all'),
  firstSeconds: field(
    seconds('0s', '24h'),
    '30s',
    'pause before the second one; doubled before each later one',
  ),
  longestSeconds: field(seconds('0s', '24h'), '1h', 'longest pause'),
});

export const SCHEDULE = record({
  triggers: field(list(TRIGGER, { min: 0, max: TRIGGERS_MAX }), [], 'what starts a run'),
  retries: field(RETRIES, {}, 'how often a run that failed for what may pass is tried'),
  timeoutSeconds: field(orNothing(seconds('1s', '720h')), null, 'longest time of an attempt'),
  overlap: field(
    choice(['queue', 'skip']),
    'queue',
    'a run that is due while another is under way waits for it, or is left out',
  ),
});

/** The schedule of a document; null where there is none. Throws SPEC_INVALID with every problem. */
export function scheduleFrom(job: string, document: unknown): Static<typeof SCHEDULE> | null {
  if (document === null || document === undefined) return null;
  const refusal = (problems: readonly string[]) => specInvalid(job, problems);
  return decode(record({ schedule: SCHEDULE }), { schedule: document }, refusal).schedule;
}
