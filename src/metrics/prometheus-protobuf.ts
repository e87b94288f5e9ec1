/**
 * Metrics in the protobuf format of Prometheus (`io.prometheus.client`, metrics.proto of prometheus/client_model), each
 * family behind its length. The only format that has native histograms. Pure.
 */

import { ProtoWriter } from '../bytes/protobuf-writer.ts';
import { elementAt } from '../core/element-at.ts';
import type {
  HistogramValue,
  MetricFamily,
  MetricPoint,
  MetricType,
  NativeBuckets,
  SummaryValue,
} from './metric-family.ts';
import { histogramCount } from './metric-family.ts';
import { labelValue } from './prometheus-text.ts';

export const PROTOBUF_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

const TYPES: Readonly<Record<MetricType, number>> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  untyped: 3,
  histogram: 4,
};
/** Field of a metric, by type. */
const VALUE_FIELDS = { counter: 3, gauge: 2, untyped: 5, summary: 4, histogram: 7 } as const;

export function protobufPage(families: readonly MetricFamily[]): Uint8Array {
  // A field of bytes is a length and what follows: the messages behind its tag are what the format wants.
  const pages = families.map((family) => {
    const writer = new ProtoWriter();
    writer.message(1, (message) => writeFamily(message, family));
    return writer.finish().subarray(1);
  });
  const page = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of pages) {
    page.set(part, at);
    at += part.length;
  }
  return page;
}

function writeFamily(message: ProtoWriter, { name, help, type, points }: MetricFamily): void {
  message.string(1, name);
  message.string(2, help);
  message.int(3, TYPES[type]);
  for (const point of points) message.message(4, (metric) => writePoint(metric, type, point));
}

function writePoint(metric: ProtoWriter, type: MetricType, point: MetricPoint): void {
  for (const [name, value] of Object.entries(point.labels)) {
    metric.message(1, (pair) => {
      pair.string(1, name);
      pair.string(2, labelValue(value));
    });
  }
  metric.message(VALUE_FIELDS[type], (body) => {
    if ('value' in point) body.double(1, point.value);
    else if ('histogram' in point) writeHistogram(body, point.histogram);
    else writeSummary(body, point.summary);
  });
}

function writeSummary(body: ProtoWriter, { quantiles, sum, count }: SummaryValue): void {
  body.int(1, count);
  body.double(2, sum);
  for (const { quantile, value } of quantiles) {
    body.message(3, (one) => {
      one.double(1, quantile);
      one.double(2, value);
    });
  }
}

function writeHistogram(body: ProtoWriter, histogram: HistogramValue): void {
  const { bounds, counts, sum, native } = histogram;
  body.int(1, histogramCount(histogram));
  body.double(2, sum);
  let total = 0;
  for (const [k, bound] of [...bounds, Infinity].entries()) {
    total += elementAt(counts, k);
    body.message(3, (bucket) => {
      bucket.int(1, total);
      bucket.double(2, bound);
    });
  }
  if (native) writeNative(body, native);
}

/** Runs of buckets that are not empty, as spans with gaps between them, and each count as its step from the last. */
function writeNative(
  body: ProtoWriter,
  { schema, zeroThreshold, zeroCount, first, counts }: NativeBuckets,
): void {
  body.int(5, zigzag(schema));
  body.double(6, zeroThreshold);
  body.int(7, zeroCount);
  const spans: { offset: number; length: number }[] = [];
  const deltas: number[] = [];
  let [next, before] = [0, 0];
  for (let k = 0; k < counts.length; k++) {
    const count = elementAt(counts, k);
    if (count === 0) continue;
    const index = first + k;
    const last = spans.at(-1);
    if (last && index === next) last.length++;
    else spans.push({ offset: index - next, length: 1 });
    deltas.push(zigzag(count - before));
    [next, before] = [index + 1, count];
  }
  for (const { offset, length } of spans) {
    body.message(12, (span) => {
      span.int(1, zigzag(offset));
      span.int(2, length);
    });
  }
  body.packedInts(13, deltas);
}

/** A signed integer as `sint32` and `sint64` have it. */
const zigzag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1);
