/** Two histograms beside each other, as a drawing for mail and pages. Pure. */
import type { AlertDetail } from '../alert.ts';
import { barPercent, histogramBars } from './histogram-bars.ts';

const ROW = 22;
const NAME_WIDTH = 120;
const BAR_WIDTH = 320;

export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"'\p{Cc}]/gu, (found) => ESCAPES[found] ?? ' ');
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\n': '\n',
};

/** Grey bars of the reference above coloured bars of now, with the shares in figures. */
export function histogramSvg(histogram: NonNullable<AlertDetail['histogram']>): string {
  const bars = histogramBars(histogram);
  const most = Math.max(...bars.map(({ reference, current }) => Math.max(reference, current)), 0);
  if (most === 0) return '';
  const rows = bars.map(({ bin, reference, current }, i) => {
    const y = 20 + i * ROW;
    const rect = (share: number, top: number, fill: string): string =>
      `<rect x="${NAME_WIDTH}" y="${top}" width="${((share / most) * BAR_WIDTH).toFixed(1)}" height="8" fill="${fill}"/>`;
    const name = `<text x="${NAME_WIDTH - 6}" y="${y + 12}" text-anchor="end">${escapeXml(bin)}</text>`;
    const figures = `<text x="${NAME_WIDTH + BAR_WIDTH + 6}" y="${y + 12}">${escapeXml(`${barPercent(reference)} → ${barPercent(current)} %`)}</text>`;
    return name + rect(reference, y, '#9aa0a6') + rect(current, y + 9, '#d93025') + figures;
  });
  const height = 24 + bars.length * ROW;
  const width = NAME_WIDTH + BAR_WIDTH + 110;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>Shares of the bins, in the reference and now</title>',
    `<text x="${NAME_WIDTH}" y="12" fill="#9aa0a6">reference</text><text x="${NAME_WIDTH + 70}" y="12" fill="#d93025">now</text>`,
    ...rows,
    '</svg>',
  ].join('');
}
