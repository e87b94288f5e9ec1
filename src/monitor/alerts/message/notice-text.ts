/** What people read: a headline for all of a notice, and a few lines for each alert. Pure. */

import { elementAt, valueOfKey } from '../../../core/element-at.ts';
import { utcMinute } from '../../../core/utc.ts';
import { durationText } from '../../../text/duration.ts';
import { grouped } from '../../../text/numbers.ts';
import type { AlertNotice, NoticeAlert } from '../alert-notice.ts';
import { ALERT_RULES } from '../rule-families.ts';
import { barLines } from './histogram-bars.ts';

const MAX_TOP = 3;
/** Alerts that are written out in full; others are a line. */
const MAX_FULL = 5;
const MAX_LINES = 30;

/** One line: "[firing] churn at churn-eu: 14 of 30 features moved, top 3: age (0.31), fee (0.2), plan (0.12)". */
export function noticeHeadline(notice: AlertNotice): string {
  const firing = notice.alerts.filter(({ status }) => status === 'firing');
  const about = firing.length > 0 ? firing : notice.alerts;
  const where = `${notice.groupLabels.model} at ${notice.groupLabels.endpoint}`;
  if (notice.reason === 'test') return `[test] ${where}: this is a test, nothing is wrong`;
  const state = notice.status === 'firing' ? 'firing' : 'resolved';
  if (about.length === 1) return `[${state}] ${where}: ${oneLine(elementAt(about, 0).told.sentence)}`;
  return `[${state}] ${where}: ${summaryOf(about, notice)}`;
}

/** Alerts by rule, those of features with how many there are, and the three that are farthest beyond their threshold. */
function summaryOf(alerts: readonly NoticeAlert[], { features, truncated }: AlertNotice): string {
  const byRule = Map.groupBy(alerts, ({ labels }) => labels.alertname);
  const parts = [...byRule].map(([name, of]) => {
    if (of.length === 1) return oneLine(elementAt(of, 0).told.sentence);
    const many = Object.hasOwn(ALERT_RULES, name) ? valueOfKey(ALERT_RULES, name).many : `alerts of ${name}`;
    const counted =
      name === 'FeatureDrift' && features !== null ? `${of.length} of ${features}` : `${of.length}`;
    const top = of.slice(0, MAX_TOP).map(subjectOf);
    return `${counted} ${many}, top ${top.length}: ${top.join(', ')}`;
  });
  return parts.join('; ') + (truncated > 0 ? `; and ${truncated} more alerts` : '');
}

const subjectOf = ({ labels, told: { value } }: NoticeAlert): string => {
  const name = labels['feature'] ?? labels.alertname;
  return value === null ? name : `${name} (${significant(value)})`;
};

/** Three digits that say something. */
export const significant = (value: number): string => String(Number(value.toPrecision(3)));

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);

/** The lines of an alert: what moved, since when, the histograms, what to do. */
export function alertLines(alert: NoticeAlert): readonly string[] {
  const { told, labels } = alert;
  const since =
    alert.status === 'resolved'
      ? `Resolved ${utcMinute(alert.endsAt ?? alert.startsAt)}, after ${durationText((alert.endsAt ?? alert.startsAt) - alert.startsAt)}`
      : `Since ${utcMinute(alert.startsAt)}`;
  const traffic = told.traffic === null ? '' : `, ${grouped(told.traffic)} rows`;
  const flaps = alert.flaps > 1 ? `, ${alert.flaps} times in a day` : '';
  const facts = [`${since}${traffic}${flaps}`];
  if (!alert.known) facts.push('It cannot be evaluated at present: this is how it stood last');
  if (alert.acknowledgedBy !== null) facts.push(`Acknowledged by ${alert.acknowledgedBy}`);
  const details = Object.entries(told.details).map(([name, value]) => `${name}: ${value}`);
  return [
    `${mark(alert)} ${labels.alertname} (${alert.severity}): ${oneLine(told.sentence)}`,
    ...facts,
    ...details.map(oneLine),
    ...(alert.status === 'firing' ? [`To do: ${oneLine(told.advice)}`] : []),
  ];
}

const mark = ({ status, changed }: NoticeAlert): string =>
  status === 'resolved' ? '✓' : changed ? '●' : '○';

/** Everything in plain text. */
export function noticeText(notice: AlertNotice, link: string | null): string {
  const full = notice.alerts.slice(0, MAX_FULL).map((alert) => {
    const bars = alert.told.histogram === null ? [] : barLines(alert.told.histogram);
    return [...alertLines(alert), ...bars.map((line) => `  ${line}`)].join('\n');
  });
  const brief = notice.alerts.slice(MAX_FULL, MAX_LINES).map((alert) => elementAt(alertLines(alert), 0));
  const left = Math.max(notice.alerts.length - MAX_LINES, 0) + notice.truncated;
  const rest = left > 0 ? [`and ${left} more alerts`] : [];
  return [
    noticeHeadline(notice),
    ...full,
    ...(brief.length > 0 ? [brief.join('\n')] : []),
    ...rest,
    ...(link === null ? [] : [link]),
  ].join('\n\n');
}

/** The most important alerts of a notice, which are shown in full. */
export const alertsShownInFull = ({ alerts }: AlertNotice): readonly NoticeAlert[] =>
  alerts.slice(0, MAX_FULL);
