/**
 * What is watched of an endpoint, and who is told. People write it in `plimsoll.yaml` below `monitors`, by endpoint, or give
 * it to `monitor set`; what they leave out has the default stated here, so that `{}` is a good policy. Durations are
 * milliseconds once read. docs/plimsoll.schema.json is generated from it. Pure.
 */

import type { Static } from 'typebox';
import { valueOfKey } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { decode } from '../../schema/read-value.ts';
import { duration, orFalse, orNothing, transformed } from '../../schema/transformed.ts';
import {
  choice,
  either,
  field,
  flag,
  list,
  number,
  record,
  tableOf,
  text,
  whole,
} from '../../schema/value-schema.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { RECEIVER } from './receivers.ts';

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

const COUNT = number({ min: 0, max: 1e6, above: true });
const PER_SPAN = record({
  count: field(COUNT, 1, 'how many'),
  span: field(duration('1h', FOREVER), '90d', 'within how long'),
});
const PER_QUARTER = transformed(COUNT, (count): Static<typeof PER_SPAN> => ({ count, span: QUARTER }));
/** A number a quarter, or a count in a span. */
const FALSE_ALARMS = either(PER_QUARTER, PER_SPAN);

const UNITS: Readonly<Record<string, number>> = { '': 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };
const SIZE_PATTERN = '^\\d+(?:\\.\\d+)?(?:kb|mb|gb|tb)?$';
/** Bytes; `2gb` in units of 1024. */
const SIZE = transformed(text(SIZE_PATTERN, 'a size such as "500mb" or "2gb"'), (written) => {
  const digits = Number.parseFloat(written);
  return Math.round(digits * valueOfKey(UNITS, written.replace(/^[\d.]+/, '')));
});

const LOG = record({
  sample: field(SHARE, 1, 'share of requests that is captured; 0 captures none'),
  maxRate: field(
    number({ min: 1, max: 1e6 }),
    1000,
    'rows a second that each process captures at most; more are thinned out evenly',
  ),
  keep: field(duration('1h', FOREVER), '30d', 'how long rows are kept'),
  /** Bytes of all segments of the endpoint. */
  maxBytes: field(SIZE, '2gb', 'how much of the disk the rows of the endpoint take at most'),
  redact: field(
    tableOf(COLUMN, choice(['drop', 'hash', 'bucket'])),
    {},
    'columns that are not kept as they are: left out, as a keyed hash, or as the bin of the reference',
  ),
});

const DRIFT = record({
  enabled: field(flag, true, 'whether drift is watched'),
  minimumPsi: field(number({ min: 0, max: 100 }), 0.05, 'least PSI, at its lower bound, that is drift'),
  minimumShare: field(
    SHARE,
    0.02,
    'least change of the share of nulls, or of unseen categories, that is drift',
  ),
  ignore: field(list(COLUMN, { min: 0, max: 10_000 }), [], 'columns that are not watched'),
  /** As far as the reference knows them. */
  season: field(choice(['none', 'week']), 'none', 'compare with the same hours of the week'),
  warmup: field(
    whole(100, 1e7),
    10_000,
    'rows of production that become the reference where a version has none',
  ),
  rollout: field(choice(['none', 'freeze', 'rollback']), 'freeze', 'what drift does to a rollout that runs'),
});

const QUALITY = record({
  enabled: field(flag, true, 'whether data quality is watched'),
  violations: field(
    SHARE,
    0.01,
    'share of rows beyond the reference, or of the wrong type, that is too much',
  ),
  frozenRows: field(whole(10, 1e9), 1000, 'rows with one and the same value after which a column is frozen'),
  duplicates: field(
    SHARE,
    0.05,
    'share of exact repetitions, beyond that of the reference, that is too much',
  ),
});

const ACCURACY = record({
  /** `accuracy`, `auc`, `f1`, `logloss`, `mae`, `rmse`, `r2`, `ndcg` …, or the name of a metric of feedback. */
  metric: field(
    orNothing(NAME),
    null,
    'what labels are turned into; by the kind of model where nothing is said',
  ),
  positive: field(orNothing(WORD), null, 'class that is positive, where there are two'),
  /**
   * Null: its only column that the model does not read, or the one of these named target, label or y; then estimates are made of
   * it and decay is not.
   */
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

const OPERATIONS = record({
  availability: field(number({ min: 0, max: 1 }), 0.999, 'share of requests that must be answered'),
  latency: field(
    orFalse(
      record({
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

const ALERTS = record({
  for: field(duration('0s', '30d'), '1m', 'how long a condition must hold before it fires'),
  /** How long it must be below the threshold for resolving. */
  resolveAfter: field(duration('0s', '30d'), '15m', 'how long it must be over before it is resolved'),
  coolDown: field(duration('0s', '30d'), '10m', 'how long nothing of drift fires after a deploy'),
  groupWait: field(duration('0s', '1d'), '30s', 'how long a first notice waits for others of its group'),
  groupInterval: field(duration('0s', '30d'), '5m', 'least time between two notices of a group'),
  repeat: field(duration('1m', '365d'), '4h', 'how often a notice is sent again while it fires'),
  routes: field(
    tableOf(choice(['page', 'ticket', 'info', 'default']), list(NAME, { min: 0, max: 50 })),
    {},
    'receivers by severity, and of all others under "default"; all receivers where nothing is said',
  ),
});

export type LogPolicy = Static<typeof LOG>;
export type DriftPolicy = Static<typeof DRIFT>;
export type AccuracyPolicy = Static<typeof ACCURACY>;
export type OperationsPolicy = Static<typeof OPERATIONS>;
export type AlertPolicy = Static<typeof ALERTS>;

/** The grammar; keys in the order in which people read them. */
export const MONITOR = record({
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
  receivers: field(tableOf(NAME, RECEIVER), {}, 'who is told, by a name of your choosing'),
});

export type MonitorPolicy = Static<typeof MONITOR>;

/** Schema of the table `monitors` of a `plimsoll.yaml`. */
export const MONITORS = tableOf(NAME, MONITOR);

/**
 * What is watched of an endpoint, of a document as people write it; nothing at all is every default. Throws MONITOR_INVALID,
 * naming every mistake with its path.
 */
export function parseMonitor(endpoint: string, document: unknown): MonitorPolicy {
  const refusal = (list: readonly string[]) =>
    new PlimsollError('MONITOR_INVALID', { endpoint, problems: list.join('; '), list });
  return decode(MONITOR, document ?? {}, refusal, checkRoutes);
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
