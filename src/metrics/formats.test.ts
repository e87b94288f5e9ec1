import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtoReader } from '../bytes/protobuf.ts';
import { DURATION_CELLS, durationCell, durationHistogram } from './duration-buckets.ts';
import { type MetricFamily, mergeFamilies } from './metric-family.ts';
import { metricsPage } from './metrics-page.ts';
import { parseText } from './parse-prometheus-text.ts';
import { protobufPage } from './prometheus-protobuf.ts';
import { boundText, openMetricsText, prometheusText } from './prometheus-text.ts';

const cells = new Float64Array(DURATION_CELLS);
for (const millis of [0.001, 1, 1, 3, 70_000]) cells[durationCell(millis)]!++;

const FAMILIES: readonly MetricFamily[] = [
  {
    name: 'x_total',
    type: 'counter',
    help: 'Of "x" \\ and\nmore.',
    points: [{ labels: { a: 'q"\\\n' }, value: 3 }],
  },
  {
    name: 'y',
    type: 'gauge',
    help: 'Y.',
    points: [
      { labels: {}, value: Number.NaN },
      { labels: { z: 1 }, value: -Infinity },
    ],
  },
  { name: 'old_count_of', type: 'counter', help: 'Without its suffix.', points: [{ labels: {}, value: 2 }] },
  {
    name: 't_seconds',
    type: 'histogram',
    help: 'T.',
    points: [{ labels: { s: 'a' }, histogram: durationHistogram(cells, 70.005) }],
  },
  {
    name: 'q_seconds',
    type: 'summary',
    help: 'Q.',
    points: [{ labels: {}, summary: { quantiles: [{ quantile: 0.5, value: 2 }], sum: 4, count: 2 } }],
  },
];

test('a page that was read is written as it was', () => {
  const text = prometheusText(FAMILIES);
  expect(prometheusText(parseText(text))).toBe(text);
});

test('labels of any text come back from a page', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (value) => {
      const page = prometheusText([
        { name: 'a', type: 'gauge', help: 'A.', points: [{ labels: { l: value }, value: 1 }] },
      ]);
      expect(parseText(page)[0]!.points).toMatchObject([{ labels: { l: value.toWellFormed() }, value: 1 }]);
    }),
    // Found once: ends of lines elsewhere.
    { examples: [['\r'], ['\u2028']] },
  );
});

test('lines that are none of the format are passed over', () => {
  expect(
    parseText('what is this\n{}\nx_total{a="b"} 1\nx_total{a=b} zwei drei vier\n# TYPE y nonsense\n'),
  ).toMatchObject([{ name: 'x_total', points: [{ labels: { a: 'b' }, value: 1 }] }]);
});

test('bounds are spelt as Go spells them', () => {
  expect([1, 65_536, 0.25, 2 ** -13, 2 ** -17, 1e21].map(boundText)).toEqual([
    '1.0',
    '65536.0',
    '0.25',
    '0.0001220703125',
    '7.62939453125e-06',
    '1e+21',
  ]);
});

test('promtool is content with the text', () => {
  const content = FAMILIES.filter(({ name }) => name !== 'old_count_of');
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: prometheusText(content),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('OpenMetrics names a counter without its suffix, and a counter that has none is of unknown type', () => {
  const text = openMetricsText(FAMILIES);
  expect(text).toContain('# TYPE x counter\n');
  expect(text).toContain('\nx_total{a="q\\"\\\\\\n"} 3\n');
  expect(text).toContain('# TYPE old_count_of unknown\n');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  expect(text).not.toContain('\n\n');
});

test('a long label is cut, and no page holds half a character', () => {
  const text = prometheusText([
    { name: 'a', type: 'gauge', help: 'A.', points: [{ labels: { l: '😀'.repeat(500) }, value: 1 }] },
  ]);
  expect(text.isWellFormed()).toBe(true);
  expect(text.length).toBeLessThan(300);
});

test('families of the same name are joined', () => {
  const [one] = [FAMILIES[1]!];
  expect(mergeFamilies([one, FAMILIES[0]!, one])).toMatchObject([
    { name: 'y', points: { length: 4 } },
    { name: 'x_total' },
  ]);
});

test('the reader of a page says in which format it wants it', () => {
  const typeFor = (accept?: string): string => metricsPage([], accept).type.split(';')[0]!;
  expect(typeFor()).toBe('text/plain');
  expect(typeFor('text/html, */*;q=0.8')).toBe('text/plain');
  // What Prometheus 2.42 sends, without and with native histograms.
  const texts =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  expect(typeFor(texts)).toBe('application/openmetrics-text');
  const protobuf =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
  expect(typeFor(`${protobuf},${texts.replaceAll(/q=0\.(\d)/g, 'q=0.0$1')}`)).toBe(
    'application/vnd.google.protobuf',
  );
  expect(typeFor('application/vnd.google.protobuf;encoding=text;q=1,text/plain;q=0.1')).toBe('text/plain');
  expect(typeFor('application/openmetrics-text;q=0,*/*;q=0.1')).toBe('text/plain');
});

test('the protobuf of a family has its length before it, and a native histogram its runs of buckets', () => {
  const page = protobufPage(FAMILIES);
  const names: string[] = [];
  const reader = new ProtoReader(Uint8Array.from([...withTags(page)]), 'page');
  while (reader.next()) names.push(new TextDecoder().decode(firstString(reader.bytes())));
  expect(names).toEqual(FAMILIES.map(({ name }) => name));
});

/** Makes of every length-prefixed message field 1 of one large message. */
function* withTags(page: Uint8Array): Generator<number> {
  for (let at = 0; at < page.length; ) {
    yield 0x0a;
    let [length, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      const byte = page[at++]!;
      yield byte;
      length |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    yield* page.subarray(at, at + length);
    at += length;
  }
}

function firstString(message: Uint8Array): Uint8Array {
  const reader = new ProtoReader(message, 'family');
  reader.next();
  return reader.bytes();
}
