/** A report as one page that needs nothing else: no script, no request, light and dark. Pure. */
import { rfc3339 } from '../../core/utc.ts';
import { bytesText } from '../../text/bytes.ts';
import { countText } from '../../text/count.ts';
import { numberText } from '../../text/numbers.ts';
import type { BenchReport, LoadPoint } from './bench-report.ts';
import { escapeHtml } from './escape-html.ts';
import { failedText, kneeText, msText, p999Text, perSecondText, predictionRows, short } from './figures.ts';
import { lineSvg } from './line-svg.ts';

const STYLE = `
:root{color-scheme:light dark;--text:#1b1f24;--soft:#5c6670;--page:#fff;--card:#f6f7f9;--line:#d5dae0;--p50:#1769aa;--p99:#c2410c;--p999:#7c3aed;--ideal:#8a939c}
@media(prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#a2abb4;--page:#14171a;--card:#1d2125;--line:#3a4148;--p50:#6cb6ff;--p99:#ff9a62;--p999:#c4a1ff;--ideal:#7d868f}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);margin:0 auto;padding:24px;max-width:900px;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:32px 0 8px}p{margin:4px 0}.soft{color:var(--soft)}
.knee{font-size:1.1rem;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px;margin:16px 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:4px 10px;border-bottom:1px solid var(--line);white-space:nowrap}th:first-child,td:first-child{text-align:left}
th{color:var(--soft);font-weight:600}svg{width:100%;min-width:540px;height:auto;font:12px system-ui,sans-serif}li{margin:6px 0}
.axis{fill:var(--soft)}.grid{stroke:var(--line)}.mark{stroke:var(--soft);stroke-dasharray:4 4}
polyline{fill:none;stroke-width:2}polyline.p50{stroke:var(--p50)}polyline.p99{stroke:var(--p99)}polyline.p999{stroke:var(--p999)}polyline.ideal{stroke:var(--ideal)}
circle.p50{fill:var(--p50)}circle.p99{fill:var(--p99)}circle.p999{fill:var(--p999)}circle.ideal{fill:var(--ideal)}
@media print{body{max-width:none}}`;

/** Nothing is loaded, and nothing runs, whatever a name holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The whole document. */
export function htmlPage(report: BenchReport): string {
  const title = `What ${report.subject} can take`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${escapeHtml(circumstances(report))}</p>
<p class="knee">${escapeHtml(kneeText(report))}</p>
${report.isGone ? '<p><strong>The server stopped answering on the way: this is what was measured until then.</strong></p>' : ''}
${section('Latency against load', `${chart(latencyChart(report))}<p class="soft">Milliseconds from the moment a request was due to the end of its answer; the upright axis goes in powers of ten.</p>`)}
${section('Answers against requests', chart(throughputChart(report)))}
${section('Half and nine tenths of the knee', holdTable(report))}
${section('What limits', findingsList(report))}
${section('Prediction and measurement', prediction(report))}
${section('Every rate that was tried', stepsTable(report))}
${section('To be known', `<ul>${report.caveats.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`)}
${section('How it was measured', `<p>${escapeHtml(method(report))}</p>`)}
</main></body></html>
`;
}

const section = (title: string, html: string): string =>
  html === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>${html}</section>`;

function circumstances({ url, began, seconds, machine, version, seed }: BenchReport): string {
  const when = rfc3339(began);
  return `${url} · ${when}, ${Math.round(seconds)} s · ${machine.cpu}, ${countText(machine.cores, 'core')}, ${bytesText(machine.memory)} · ${machine.system}, Node ${machine.node} · Plimsoll ${version} · seed ${seed}`;
}

const openLoops = ({ steps, half, nineTenths }: BenchReport): readonly LoadPoint[] =>
  [...steps, half, nineTenths]
    .filter((point) => point !== null)
    .toSorted((a, b) => (a.rate ?? 0) - (b.rate ?? 0));

const kneeMark = ({ knee }: BenchReport) => (knee === null ? [] : [{ name: 'knee', at: knee.rate }]);

function latencyChart(report: BenchReport): string {
  const points = openLoops(report).filter(({ latency }) => latency.count > 0);
  const line = (name: string, style: string, y: (point: LoadPoint) => number) => ({
    ...{ name, style, points: points.map((point) => ({ x: point.rate ?? 0, y: y(point) })) },
  });
  return lineSvg({
    ...{ title: 'Latency against load', xName: 'requests a second', yName: 'ms', isLog: true },
    lines: [
      line('p50', 'p50', ({ latency }) => latency.p50),
      line('p99', 'p99', ({ latency }) => latency.p99.value),
    ],
    xMarks: kneeMark(report),
    yMarks: [{ name: 'limit', at: report.limit }],
  });
}

function throughputChart(report: BenchReport): string {
  const points = openLoops(report);
  const most = Math.max(...points.map(({ rate }) => rate ?? 0));
  return lineSvg({
    ...{ title: 'Answers against requests', xName: 'requests a second', yName: '' },
    lines: [
      {
        name: 'asked',
        style: 'ideal',
        points: [
          { x: 0, y: 0 },
          { x: most, y: most },
        ],
      },
      {
        ...{ name: 'answered 2xx', style: 'p50' },
        points: points.map(({ rate, goodput }) => ({ x: rate ?? 0, y: goodput })),
      },
      {
        ...{ name: 'in time', style: 'p99' },
        points: points.map(({ rate, inTime, seconds }) => ({ x: rate ?? 0, y: inTime / seconds })),
      },
    ],
    xMarks: kneeMark(report),
  });
}

const chart = (svg: string): string => (svg === '' ? '' : `<div class="scroll">${svg}</div>`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div>`;
}

const holdTable = ({ half, nineTenths }: BenchReport): string =>
  table(
    ['load', 'p50 ms', 'p99 ms', 'p99.9 ms (95 % interval)', 'answers', 'failed'],
    [half, nineTenths]
      .filter((point) => point !== null)
      .map((point) => [
        ...[`${point.name}: ${perSecondText(point.rate ?? 0)}`, short(point.latency.p50)],
        ...[short(point.latency.p99.value), p999Text(point), numberText(point.latency.count)],
        failedText(point),
      ]),
  );

const findingsList = ({ findings }: BenchReport): string =>
  findings.length === 0
    ? ''
    : `<ul>${findings
        .map(
          ({ text, evidence }) =>
            `<li>${escapeHtml(text)}<br><span class="soft">${evidence.map(escapeHtml).join('<br>')}</span></li>`,
        )
        .join('')}</ul>`;

function prediction(report: BenchReport): string {
  if (report.prediction === null)
    return report.unpredicted === null ? '' : `<p>${escapeHtml(report.unpredicted)}</p>`;
  const { source, limit } = report.prediction;
  const told = `The capacity model predicts from ${source}; it expects ${limit} to be used up first.`;
  return `${table(['', 'predicted', 'measured', 'off by'], predictionRows(report))}<p class="soft">${escapeHtml(told)}</p>`;
}

const stepsTable = ({ steps }: BenchReport): string =>
  table(
    ['asked', 'answered', 'in time', 'p50 ms', 'p99 ms', 'failed', 'server cores', 'client cores'],
    steps.map((point) => [
      ...[perSecondText(point.rate ?? 0), perSecondText(point.goodput)],
      `${short((100 * point.inTime) / Math.max(1, point.arrived))} %${point.keepsUp ? '' : ' ✗'}`,
      ...[short(point.latency.p50), short(point.latency.p99.value), failedText(point)],
      ...[point.server === null ? '–' : point.server.toFixed(2), point.client.toFixed(2)],
    ]),
  );

const method = ({ sent, limit, peak }: BenchReport): string =>
  [
    `Requests of ${countText(sent.rows, 'row')} (${bytesText(sent.bytes)}; ${countText(sent.bodies, 'body', 'bodies')} in turn, from ${sent.source}) came as a Poisson stream, whatever became of those before; latency counts from the moment that a request was due.`,
    `A rate is kept up with where 99 of 100 requests are answered 2xx within ${msText(limit)}; the knee is the highest such rate.`,
    ...(peak === null
      ? []
      : [
          `A closed loop of ${countText(peak.clients ?? 0, 'client')} got ${perSecondText(peak.goodput)} answers.`,
        ]),
  ].join(' ');
