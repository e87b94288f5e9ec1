/** Where river's detectors alarm on the streams of its own tests and documentation, and on recorded flights. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { NumpyRandom, pythonChoices } from '../testing/samples.ts';
import { AdwinDetector } from './adwin.ts';
import { DdmDetector } from './ddm.ts';
import { HddmA, HddmW } from './hddm.ts';
import { PageHinkley } from './page-hinkley.ts';
import type { SequentialDetector } from './sequential-detector.ts';

const alarms = (detector: SequentialDetector, values: readonly number[]): number[] =>
  values.flatMap((value, i) => (detector.update(value) ? [i] : []));

function wholeNumbers(): number[] {
  const random = new NumpyRandom(12_345);
  return [...random.choices(1000, 2), ...random.choices(1000, 8)];
}

function errors(): number[] {
  const random = new NumpyRandom(12_345);
  return Array.from({ length: 2000 }, (_, i) => random.binary(i < 1000 ? 0.2 : 0.8));
}

test('ADWIN on two and eight values, and on four stretches', () => {
  // Releases of 2022 answered [1055], older ones [1055, 1087, 1215]: their cuts skipped a bucket, or nothing was reset.
  expect(alarms(new AdwinDetector(), wholeNumbers())).toEqual([1023]);
  const choices = pythonChoices(42);
  const stretches = [1, 2].flatMap(() => [...choices([0, 1], 1000), ...choices([4, 5, 6, 7], 1000)]);
  expect(alarms(new AdwinDetector(), stretches)).toEqual([1023, 2015, 3007]);
  expect(alarms(new AdwinDetector(), new Array<number>(5000).fill(1))).toEqual([]);
});

test('Page and Hinkley on both sides', () => {
  // One-sided, as releases before 0.10 were: [1020, 1991].
  expect(alarms(new PageHinkley(), wholeNumbers())).toEqual([1020, 1397, 1548, 1988]);
});

test('DDM and HDDM on errors that become frequent', () => {
  expect(alarms(new DdmDetector(), errors())).toEqual([1049]);
  expect(alarms(new HddmA(), errors())).toEqual([1047]);
  expect(alarms(new HddmW(), errors())).toEqual([1018]);
  const choices = pythonChoices(42);
  // The documentation also has warnings, at 1084 and 1492: there are none here, nothing is done at them.
  expect(alarms(new DdmDetector(), [...choices([0, 1], 1000), ...choices([0, 1], 1000, [0.3, 0.7])])).toEqual(
    [1334],
  );
});

test('flights in the order of their dates: as many alarms as weeks, of weather and weekdays', () => {
  const path = join(import.meta.dirname, '../../../../fixtures/monitoring/vega/flights-20k.json.gz');
  const flights = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { date: string; delay: number }[];
  const delays = flights
    .toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    .map(({ delay }) => delay);
  const late = delays.map((delay) => (delay > 15 ? 1 : 0));
  expect(alarms(new AdwinDetector(), late)).toEqual([
    1247, 5023, 7551, 8799, 9887, 10_655, 11_615, 13_183, 16_319, 18_431, 19_583,
  ]);
  expect(alarms(new DdmDetector(), late)).toEqual([142, 10_027, 10_127, 10_291, 11_615, 11_844, 11_922]);
  expect(alarms(new PageHinkley(), late)).toEqual([
    1060, 4209, 6408, 7246, 8823, 9846, 10_663, 11_663, 13_013, 16_459, 17_720,
  ]);
});
