/** What is wrong with monitoring itself. Pure. */

import { rfc3339 } from '../../core/utc.ts';
import type { AlertCondition } from '../alerts/alert.ts';
import { lastHour, type TrafficHistory } from './traffic-history.ts';

interface Of {
  readonly endpoint: string;
  readonly model: string;
}

/** Share of rows of an hour that were to be captured and were not: too much, and as good as none. */
const DROPPED_HIGH = 0.05;
const DROPPED_CALM = 0.01;

/** `since`: when it last looked; null: it looks. */
export function behindCondition({ endpoint, model }: Of, since: number | null, now: number): AlertCondition {
  const when = since === null ? '' : rfc3339(since).slice(0, 19).replace('T', ' ');
  const sentence =
    since === null
      ? 'The monitor looks again.'
      : `The monitor has not looked since ${when} UTC: nothing is watched.`;
  return {
    labels: { alertname: 'MonitorBehind', model, endpoint },
    severity: 'page',
    standing: since === null ? 'below' : 'beyond',
    since: since ?? now,
    told: {
      sentence,
      advice:
        'Look at the log of the server for why its monitoring process ends: a full disk or a database that does not answer is the usual reason.',
      value: since === null ? 0 : (now - since) / 1000,
      ...{ threshold: null, traffic: null, histogram: null, details: {} },
    },
  };
}

export function droppedCondition(
  { endpoint, model }: Of,
  traffic: TrafficHistory | null,
  now: number,
): AlertCondition {
  const { rows, dropped } = traffic === null ? { rows: 0, dropped: 0 } : lastHour(traffic, now);
  const share = rows === 0 ? 0 : dropped / rows;
  const percent = (share * 100).toFixed(1);
  return {
    labels: { alertname: 'SamplesDropped', model, endpoint },
    severity: 'ticket',
    standing:
      rows === 0 ? null : share > DROPPED_HIGH ? 'beyond' : share > DROPPED_CALM ? 'between' : 'below',
    since: now,
    told: {
      sentence: `${dropped} of ${rows} rows of the last hour (${percent} %) could not be captured: what is said of them rests on the others.`,
      advice:
        'Look whether the disk of the data folder is full or slow, and whether the monitoring process keeps up; a lower log.sample captures fewer.',
      ...{ value: share, threshold: DROPPED_HIGH, traffic: rows, histogram: null, details: {} },
    },
  };
}
