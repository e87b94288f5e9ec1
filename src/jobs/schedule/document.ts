/** When a job runs by itself, as people write it under `schedule` in `plimsoll.yaml`. */

import { cronProblem } from '../../core/cron.ts';
import { isRecord } from '../../core/record.ts';
import {
  choice,
  duration,
  type Field,
  field,
  line,
  list,
  number,
  orNothing,
  type Rule,
  record,
} from '../../schema/grammar.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { jobName } from '../spec/document.ts';
import { specInvalid } from '../spec/invalid.ts';
import type { JobSchedule, JobTrigger, RetryPolicy } from './schedule.ts';

const URL_PATTERN = '^(?:\\$\\{\\w+\\}|[a-z+]+://(?:[^/@:]*(?::\\$\\{\\w+\\})?@)?[^@]{1,500})$';
/**
 * A password in a URL would be shown to whoever lists jobs; a variable of the environment is filled when it is used. What
 * is wrong with one is said without showing it.
 */
const URL_WITHOUT_SECRETS: Rule<string> = {
  schema: { type: 'string', pattern: URL_PATTERN },
  parse(value, path, problems) {
    if (typeof value === 'string' && new RegExp(URL_PATTERN).test(value)) return value;
    const found = typeof value === 'string' ? 'no URL, or one with a password in it' : 'missing';
    problems.push(`${path} is ${found}, wanted a URL whose password is a variable: user:\${PASSWORD}@host`);
    return '';
  },
};
const TRIGGERS_MAX = 20;

/** The fields of a trigger beside its kind. */
type Written<K extends JobTrigger['kind']> = Omit<Extract<JobTrigger, { kind: K }>, 'kind'>;
type Fields<T> = { readonly [P in keyof T]: Field<T[P]> };

const seconds = (min: string, max: string): Rule<number> => {
  const { schema, parse } = duration(min, max);
  return { schema, parse: (value, path, problems) => parse(value, path, problems) / 1000 };
};

const KINDS: { readonly [K in JobTrigger['kind']]: Fields<Written<K>> } = {
  cron: {
    cron: field(line, null, 'five fields, or six with seconds: "30 2 * * *"'),
    timeZone: field(line, 'UTC', 'IANA name of the zone whose time of day is meant'),
    misfire: field(
      choice(['once', 'all', 'none']),
      'once',
      'times that passed while no server ran: made up for by one run, by one each, or not',
    ),
  },
  files: {
    settleSeconds: field(seconds('0s', '1h'), '5s', 'how long a new file must not have changed'),
  },
  webhook: {},
  notify: {
    url: field(URL_WITHOUT_SECRETS, null, 'PostgreSQL to listen to'),
    channel: field(line, null, 'channel of NOTIFY'),
  },
  upstream: { job: field(jobName, null, 'job whose runs it follows') },
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
const KIND_NAMES = Object.keys(KINDS) as JobTrigger['kind'][];
const kind = choice(KIND_NAMES);

const ruleOf = (name: JobTrigger['kind']): Rule<object> =>
  record({ kind: field(choice([name]), null, 'what it is'), ...KINDS[name] } as Fields<object>, didYouMean);

const RULES = new Map(KIND_NAMES.map((name) => [name, ruleOf(name)]));

const trigger: Rule<JobTrigger> = {
  schema: { anyOf: [kind.schema, ...[...RULES.values()].map(({ schema }) => schema)] },
  parse(value, path, problems) {
    const name = kind.parse(isRecord(value) ? (value['kind'] ?? null) : value, `${path}.kind`, problems);
    // A kind that needs nothing else may stand by itself: `- webhook`.
    const parsed = RULES.get(name)?.parse(
      isRecord(value) ? value : { kind: value },
      path,
      problems,
    ) as JobTrigger;
    if (parsed?.kind === 'cron' && parsed.cron !== undefined && parsed.timeZone !== undefined) {
      const problem = cronProblem(parsed);
      if (problem !== null) problems.push(`${path}: ${problem}`);
    }
    return parsed;
  },
};

const retries = record<RetryPolicy>(
  {
    attempts: field(number({ min: 1, max: 100, step: 1 }), 3, 'attempts in all'),
    firstSeconds: field(
      seconds('0s', '24h'),
      '30s',
      'pause before the second one; doubled before each later one',
    ),
    longestSeconds: field(seconds('0s', '24h'), '1h', 'longest pause'),
  },
  didYouMean,
);

/** The rule of `schedule`. */
export const scheduleDocument: Rule<JobSchedule> = record<JobSchedule>(
  {
    triggers: field(list(trigger, { min: 0, max: TRIGGERS_MAX }), [], 'what starts a run'),
    retries: field(retries, {}, 'how often a run that failed for what may pass is tried'),
    timeoutSeconds: field(orNothing(seconds('1s', '720h')), null, 'longest time of an attempt'),
    overlap: field(
      choice(['queue', 'skip']),
      'queue',
      'a run that is due while another is under way waits for it, or is left out',
    ),
  },
  didYouMean,
);

/** The schedule of a document; null where there is none. Throws SPEC_INVALID with every problem. */
export function scheduleFrom(job: string, document: unknown): JobSchedule | null {
  if (document === null || document === undefined) return null;
  const problems: string[] = [];
  const schedule = scheduleDocument.parse(document, 'schedule', problems);
  if (problems.length === 0) return schedule;
  throw specInvalid(job, problems);
}
