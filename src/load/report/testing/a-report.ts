import type { BenchReport, LoadPoint } from '../bench-report.ts';

/** A point of an open loop at a rate. */
export const aPoint = (rate: number, more: Partial<LoadPoint> = {}): LoadPoint => ({
  ...{
    name: 'sweep',
    rate,
    clients: null,
    seconds: 10,
    arrived: 10 * rate,
    ok: 10 * rate,
    inTime: 10 * rate,
  },
  ...{ goodput: rate, keepsUp: true, failed: {}, lateness: 0.3, stages: {} },
  latency: {
    ...{ count: 10 * rate, mean: 2, p50: 1.5, p90: 3, max: 30 },
    ...{ p99: { value: 8, low: 7.5, high: 8.6 }, p999: { value: 12, low: 10, high: 20 } },
  },
  ...{ server: 0.5, client: 0.2, others: 0.05, memory: 1e8 },
  ...more,
});

export const aReport = (more: Partial<BenchReport> = {}): BenchReport => ({
  ...{
    schema: 'plimsoll-bench/1',
    subject: 'churn.joblib',
    url: 'http://127.0.0.1:8080/models/churn/predict',
  },
  ...{ began: Date.UTC(2026, 0, 2, 3, 4, 5), seconds: 61, version: '0.1.0', seed: 1, limit: 50 },
  machine: { cpu: 'AMD EPYC', cores: 2, memory: 8e9, node: '24.1.0', system: 'Linux x64' },
  sent: { rows: 1, bytes: 54, bodies: 1, source: 'the example row of the model' },
  peak: aPoint(1000, { name: 'peak', rate: null, clients: 8, keepsUp: null, goodput: 1100 }),
  knee: { rate: 1000, beyond: 1040 },
  steps: [aPoint(100), aPoint(500), aPoint(1000), aPoint(1040, { keepsUp: false, inTime: 9000 })],
  half: aPoint(500, { name: 'half of the knee' }),
  nineTenths: aPoint(900, { name: 'nine tenths of the knee' }),
  ...{
    findings: [],
    prediction: null,
    unpredicted: null,
    caveats: ['Client and server shared this machine'],
  },
  isGone: false,
  ...more,
});
