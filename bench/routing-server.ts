/** The server of the routing benchmark: the endpoint `rest` and the endpoint `canary`, with the same two versions. */
import { serialize } from 'node:v8';
import type { LoadedVersion } from '../src/registry/version.ts';
import { BUCKETS } from '../src/rollout/canary-split.ts';
import { canaryRanges, type RecordingSpec, type Route, singleVersionRoute } from '../src/rollout/route.ts';
import { startServer } from '../src/server/start.ts';
import { DataPlane } from '../src/serving/data-plane.ts';
import { RolloutRecorder } from '../src/serving/recorder/rollout-recorder.ts';
import { columnNames } from './door-columns.ts';

/** An engine that takes no time, so that everything else is seen. */
function version(model: string, number: number): LoadedVersion {
  const classes = { type: 'string', values: ['no', 'yes'] } as const;
  const outputs = {
    predict: { dtype: 'string', shape: [1], data: ['yes'] },
    predict_proba: { dtype: 'float64', shape: [1, 2], data: Float64Array.of(0.25, 0.75) },
  } as const;
  const columns = columnNames(4).map((name) => ({ name, named: true, type: 'number', nullable: false }));
  const signature = { form: 'table', columns, outputs: [{ name: 'predict', shape: [-1] }], classes };
  return {
    model,
    version: number,
    bundle: '',
    manifest: { signature, rowMicros: 1 },
    engine: { id: 'native', infer: () => outputs, close: () => undefined },
  } as unknown as LoadedVersion;
}

const recording: RecordingSpec = {
  rollout: 'r1',
  arms: ['candidate', 'stable'],
  stage: 1,
  window: 60_000,
  origin: Date.now(),
  first: 0,
  wantsSamples: false,
  slow: ['p50', 'p95', 'p99'].map((name, k) => ({ name, millis: 1 + k })),
  shifted: [
    { name: 'low', kind: 'below', limit: 0.1 },
    { name: 'high', kind: 'above', limit: 0.9 },
  ],
  segment: null,
  wantsAnswers: false,
};

const canary: Route = {
  ...singleVersionRoute('canary', 'canary', 1, 1),
  ranges: canaryRanges(2, 1, BUCKETS / 2),
  seed: 17,
  recording,
};

const plane = new DataPlane();
plane.follow(
  [singleVersionRoute('rest', 'rest', 1, 1), canary],
  ['rest', 'canary'].flatMap((model) => [version(model, 1), version(model, 2)]),
);
const recorder = new RolloutRecorder({
  worker: 'w',
  epoch: 1,
  // What a channel between processes does with it.
  send: (part) => serialize(part),
  clock: { now: Date.now, monotonic: () => performance.now() },
});
const { url } = await startServer({ versions: [], plane, recorder, port: 0 });

let before = process.cpuUsage();
process.on('message', (message) => {
  const { user, system } = process.cpuUsage(before);
  if (message === 'start') before = process.cpuUsage();
  else process.send!({ micros: user + system });
});
process.send!({ port: Number(new URL(url).port) });
