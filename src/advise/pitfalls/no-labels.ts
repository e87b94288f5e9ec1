import { countText } from '../../text/count.ts';
import { durationText } from '../../text/duration.ts';
import { shellWord } from '../../text/shell.ts';
import type { EndpointEvidence, HourCount } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { DAY_MS, dayText, minuteText } from './times.ts';

/** Labels take their time: an endpoint that answers for less than a week is not asked for them. */
export const LABEL_GRACE = 7 * DAY_MS;
/** Feedback is often imported once a week: two of these may be missed. */
export const LABEL_SILENCE = 14 * DAY_MS;
/** Requests since, below which there is hardly anything to label. */
export const REQUESTS_WANTED = 100;
/** Traffic of so many days is traffic, and no trial. */
const DAYS_WANTED = 2;

/** Answers that nothing is known of: no label or value ever, or none for long while traffic goes on. Pure. */
export function noLabels(endpoint: EndpointEvidence, now: number): Pitfall | null {
  const { name, labelledAt, hours, monitor } = endpoint;
  const maturity = monitor?.labelMaturity ?? 0;
  const patience = (labelledAt === null ? LABEL_GRACE : LABEL_SILENCE) + maturity;
  const since = labelledAt ?? hours[0]?.at ?? now;
  if (now - since < patience) return null;
  const unlabelled = hours.filter(({ at }) => at >= since);
  const requests = unlabelled.reduce((sum, hour) => sum + hour.requests, 0);
  if (requests < REQUESTS_WANTED || daysOf(unlabelled) < DAYS_WANTED) return null;
  return {
    id: 'no-labels',
    subject: { kind: 'endpoint', name },
    what:
      labelledAt === null ? 'No label ever came for its answers' : 'Labels for its answers stopped coming',
    why: 'Nobody can tell whether its answers are right: accuracy is not known, and rollouts are decided by errors and latency alone',
    evidence: [
      labelledAt === null
        ? 'no label and no business value is kept for this endpoint'
        : `the last label or value came ${durationText(now - labelledAt)} ago, at ${minuteText(labelledAt)}`,
      `${countText(requests, 'request')} since ${dayText(since)}`,
    ],
    fix: `plimsoll feedback import LABELS.csv --endpoint ${shellWord(name)}`,
    guide: 'docs/accuracy.md',
  };
}

const daysOf = (hours: readonly HourCount[]): number => new Set(hours.map(({ at }) => dayText(at))).size;
