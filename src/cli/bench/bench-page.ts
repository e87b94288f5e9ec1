import type { BenchReport } from '../../load/report/bench-report.ts';
import {
  failedText,
  kneeText,
  p999Text,
  perSecondText,
  predictionRows,
  short,
} from '../../load/report/figures.ts';
import { bytesText } from '../../text/bytes.ts';
import { countText } from '../../text/count.ts';
import { numberText } from '../../text/numbers.ts';
import { printable } from '../output/printable.ts';
import { fittedTable, formatTable } from '../output/table.ts';
import { styled, terminalWidth } from '../output/terminal.ts';
import { latencyChart } from './latency-chart.ts';

/** A report for people who read a terminal. */
export function benchPage(report: BenchReport, html: string | null): string {
  const parts = [
    [styled('bold', printable(kneeText(report)))],
    ...(report.isGone
      ? [[styled('red', 'The server stopped answering on the way: this is what was measured until then')]]
      : []),
    sent(report),
    latencyChart(report),
    holds(report),
    told(
      'What limits',
      report.findings.flatMap(({ text, evidence }) => [text, ...evidence.map((one) => `  ${one}`)]),
    ),
    prediction(report),
    told('To be known', report.caveats),
    ...(html === null ? [] : [[`The report with its charts: ${printable(html)}`]]),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function sent({
  url,
  machine,
  sent: { rows, bytes, source },
  peak,
  version,
  seed,
}: BenchReport): readonly string[] {
  return [
    `  ${printable(url)}`,
    `  requests of ${countText(rows, 'row')} (${bytesText(bytes)}), ${printable(source)}`,
    `  ${printable(machine.cpu)}, ${countText(machine.cores, 'core')}, Node ${machine.node}, Plimsoll ${version}, seed ${seed}`,
    ...(peak === null
      ? []
      : [`  a closed loop of ${countText(peak.clients ?? 0, 'client')} gets ${perSecondText(peak.goodput)}`]),
  ];
}

function holds({ half, nineTenths }: BenchReport): readonly string[] {
  const points = [half, nineTenths].filter((point) => point !== null);
  if (points.length === 0) return [];
  const rows = points.map((point) => [
    ...[point.name, perSecondText(point.rate ?? 0), short(point.latency.p50), short(point.latency.p99.value)],
    ...[p999Text(point), numberText(point.latency.count), failedText(point)],
  ]);
  const head = ['', 'asked', 'p50 ms', 'p99 ms', 'p99.9 ms', 'answers', 'failed'];
  return [fittedTable([head, ...rows], terminalWidth(), ['answers', 'failed'])];
}

const told = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [styled('bold', title), ...lines.map((line) => `  ${printable(line)}`)];

function prediction(report: BenchReport): readonly string[] {
  const title = styled('bold', 'Prediction and measurement');
  if (report.prediction === null)
    return report.unpredicted === null ? [] : [title, `  ${printable(report.unpredicted)}`];
  const { source, limit } = report.prediction;
  return [
    title,
    formatTable([['', 'predicted', 'measured', 'off by'], ...predictionRows(report)]),
    `  from ${printable(source)}; used up first: ${printable(limit)}`,
  ];
}
