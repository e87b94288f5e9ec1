/**
 * What has come of earlier windows by the time that a later one is closed. A window's labels and values are taken once,
 * when it has been closed for as long as they take to be complete; what arrives later is kept and not used. How far this
 * has come is in the log of the rollout, so that a restart neither repeats nor skips.
 */
import { elementAt } from '../../core/element-at.ts';
import {
  type LabelCoverage,
  type LabelRule,
  type MetricOutcomes,
  NOTHING_MATURED,
  parseMatured,
} from '../../rollout/experiment/outcomes.ts';
import type { CollectionNeeds, MetricNeed } from '../../rollout/strategy-machine.ts';
import type { RolloutRow, Store, Tables } from '../../store/store.ts';
import type { ClosingWindow, MaturedOf, MaturedValues } from '../rollouts/matured-values.ts';
import { rolloutEvents } from '../rollouts/rollout-events.ts';
import { addLabelCoverage, isWrong, type LabelledAnswer, labelCoverage, labelRule } from './labels.ts';
import { maturedOutcomes } from './outcomes.ts';

/** Windows that are taken at a time: a controller that was away catches up window by window. */
const TAKEN_MAX = 60;
/** Labelled answers that wait for the rule; were there ever more, the first ones have settled it. */
const WAITING_MAX = 100_000;

/** Windows of one rollout that wait for their labels and values. */
interface Ledger {
  readonly rollout: string;
  /** The last that was closed. */
  last: number;
  /** Closed windows in order, with the time at which they were closed, and how units were split. */
  readonly closed: { readonly window: number; readonly at: number; readonly split: string }[];
  /** First window whose labels have not been read, and what was read while the rule is not known. */
  readTo: number;
  waiting: readonly LabelledAnswer[];
  arrivals: readonly LabelCoverage[];
  rule: LabelRule | null;
  /** How units were split in the windows read last, and the first of these. */
  split: string;
  since: number;
  /** By metric: the first window whose values have not been taken. */
  readonly takenTo: Map<string, number>;
}

const NOTHING: MaturedValues = { labels: [], outcomes: null };

/** One ledger an endpoint, made from the log again where windows were closed by somebody else. */
export function maturedFrom({ tables }: Pick<Store, 'tables'>): MaturedOf {
  const ledgers = new Map<string, Ledger>();
  return async (row, needs, { window, shares }, now) => {
    if (needs.labels === null && needs.metrics.length === 0) return NOTHING;
    const known = ledgers.get(row.endpoint);
    const isCurrent = known?.rollout === row.id && known.last === window - 1;
    const ledger = isCurrent ? known : await fromLog(tables, row.id, window);
    ledgers.delete(row.endpoint);
    const matured = await take(tables, row, needs, ledger, now);
    ledger.last = window;
    ledger.closed.push({ window, at: now, split: splitOf(shares) });
    // Only now: after a failure half way, the next call begins from the log.
    ledgers.set(row.endpoint, ledger);
    return matured;
  };
}

/** The ledger before `window` is closed. */
async function fromLog(
  { rollouts }: Pick<Tables, 'rollouts'>,
  rollout: string,
  window: number,
): Promise<Ledger> {
  const ledger: Ledger = {
    ...{
      rollout,
      last: window - 1,
      closed: [],
      readTo: 0,
      waiting: [],
      arrivals: [],
      rule: null,
      split: '',
      since: 0,
    },
    takenTo: new Map(),
  };
  for await (const { kind, body, at } of rolloutEvents(rollouts, rollout)) {
    if (kind !== 'window') continue;
    const { window: index, shares, outcomes } = body as ClosingWindow & { readonly outcomes: unknown };
    if (index >= window) continue;
    ledger.closed.push({ window: index, at, split: splitOf(shares) });
    const { labelsTo, rule, cohorts } = parseMatured(outcomes);
    ledger.readTo = Math.max(ledger.readTo, labelsTo);
    ledger.rule ??= rule;
    for (const cohort of cohorts) ledger.takenTo.set(cohort.metric, cohort.window + 1);
  }
  return ledger;
}

async function take(
  tables: Tables,
  row: RolloutRow,
  needs: CollectionNeeds,
  ledger: Ledger,
  now: number,
): Promise<MaturedValues> {
  const labels = await takeLabels(tables, needs, ledger, now);
  const cohorts: CohortList = [];
  for (const metric of needs.metrics)
    cohorts.push(...(await takeValues(tables, row, needs, metric, ledger, now)));
  forget(needs, ledger);
  const isNothing = cohorts.length === 0 && labels.arrivals.length === 0;
  return {
    labels: needs.labels === null ? [] : labels.matured,
    outcomes: isNothing
      ? null
      : { ...NOTHING_MATURED, labelsTo: labels.to, rule: ledger.rule, arrivals: labels.arrivals, cohorts },
  };
}

type CohortList = MetricOutcomes[number][];

type Ripe = Ledger['closed'];

/** Windows from `from` on that are old enough at `now`, and not more than can be taken at once. */
function ripe({ closed }: Ledger, from: number, maturity: number, now: number): Ripe {
  const end = closed.findIndex(({ at }) => at + maturity > now);
  const old = closed.slice(0, end < 0 ? closed.length : end);
  return old.filter(({ window }) => window >= from).slice(0, TAKEN_MAX);
}

/** Those at the beginning that have one split: what is counted in one window must not mix weights (Simpson's paradox). */
function withOneSplit(windows: Ripe): Ripe {
  const end = windows.findIndex(({ split }) => split !== elementAt(windows, 0).split);
  return end < 0 ? windows : windows.slice(0, end);
}

/** What waits for a rule when the split changes helps to settle it, and is not counted. */
function follow(ledger: Ledger, [first]: Ripe): void {
  if (first === undefined || first.split === ledger.split) return;
  ledger.split = first.split;
  ledger.since = first.window;
  ledger.arrivals = [];
}

/** First window after them. */
const behind = (windows: Ripe, from: number): number => (windows.at(-1)?.window ?? from - 1) + 1;

const splitOf = (shares: readonly number[]): string => JSON.stringify(shares);

interface TakenLabels {
  readonly matured: MaturedValues['labels'];
  readonly arrivals: readonly LabelCoverage[];
  /** First window that has not been taken. */
  readonly to: number;
}

async function takeLabels(
  { feedback }: Tables,
  needs: CollectionNeeds,
  ledger: Ledger,
  now: number,
): Promise<TakenLabels> {
  const accuracy = needs.metrics.find(({ name }) => name === 'accuracy');
  const maturity = needs.labels?.maturity ?? accuracy?.maturity ?? null;
  const from = ledger.readTo;
  const windows = maturity === null ? [] : withOneSplit(ripe(ledger, from, maturity, now));
  const to = behind(windows, from);
  follow(ledger, windows);
  if (to > ledger.readTo) {
    const rows = await feedback.labelled(ledger.rollout, ledger.readTo, to);
    ledger.readTo = to;
    ledger.arrivals = addLabelCoverage(ledger.arrivals, labelCoverage(rows));
    ledger.waiting = [...ledger.waiting, ...rows.filter(isWorthWaiting(ledger))].slice(0, WAITING_MAX);
    ledger.rule ??= labelRule(ledger.waiting, needs.control);
  }
  const { rule, waiting, arrivals } = ledger;
  if (rule === null) return { matured: [], arrivals: [], to: 0 };
  [ledger.waiting, ledger.arrivals] = [[], []];
  const matured = waiting.flatMap((row) => {
    const failed = row.window < ledger.since ? null : isWrong(rule, row);
    return failed === null ? [] : [{ unit: row.unit, arm: row.arm, failed }];
  });
  return { matured, arrivals, to };
}

/** With a label; or, as long as the rule is not known, one of the answers that tell of what kind they are. */
const isWorthWaiting =
  ({ rule, waiting }: Ledger) =>
  ({ label }: LabelledAnswer, index: number): boolean =>
    label !== null || (rule === null && waiting.length + index < 100);

async function takeValues(
  { feedback }: Tables,
  row: RolloutRow,
  { segment }: CollectionNeeds,
  metric: MetricNeed,
  ledger: Ledger,
  now: number,
): Promise<MetricOutcomes> {
  // Whether an answer was right is known once the rule is.
  if (metric.name === 'accuracy' && ledger.rule === null) return [];
  const from = ledger.takenTo.get(metric.name) ?? 0;
  const to = behind(ripe(ledger, from, metric.maturity, now), from);
  if (to <= from) return [];
  const cohort = { rollout: row.id, endpoint: row.endpoint, from, to, bySegment: segment !== null };
  const outcomes = await maturedOutcomes(feedback, cohort, metric, ledger.rule);
  ledger.takenTo.set(metric.name, to);
  return outcomes;
}

/** Windows that nothing waits for any more. */
function forget({ labels, metrics }: CollectionNeeds, ledger: Ledger): void {
  const wanted = metrics.map(({ name }) => ledger.takenTo.get(name) ?? 0);
  if (labels !== null) wanted.push(ledger.readTo);
  const oldest = Math.min(...wanted);
  const kept = ledger.closed.findIndex(({ window }) => window >= oldest);
  ledger.closed.splice(0, kept < 0 ? ledger.closed.length : kept);
}
