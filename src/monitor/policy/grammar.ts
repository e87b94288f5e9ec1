/**
 * The grammar of what is watched: what people leave out has the default stated here, so that `{}` is a good policy.
 * docs/plimsoll.schema.json is generated from it. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import {
  choice,
  duration,
  field,
  flag,
  list,
  number,
  orFalse,
  orNothing,
  type Rule,
  record as strictRecord,
  table,
  text,
} from '../../schema/grammar.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import type {
  AccuracyPolicy,
  AlertPolicy,
  DriftPolicy,
  LogPolicy,
  MonitorPolicy,
  OperationsPolicy,
  QualityPolicy,
  ReceiverPolicy,
} from './policy.ts';
import { RECEIVER } from './receivers.ts';

const record: typeof strictRecord = (fields) => strictRecord(fields, didYouMean);

const NAME = text(
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
  'letters, digits, ".", "_" or "-", at most 100, beginning with a letter or digit',
);
const COLUMN = text('^[^\\u0000-\\u001f]{1,200}$', 'the name of a column');
const WORD = text('^[^\\u0000-\\u001f]{1,200}$', 'a text of 1 to 200 characters');
const SHARE = number({ min: 0, max: 1 });
const FOREVER = '3650d';
/** A quarter: the span that people count alarms in. */
const QUARTER = 90 * 86_400_000;

/** What another rule says, made into something else; nothing is made of what has problems. */
const mapped = <A, B>(rule: Rule<A>, make: (value: A) => B): Rule<B> => ({
  schema: rule.schema,
  parse(value, path, problems) {
    const before = problems.length;
    const parsed = rule.parse(value, path, problems);
    return problems.length === before ? make(parsed) : (undefined as B);
  },
});

/** A table as an object whose keys are all its own. */
const object = <T>(names: Rule<string>, rule: Rule<T>): Rule<Readonly<Record<string, T>>> =>
  mapped(table(names, rule), (map) => Object.fromEntries(map));

type FalseAlarms = MonitorPolicy['falseAlarms'];
const COUNT = number({ min: 0, max: 1e6, above: true });
const PER_QUARTER = mapped(COUNT, (count): FalseAlarms => ({ count, span: QUARTER }));
const PER_SPAN = record<FalseAlarms>({
  count: field(COUNT, 1, 'how many'),
  span: field(duration('1h', FOREVER), '90d', 'within how long'),
});
/** A number a quarter, or a count in a span. */
const FALSE_ALARMS: Rule<FalseAlarms> = {
  schema: { anyOf: [PER_QUARTER.schema, PER_SPAN.schema] },
  parse: (value, path, problems) => (isRecord(value) ? PER_SPAN : PER_QUARTER).parse(value, path, problems),
};

const UNITS: Readonly<Record<string, number>> = { '': 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };
const SIZE_PATTERN = '^\\d+(?:\\.\\d+)?(?:kb|mb|gb|tb)?$';
/** Bytes; `2gb` in units of 1024. */
const SIZE = mapped(text(SIZE_PATTERN, 'a size such as "500mb" or "2gb"'), (written) => {
  const digits = Number.parseFloat(written);
  return Math.round(digits * UNITS[written.replace(/^[\d.]+/, '')]!);
});

const LOG = record<LogPolicy>({
  sample: field(SHARE, 1, 'share of requests that is captured; 0 captures none'),
  maxRate: field(
    number({ min: 1, max: 1e6 }),
    1000,
    'rows a second that each process captures at most; more are thinned out evenly',
  ),
  keep: field(duration('1h', FOREVER), '30d', 'how long rows are kept'),
  maxBytes: field(SIZE, '2gb', 'how much of the disk the rows of the endpoint take at most'),
  redact: field(
    object(COLUMN, choice(['drop', 'hash', 'bucket'])),
    {},
    'columns that are not kept as they are: left out, as a keyed hash, or as the bin of the reference',
  ),
});

const DRIFT = record<DriftPolicy>({
  enabled: field(flag, true, 'whether drift is watched'),
  minimumPsi: field(number({ min: 0, max: 100 }), 0.05, 'least PSI, at its lower bound, that is drift'),
  minimumShare: field(
    SHARE,
    0.02,
    'least change of the share of nulls, or of unseen categories, that is drift',
  ),
  ignore: field(list(COLUMN, { min: 0, max: 10_000 }), [], 'columns that are not watched'),
  season: field(choice(['none', 'week']), 'none', 'compare with the same hours of the week'),
  warmup: field(
    number({ min: 100, max: 1e7, step: 1 }),
    10_000,
    'rows of production that become the reference where a version has none',
  ),
  rollout: field(choice(['none', 'freeze', 'rollback']), 'freeze', 'what drift does to a rollout that runs'),
});

const QUALITY = record<QualityPolicy>({
  enabled: field(flag, true, 'whether data quality is watched'),
  violations: field(
    SHARE,
    0.01,
    'share of rows beyond the reference, or of the wrong type, that is too much',
  ),
  frozenRows: field(
    number({ min: 10, max: 1e9, step: 1 }),
    1000,
    'rows with one and the same value after which a column is frozen',
  ),
  duplicates: field(
    SHARE,
    0.05,
    'share of exact repetitions, beyond that of the reference, that is too much',
  ),
});

const ACCURACY = record<AccuracyPolicy>({
  metric: field(
    orNothing(NAME),
    null,
    'what labels are turned into; by the kind of model where nothing is said',
  ),
  positive: field(orNothing(WORD), null, 'class that is positive, where there are two'),
  target: field(
    orNothing(COLUMN),
    null,
    'column of the reference with the truth of rows that the model was not trained on',
  ),
  maturity: field(
    orNothing(duration('0s', FOREVER)),
    null,
    'after how long nearly all labels have come; learnt where nothing is said',
  ),
  cohort: field(duration('1m', '90d'), '1d', 'span of rows that are judged together'),
  minimumLoss: field(number({ min: 0, max: 1e9 }), 0.03, 'least loss of the metric that is an alert'),
  estimate: field(flag, true, 'say what the metric would be before labels are there'),
});

const OPERATIONS = record<OperationsPolicy>({
  availability: field(number({ min: 0, max: 1 }), 0.999, 'share of requests that must be answered'),
  latency: field(
    orFalse(
      record<NonNullable<OperationsPolicy['latency']>>({
        millis: field(number({ min: 0, max: 1e7, above: true }), 100, 'milliseconds'),
        share: field(SHARE, 0.99, 'share of requests that must be answered within them'),
      }),
    ),
    false,
    'time within which requests must be answered, or false',
  ),
  spike: field(
    number({ min: 1, max: 1000, above: true }),
    3,
    'how many times its own baseline is a latency spike',
  ),
  maxAge: field(orNothing(duration('1h', FOREVER)), null, 'age after which a version is stale'),
  silence: field(orNothing(duration('10s', FOREVER)), null, 'time without any request that is an alert'),
});

const ALERTS = record<AlertPolicy>({
  for: field(duration('0s', '30d'), '1m', 'how long a condition must hold before it fires'),
  resolveAfter: field(duration('0s', '30d'), '15m', 'how long it must be over before it is resolved'),
  coolDown: field(duration('0s', '30d'), '10m', 'how long nothing of drift fires after a deploy'),
  groupWait: field(duration('0s', '1d'), '30s', 'how long a first notice waits for others of its group'),
  groupInterval: field(duration('0s', '30d'), '5m', 'least time between two notices of a group'),
  repeat: field(duration('1m', '365d'), '4h', 'how often a notice is sent again while it fires'),
  routes: field(
    object(choice(['page', 'ticket', 'info', 'default']), list(NAME, { min: 0, max: 50 })),
    {},
    'receivers by severity, and of all others under "default"; all receivers where nothing is said',
  ),
});

/** The grammar; keys in the order in which people read them. */
export const MONITOR = record<MonitorPolicy>({
  falseAlarms: field(
    FALSE_ALARMS,
    1,
    'false alarms of drift that are accepted, of the whole model: a number a quarter, or {count, span}',
  ),
  log: field(LOG, {}, 'which requests are kept, for how long'),
  drift: field(DRIFT, {}, 'change of inputs and answers'),
  quality: field(QUALITY, {}, 'damage of inputs'),
  accuracy: field(ACCURACY, {}, 'how good the answers are'),
  operations: field(OPERATIONS, {}, 'whether it answers, and how fast'),
  alerts: field(ALERTS, {}, 'when people are told'),
  receivers: field(object<ReceiverPolicy>(NAME, RECEIVER), {}, 'who is told, by a name of your choosing'),
});

/** Schema of the table `monitors` of a `plimsoll.yaml`. */
export const monitorsSchema: Rule<unknown>['schema'] = {
  type: 'object',
  propertyNames: NAME.schema,
  additionalProperties: MONITOR.schema,
};

/**
 * What is watched of an endpoint, of a document as people write it; nothing at all is every default. Throws MONITOR_INVALID,
 * naming every mistake with its path.
 */
export function parseMonitor(endpoint: string, document: unknown): MonitorPolicy {
  const problems: string[] = [];
  const policy = MONITOR.parse(document ?? {}, '', problems);
  if (problems.length === 0) checkRoutes(policy, problems);
  if (problems.length === 0) return policy;
  throw new PlimsollError('MONITOR_INVALID', { endpoint, problems: problems.join('; '), list: problems });
}

export const DEFAULT_MONITOR: MonitorPolicy = parseMonitor('', {});

function checkRoutes({ alerts, receivers }: MonitorPolicy, problems: string[]): void {
  const known = Object.keys(receivers);
  for (const [severity, names] of Object.entries(alerts.routes))
    for (const name of names.filter((one) => !known.includes(one)))
      problems.push(
        `alerts.routes.${severity} names ${JSON.stringify(name)}, wanted one of the receivers ${known.join(', ') || '(there is none)'}${didYouMean(name, known)}`,
      );
}
