import type { BenchReport } from '../../load/report/bench-report.ts';
import { msText, perSecondText } from '../../load/report/figures.ts';
import { curveChart } from '../output/curve-chart.ts';

/** Shorter latencies are as long as nothing. */
const LEAST_MILLIS = 0.01;

/** p50 and p99 against the rate, with the limit of the knee and the knee itself. */
export function latencyChart({ steps, half, nineTenths, knee, limit }: BenchReport): readonly string[] {
  const points = [...steps, half, nineTenths]
    .flatMap((point) => (point === null || point.rate === null ? [] : [{ ...point, rate: point.rate }]))
    .filter(({ latency }) => latency.count > 0)
    .toSorted((one, other) => one.rate - other.rate);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const drawn = (millis: number): number => Math.max(LEAST_MILLIS, millis);
  return curveChart({
    x: { label: 'requests a second', scale: 'linear', figure: perSecondText },
    y: { label: 'latency', scale: 'log', figure: msText },
    curves: [
      { name: 'p99', mark: '●', points: points.map(({ rate, latency }) => [rate, drawn(latency.p99.value)]) },
      { name: 'p50', mark: '○', points: points.map(({ rate, latency }) => [rate, drawn(latency.p50)]) },
      { name: 'limit', mark: '·', points: [first, last].map(({ rate }) => [rate, limit]) },
    ],
    lines: knee === null ? [] : [{ name: 'knee', mark: '┊', x: knee.rate }],
  });
}
