/** Parts made by hand, for tests. Pure. */

import { NO_ARM_COUNTS } from '../../recorded-window.ts';
import type { RecordingSpec } from '../../route.ts';
import type { ClosedWindow, CollectionNeeds } from '../../strategy-machine.ts';
import { LATENCY_BINS, type WindowPart } from '../../window-part.ts';

export const NEEDS: CollectionNeeds = {
  window: 1000,
  watermark: 500,
  control: 1,
  latency: true,
  slack: 1,
  outputs: true,
  labels: { maturity: 0 },
  metrics: [],
  segment: 'x-country',
};

export const recordingOf = (changes: Partial<RecordingSpec> = {}): RecordingSpec => ({
  rollout: 'ro_1',
  arms: ['candidate', 'stable'],
  stage: 0,
  window: 1000,
  origin: 10_000,
  first: 0,
  wantsSamples: false,
  slow: [{ name: 'p50', millis: 5 }],
  shifted: [{ name: 'high', kind: 'above', limit: 0.5 }],
  segment: 'x-country',
  wantsAnswers: false,
  ...changes,
});

/** A closed window of nothing, but for what is said. */
export const blankWindow = (changes: Partial<ClosedWindow> = {}): ClosedWindow => ({
  rollout: 'ro_1',
  window: 0,
  start: 0,
  stage: 0,
  shares: [0.5, 0.5],
  arms: [NO_ARM_COUNTS, NO_ARM_COUNTS],
  crossed: 0,
  sampling: 1,
  pairs: 0,
  paired: new Map(),
  copies: null,
  segments: new Map(),
  latency: [],
  outcomes: null,
  missingParts: 0,
  mirrored: 0,
  dropped: 0,
  ...changes,
});

/** One request; `unit` null: it is a unit of its own. */
export interface TestRequest {
  readonly unit: number | null;
  readonly arm: number;
  readonly flags: number;
  readonly segment: string;
}

export const testPart = (seen: readonly TestRequest[], changes: Partial<WindowPart> = {}): WindowPart => {
  const named = seen.filter(({ unit }) => unit !== null);
  const segments = ['', ...new Set(seen.map(({ segment }) => segment).filter((value) => value !== ''))];
  return {
    rollout: 'ro_1',
    generation: 1,
    window: 0,
    worker: 'w0',
    epoch: 1,
    seq: 0,
    isLast: true,
    units: {
      high: Uint32Array.from(named, ({ unit }) => unit! * 7),
      low: Uint32Array.from(named, ({ unit }) => unit!),
      arm: Uint8Array.from(named, ({ arm }) => arm),
      flags: Uint32Array.from(named, ({ flags }) => flags),
      segment: Uint8Array.from(named, ({ segment }) => segments.indexOf(segment)),
    },
    nameless: seen
      .filter(({ unit }) => unit === null)
      .map(({ arm, flags, segment }) => ({ arm, flags, segment: segments.indexOf(segment), count: 1 })),
    segments,
    samples: [],
    answers: [],
    latency: [new Uint32Array(LATENCY_BINS).fill(1, 0, 1), new Uint32Array(LATENCY_BINS)],
    shadow: { mirrored: 2, dropped: 1 },
    ...changes,
  };
};

export const request = (unit: number | null, arm: number, flags = 0, segment = ''): TestRequest => ({
  unit,
  arm,
  flags,
  segment,
});
