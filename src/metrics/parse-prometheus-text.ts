/** Reads the Prometheus text format, version 0.0.4, as other parts of a server write it. Pure. */

import { elementAt } from '../core/element-at.ts';
import { isOneOf } from '../core/record.ts';
import type { MetricFamily, MetricLabels, MetricPoint, MetricType } from './metric-family.ts';

/** Only \n ends a line: labels may hold the other characters that end one elsewhere, so `.` is to stand for them, too. */
const HEAD = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) ?(.*)$/s;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/s;
const PAIR = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/gsy;
const TYPES: readonly MetricType[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
interface Draft {
  readonly name: string;
  type: MetricType;
  help: string;
  readonly samples: Sample[];
}

/** Lines that are none of the format are passed over: a page is not lost for one of them. */
export function parseText(text: string): readonly MetricFamily[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (name: string): Draft => {
    const known = drafts.get(name) ?? { name, type: 'untyped', help: '', samples: [] };
    drafts.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    const [, what, named = '', rest = ''] = HEAD.exec(line) ?? [];
    if (what === 'HELP') draftOf(named).help = rest.replaceAll(/\\([\\n])/g, unescaped);
    else if (what === 'TYPE' && isOneOf(TYPES, rest)) draftOf(named).type = rest;
    const sample = line.startsWith('#') ? null : sampleOf(line);
    if (sample) draftOf(familyOf(sample.name, drafts)).samples.push(sample);
  }
  return [...drafts.values()].map(familyFrom);
}

const unescaped = (_: string, letter: string): string => (letter === 'n' ? '\n' : letter);

function sampleOf(line: string): Sample | null {
  const [, name, pairs = '', number] = SAMPLE.exec(line) ?? [];
  if (name === undefined || number === undefined) return null;
  const labels = Object.fromEntries(
    [...pairs.matchAll(PAIR)].map(([, key = '', value = '']) => [
      key,
      value.replaceAll(/\\(["\\n])/g, unescaped),
    ]),
  );
  return { name, labels, value: numberOf(number) };
}

const numberOf = (text: string): number => Number(text.replace(/^([-+]?)Inf$/, '$1Infinity'));

/** `x_bucket` belongs to the family `x` where that is a histogram. */
function familyOf(name: string, drafts: ReadonlyMap<string, Draft>): string {
  const [, base] = /^(.*)_(?:bucket|sum|count)$/.exec(name) ?? [];
  if (base === undefined) return name;
  const type = drafts.get(base)?.type;
  return type === 'histogram' || type === 'summary' ? base : name;
}

function familyFrom({ name, type, help, samples }: Draft): MetricFamily {
  if (type !== 'histogram' && type !== 'summary') {
    return { name, type, help, points: samples.map(({ labels, value }) => ({ labels, value })) };
  }
  const series = Map.groupBy(samples, ({ labels }) => JSON.stringify(withoutBound(labels)));
  const points = [...series.values()].map(
    (group): MetricPoint => (type === 'histogram' ? histogramFrom(name, group) : summaryFrom(name, group)),
  );
  return { name, type, help, points };
}

const withoutBound = (labels: MetricLabels): MetricLabels => {
  const { le, quantile, ...rest } = labels;
  void [le, quantile];
  return rest;
};

const sampleValue = (samples: readonly Sample[], name: string): number =>
  samples.find((sample) => sample.name === name)?.value ?? 0;

function histogramFrom(name: string, samples: readonly Sample[]): MetricPoint {
  const buckets = samples
    .filter((sample) => sample.name === `${name}_bucket`)
    .map(({ labels, value }) => ({ bound: numberOf(labels['le'] ?? 'NaN'), value }))
    .toSorted((a, b) => a.bound - b.bound);
  const finite = buckets.filter(({ bound }) => Number.isFinite(bound));
  const totals = [...finite.map(({ value }) => value), sampleValue(samples, `${name}_count`)];
  return {
    labels: withoutBound(elementAt(samples, 0).labels),
    histogram: {
      bounds: finite.map(({ bound }) => bound),
      counts: totals.map((total, k) => total - (totals[k - 1] ?? 0)),
      sum: sampleValue(samples, `${name}_sum`),
    },
  };
}

function summaryFrom(name: string, samples: readonly Sample[]): MetricPoint {
  const quantiles = samples
    .filter((sample) => sample.name === name)
    .map(({ labels, value }) => ({ quantile: numberOf(labels['quantile'] ?? 'NaN'), value }));
  const [sum, count] = [sampleValue(samples, `${name}_sum`), sampleValue(samples, `${name}_count`)];
  return { labels: withoutBound(elementAt(samples, 0).labels), summary: { quantiles, sum, count } };
}
