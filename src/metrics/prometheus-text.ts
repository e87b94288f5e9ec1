/**
 * Metrics as text: the Prometheus format, version 0.0.4, and OpenMetrics 1.0. Both spell numbers the same way, which is the
 * way of Prometheus' protobuf reader, so that a series keeps its labels whatever format it was scraped in. Pure.
 */
import { elementAt } from '../core/element-at.ts';
import type {
  HistogramValue,
  MetricFamily,
  MetricLabels,
  MetricPoint,
  SummaryValue,
} from './metric-family.ts';

export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
export const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Longest value of a label, in characters: longer ones are cut, so that no name of a feature makes a page large. */
const LABEL_MAX = 200;

export const labelValue = (value: string | number): string => {
  const text = String(value).toWellFormed();
  return text.length <= LABEL_MAX ? text : `${text.slice(0, LABEL_MAX - 1).toWellFormed()}…`;
};

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
};

/** A bound as Go writes it: `1.0`, `0.25`, `6.103515625e-05`. */
export function boundText(bound: number): string {
  if (!Number.isFinite(bound)) return numberText(bound);
  if (Math.abs(bound) >= 1e-4 && Math.abs(bound) < 1e21) {
    const text = String(bound);
    return /[.e]/.test(text) ? text : `${text}.0`;
  }
  if (bound === 0) return '0.0';
  return bound.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}

function sampleLine(name: string, labels: MetricLabels, value: number): string {
  const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escaped(labelValue(label))}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${numberText(value)}\n`;
}

function histogramLines(name: string, labels: MetricLabels, { bounds, counts, sum }: HistogramValue): string {
  let total = 0;
  const buckets = [...bounds, Infinity].map((bound, k) => {
    total += elementAt(counts, k);
    return sampleLine(`${name}_bucket`, { ...labels, le: boundText(bound) }, total);
  });
  return `${buckets.join('')}${sampleLine(`${name}_sum`, labels, sum)}${sampleLine(`${name}_count`, labels, total)}`;
}

const summaryLines = (name: string, labels: MetricLabels, { quantiles, sum, count }: SummaryValue): string =>
  quantiles
    .map(({ quantile, value }) => sampleLine(name, { ...labels, quantile: boundText(quantile) }, value))
    .join('') +
  sampleLine(`${name}_sum`, labels, sum) +
  sampleLine(`${name}_count`, labels, count);

function pointLines(name: string, point: MetricPoint): string {
  if ('value' in point) return sampleLine(name, point.labels, point.value);
  if ('histogram' in point) return histogramLines(name, point.labels, point.histogram);
  return summaryLines(name, point.labels, point.summary);
}

const linesOf = ({ name, points }: MetricFamily): string =>
  points.map((point) => pointLines(name, point)).join('');

export const prometheusText = (families: readonly MetricFamily[]): string =>
  families
    .map(
      (family) =>
        `# HELP ${family.name} ${escapedHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n${linesOf(family)}`,
    )
    .join('\n');

/** A counter without `_total` has no place in OpenMetrics; as `unknown` it keeps its name. */
export const openMetricsText = (families: readonly MetricFamily[]): string => {
  const blocks = families.map((family) => {
    const isTotal = family.type === 'counter' && family.name.endsWith('_total');
    const name = isTotal ? family.name.slice(0, -'_total'.length) : family.name;
    const untyped = family.type === 'untyped' || (family.type === 'counter' && !isTotal);
    const type = untyped ? 'unknown' : family.type;
    return `# TYPE ${name} ${type}\n# HELP ${name} ${escaped(family.help)}\n${linesOf(family)}`;
  });
  return `${blocks.join('')}# EOF\n`;
};
