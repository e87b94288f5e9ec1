/** Labels and business values on their way in: checked one by one, units known by their hash alone, kept all or none. */
import { PlimsollError } from '../../core/errors.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import type { Endpoints, Feedback, FeedbackRow } from '../../store/store.ts';
import type { FeedbackItem } from '../port.ts';

const ITEMS_MAX = 10_000;
/** Bytes of a unit id: the recorder takes longer ones for no id at all. */
const UNIT_MAX = 4096;
const REQUEST_MAX = 256;
const LABEL_MAX = 1000;
/** A clock may be ahead by so much, and news be as old as that, in milliseconds. */
const AHEAD_MAX_MS = 5 * 60_000;
const AGE_MAX_MS = 400 * 86_400_000;
const VALUE_MAX = 1e15;
/** Mistakes that are told; the rest is counted. */
const TOLD_MAX = 20;

const METRIC = /^[a-z][a-zA-Z0-9_.-]{0,63}$/;
/** Known from requests themselves; `label` is the word for labels. */
const RESERVED = new Set(['label', 'accuracy', 'errors', 'latency', 'outputs', 'labels']);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

export interface FeedbackTables {
  readonly endpoints: Pick<Endpoints, 'get'>;
  readonly feedback: Pick<Feedback, 'insert'>;
}

/**
 * Keeps what was sent and answers how many items it was. `now` in milliseconds since the epoch. Throws FEEDBACK_INVALID,
 * which names every mistake by the index of its item; nothing is kept then.
 */
export async function acceptFeedback(
  { endpoints, feedback }: FeedbackTables,
  items: readonly FeedbackItem[],
  now: number,
): Promise<{ readonly accepted: number }> {
  if (!Array.isArray(items) || items.length > ITEMS_MAX)
    throw invalid([`the body is no list of at most ${ITEMS_MAX} items`]);
  const problems = items.flatMap((item, i) => problemsOf(item, now).map((problem) => `[${i}]${problem}`));
  if (problems.length > 0) throw invalid(problems);
  const unknown = await unknownEndpoints(endpoints, items);
  if (unknown.size > 0)
    throw invalid(
      [...unknown].map((name) => {
        const first = items.findIndex(({ endpoint }) => endpoint === name);
        return `[${first}].endpoint is ${shown(name)}, wanted one that there is`;
      }),
    );
  await feedback.insert(items.map((item) => toRow(item, now)));
  return { accepted: items.length };
}

function invalid(problems: readonly string[]): PlimsollError {
  const told = problems.slice(0, TOLD_MAX).join('; ');
  const more = problems.length > TOLD_MAX ? `; and ${problems.length - TOLD_MAX} more` : '';
  return new PlimsollError('FEEDBACK_INVALID', { problems: told + more, list: problems.slice(0, TOLD_MAX) });
}

async function unknownEndpoints(
  endpoints: FeedbackTables['endpoints'],
  items: readonly FeedbackItem[],
): Promise<ReadonlySet<string>> {
  const unknown = new Set<string>();
  for (const endpoint of new Set(items.map((item) => item.endpoint))) {
    if ((await endpoints.get(endpoint)) === null) unknown.add(endpoint);
  }
  return unknown;
}

type Check = (item: FeedbackItem, now: number) => string | null;

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= max && !value.includes('\0');

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 60);

const CHECKS: readonly Check[] = [
  ({ endpoint }) =>
    isText(endpoint, REQUEST_MAX) ? null : `.endpoint is ${shown(endpoint)}, wanted the name of an endpoint`,
  ({ requestId, unit }) =>
    (requestId === undefined) === (unit === undefined) ? ' wants either requestId or unit' : null,
  ({ label, metric }) =>
    (label === undefined) === (metric === undefined) ? ' wants either label or metric' : null,
  ({ requestId }) =>
    requestId === undefined || isText(requestId, REQUEST_MAX)
      ? null
      : `.requestId is ${shown(requestId)}, wanted a text of at most ${REQUEST_MAX} bytes`,
  ({ unit }) =>
    unit === undefined || isText(unit, UNIT_MAX)
      ? null
      : `.unit is ${shown(unit)}, wanted a text of at most ${UNIT_MAX} bytes`,
  ({ label }) =>
    label === undefined || isLabel(label)
      ? null
      : `.label is ${shown(label)}, wanted a finite number, true, false or a text of at most ${LABEL_MAX} bytes`,
  ({ metric }) =>
    metric === undefined || (typeof metric === 'string' && METRIC.test(metric) && !RESERVED.has(metric))
      ? null
      : `.metric is ${shown(metric)}, wanted a name such as "revenue"`,
  ({ metric, value }) =>
    (metric === undefined) === (value === undefined)
      ? null
      : '.value goes with metric, and metric with value',
  ({ value }) =>
    value === undefined || (Number.isFinite(value) && Math.abs(value) <= VALUE_MAX)
      ? null
      : `.value is ${shown(value)}, wanted a number of at most ${VALUE_MAX}`,
  ({ time }, now) => {
    if (time === undefined) return null;
    const at = typeof time === 'string' && TIME.test(time) ? Date.parse(time) : Number.NaN;
    return at <= now + AHEAD_MAX_MS && at >= now - AGE_MAX_MS
      ? null
      : `.time is ${shown(time)}, wanted ISO 8601 with a zone, within 400 days and not ahead of now`;
  },
];

const isLabel = (label: unknown): boolean =>
  typeof label === 'boolean' || Number.isFinite(label) || isText(label, LABEL_MAX);

function problemsOf(item: unknown, now: number): readonly string[] {
  if (typeof item !== 'object' || item === null) return [` is ${shown(item)}, wanted an object`];
  return CHECKS.flatMap((check) => check(item as FeedbackItem, now) ?? []);
}

const toRow = (item: FeedbackItem, now: number): FeedbackRow => ({
  endpoint: item.endpoint,
  requestId: item.requestId ?? null,
  unit: item.unit === undefined ? null : unitHash(item.unit),
  metric: item.metric ?? 'label',
  value: String(item.label ?? item.value),
  at: item.time === undefined ? now : Date.parse(item.time),
  receivedAt: now,
});
