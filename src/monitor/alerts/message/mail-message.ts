/** A notice as a mail, in text and in HTML with its histograms drawn. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import type { AlertNotice, NoticeAlert } from '../alert-notice.ts';
import { escapeXml, histogramSvg } from './histogram-svg.ts';
import { alertLines, alertsShownInFull, noticeHeadline, noticeText } from './notice-text.ts';

const MAX_SUBJECT = 200;

export interface MailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export function mailMessage(notice: AlertNotice, externalUrl: string | null): MailMessage {
  const full = alertsShownInFull(notice);
  const brief = notice.alerts
    .slice(full.length)
    .map((alert) => `<li>${escapeXml(elementAt(alertLines(alert), 0))}</li>`);
  const more = notice.truncated > 0 ? `<p>and ${notice.truncated} more alerts</p>` : '';
  const link =
    externalUrl === null ? '' : `<p><a href="${escapeXml(externalUrl)}">${escapeXml(externalUrl)}</a></p>`;
  const headline = noticeHeadline(notice);
  return {
    subject: headline.slice(0, MAX_SUBJECT),
    text: noticeText(notice, externalUrl),
    html: [
      '<!doctype html><html><body style="font-family:sans-serif;max-width:640px">',
      `<h2 style="font-size:16px">${escapeXml(headline)}</h2>`,
      ...full.map(sectionOf),
      brief.length === 0 ? '' : `<ul>${brief.join('')}</ul>`,
      more,
      link,
      '</body></html>',
    ].join('\n'),
  };
}

function sectionOf(alert: NoticeAlert): string {
  const [title = '', ...lines] = alertLines(alert);
  const colour = alert.status === 'resolved' ? '#188038' : '#d93025';
  return [
    `<div style="border-left:4px solid ${colour};padding-left:12px;margin:16px 0">`,
    `<p><b>${escapeXml(title)}</b></p>`,
    ...lines.map((line) => `<p>${escapeXml(line)}</p>`),
    alert.told.histogram === null ? '' : histogramSvg(alert.told.histogram),
    '</div>',
  ].join('\n');
}
