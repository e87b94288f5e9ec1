/** An alert in the words of Alertmanager: labels that are its identity, annotations that may change. Pure. */
import type { NoticeAlert } from '../alert-notice.ts';
import { barLines } from './histogram-bars.ts';
import { significant } from './notice-text.ts';

const MAX_DETAILS = 20;
const MAX_TEXT = 4000;

/** Its identity, and how grave it is. */
export const noticeLabels = ({ labels, severity }: NoticeAlert): Readonly<Record<string, string>> => ({
  ...labels,
  severity,
});

export function noticeAnnotations({
  told,
  known,
  flaps,
  acknowledgedBy,
}: NoticeAlert): Readonly<Record<string, string>> {
  const bars = told.histogram === null ? [] : barLines(told.histogram);
  const details = Object.entries(told.details)
    .filter(([name]) => /^[a-zA-Z_]\w*$/.test(name))
    .slice(0, MAX_DETAILS);
  const annotations: Readonly<Record<string, string>> = {
    ...Object.fromEntries(details),
    summary: told.sentence,
    description: bars.length === 0 ? told.sentence : `${told.sentence}\n\n${bars.join('\n')}`,
    advice: told.advice,
    ...(told.value === null ? {} : { value: significant(told.value) }),
    ...(told.threshold === null ? {} : { threshold: significant(told.threshold) }),
    ...(told.traffic === null ? {} : { traffic: String(told.traffic) }),
    ...(flaps > 1 ? { flaps: String(flaps) } : {}),
    ...(known ? {} : { evaluation: 'unknown' }),
    ...(acknowledgedBy === null ? {} : { acknowledged_by: acknowledgedBy }),
  };
  return Object.fromEntries(
    Object.entries(annotations).map(([name, text]) => [name, text.slice(0, MAX_TEXT)]),
  );
}
