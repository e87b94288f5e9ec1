import { expect } from 'vitest';
import { canaryRanges, type RecordingSpec, type Route, singleVersionRoute } from '../../src/rollout/route.ts';
import { PAIR_ARM, type WindowPart } from '../../src/rollout/window-part.ts';
import type { ServerOptions } from '../../src/server/start.ts';
import { DataPlane } from '../../src/serving/data-plane.ts';
import { RolloutRecorder } from '../../src/serving/recorder/rollout-recorder.ts';
import { call } from './client.ts';
import { fakeVersion } from './fake-models.ts';
import { ROWS, serve } from './serve.ts';

const RECORDING: RecordingSpec = {
  rollout: 'r1',
  arms: ['candidate', 'stable'],
  stage: 0,
  window: 3_600_000,
  origin: Date.now(),
  first: 0,
  wantsSamples: false,
  slow: [],
  shifted: [{ name: 'high', kind: 'above', limit: 5 }],
  segment: null,
  wantsAnswers: false,
};

/** Version 2 of `m` at a weight in buckets against version 1, everything recorded. */
export const canary = (weight: number, more: Partial<Route> = {}): Route => ({
  ...singleVersionRoute('m', 'm', 1, 1),
  ranges: canaryRanges(2, 1, weight),
  seed: 99,
  recording: RECORDING,
  ...more,
});

/** A server whose model `m` has versions 1 and 2 that behave as said. */
export async function serving(
  route: Route,
  candidate = 'quick',
  options: Partial<ServerOptions> = {},
  stable = 'quick',
) {
  const versions = [fakeVersion(stable, 'm', 1), fakeVersion(candidate, 'm', 2)];
  const plane = new DataPlane();
  plane.follow([route], versions);
  const parts: WindowPart[] = [];
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const recorder = new RolloutRecorder({ worker: 'w', epoch: 1, send: (part) => parts.push(part), clock });
  const url = await serve({ plane, recorder, ...options });
  /** Requests noted so far by arm and flags, and units by arm. */
  const noted = () => {
    recorder.flush();
    const counts: Record<string, number> = {};
    const add = (arm: number, flags: number, count: number): void => {
      const key = `${arm === PAIR_ARM ? 'pair' : arm} ${flags}`;
      counts[key] = (counts[key] ?? 0) + count;
    };
    for (const { nameless } of parts) for (const one of nameless) add(one.arm, one.flags, one.count);
    return counts;
  };
  const versionFor = async (headers: Record<string, string>, body: unknown = ROWS) => {
    const reply = await call(`${url}/models/m/predict`, { body, headers });
    expect(reply.json).toMatchObject({
      predictions: [3, 7],
      version: Number(reply.headers['x-model-version']),
    });
    return reply.json.version as number;
  };
  return { url, plane, versions, parts, recorder, noted, versionFor };
}
