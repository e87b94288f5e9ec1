/** A notice as a mail, in text and in HTML with its histograms drawn. Pure. */
import type { Notice, NoticeAlert } from '../notice.ts';
import { headlineOf, linesOf, shownInFull, textOf } from './message.ts';
import { escapeXml, histogramSvg } from './svg.ts';

const MAX_SUBJECT = 200;

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export function mailOf(notice: Notice, externalUrl: string | null): Mail {
  const full = shownInFull(notice);
  const brief = notice.alerts.slice(full.length).map((alert) => `<li>${escapeXml(linesOf(alert)[0]!)}</li>`);
  const more = notice.truncated > 0 ? `<p>and ${notice.truncated} more alerts</p>` : '';
  const link =
    externalUrl === null ? '' : `<p><a href="${escapeXml(externalUrl)}">${escapeXml(externalUrl)}</a></p>`;
  const headline = headlineOf(notice);
  return {
    subject: headline.slice(0, MAX_SUBJECT),
    text: textOf(notice, externalUrl),
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
  const [title, ...lines] = linesOf(alert);
  const colour = alert.status === 'resolved' ? '#188038' : '#d93025';
  return [
    `<div style="border-left:4px solid ${colour};padding-left:12px;margin:16px 0">`,
    `<p><b>${escapeXml(title!)}</b></p>`,
    ...lines.map((line) => `<p>${escapeXml(line)}</p>`),
    alert.told.histogram === null ? '' : histogramSvg(alert.told.histogram),
    '</div>',
  ].join('\n');
}
