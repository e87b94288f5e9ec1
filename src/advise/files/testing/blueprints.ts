/** Blueprints as tests need them: a plain one, and any that a case may come to. */
import type { Random } from '../../../core/ports.ts';
import { PLATFORMS } from '../../needs/needs.ts';
import { PATTERNS } from '../../needs/pattern.ts';
import type { Blueprint, BlueprintModel } from '../blueprint.ts';

export const CHURN_FILE: BlueprintModel = {
  ...{
    kind: 'file',
    name: 'churn',
    path: '../churn.joblib',
    flags: [],
    runtime: 'native',
    key: 'id',
    rows: [{ id: '1' }],
  },
};

export const blueprint = (more: Partial<Blueprint> = {}): Blueprint => ({
  pattern: 'real-time',
  platform: 'machine',
  name: 'churn',
  model: CHURN_FILE,
  traffic: { rate: 40, errorRate: 0.001, units: null },
  latency: { millis: 50, share: 0.99 },
  every: 86_400_000,
  database: 'sqlite',
  serving: { least: 2, most: 3, workers: 2, cores: 2, memory: 400e6, perReplica: 60, instance: null },
  batch: { lanes: 2, memory: 600e6, run: 60_000, machines: 1, instance: null },
  reasons: ['Somebody waits for each answer.'],
  ...more,
});

/** One that a case may come to: sizes and rates over the whole range, names with everything that they may hold. */
export function anyBlueprint(random: Random): Blueprint {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)]!;
  const power = (least: number, most: number): number => least * (most / least) ** random.next();
  const whole = (least: number, most: number): number => Math.round(power(least, most));
  const name = one(['churn', 'Fraud.v2', '9lives', 'a_b-c.d', `x${'y'.repeat(62)}`, 'T--x']);
  const runtime = one(['native', 'onnx', 'python'] as const);
  const shared = {
    name,
    runtime,
    key: 'id',
    rows: one([null, [{ id: '1', a: 2 }], [{ id: '1', a: [2, 3] }]]),
  };
  const least = whole(1, 2000);
  return {
    pattern: one(PATTERNS),
    platform: one(PLATFORMS),
    name,
    model: one<BlueprintModel>([
      {
        ...shared,
        kind: 'file',
        path: one(['../m.pkl', "/a b/it's $x.onnx"]),
        flags: one([[], ['--runtime', 'python', '--trust']]),
      },
      { ...shared, kind: 'version', version: whole(1, 1000), data: '../.plimsoll' },
    ]),
    traffic: {
      rate: power(1e-7, 1e5),
      errorRate: one([0, 0.001, 0.02, 0.3]),
      units: one([null, whole(1, 1e7)]),
    },
    latency: one([null, { millis: power(0.1, 1e6), share: one([0.5, 0.99, 0.999]) }]),
    every: power(1, 365 * 86_400_000),
    database: one(['postgres', 'sqlite', 'none']),
    serving: {
      ...{
        least,
        most: least + whole(1, 200) - 1,
        workers: whole(1, 64),
        cores: one([0.25, 0.5, 1, 2, 3.3, 16, 200]),
      },
      ...{ memory: power(1e6, 1e12), perReplica: power(1e-3, 1e5) },
      instance: one([null, 'ml.c5.large']),
    },
    batch: {
      ...{ lanes: whole(1, 64), memory: power(1e6, 1e11), run: power(1, 1e9), machines: whole(1, 400) },
      instance: one([null, 'ml.c5.large', 'ml.r5.16xlarge', 'ml.c5.xlarge']),
    },
    reasons: one([[], ['One reason.', 'Another: 3 of 4.']]),
  };
}
