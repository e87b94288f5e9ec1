/** Counts of servers elsewhere as the part of a window that a worker would have sent. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import type { RecordingSpec, Route } from '../../rollout/route.ts';
import {
  type AnonymousRequests,
  FAILED_BIT,
  LATENCY_BINS,
  latencyBin,
  type MarkSample,
  slowBit,
  type WindowPart,
} from '../../rollout/window-part.ts';
import type { CounterDelta } from './counter-deltas.ts';

/** Names the life of who sends it, and its window. */
export type PartIdentity = Pick<WindowPart, 'worker' | 'epoch' | 'window'>;

/** Answers of stable that marks are frozen from; more make them no better. */
const SAMPLES = 500;
const NOBODY: CounterDelta = { ok: 0, failed: 0, latency: [] };

/**
 * The part of a window. Who asked is not known, so each request is a unit of its own. A request is slow beyond a mark where
 * its whole bucket is: both arms are counted alike, so a coarse bucket costs power and not validity.
 */
export function counterPart(
  name: PartIdentity,
  { generation, ranges }: Pick<Route, 'generation' | 'ranges'>,
  recording: RecordingSpec,
  counted: ReadonlyMap<number, CounterDelta>,
): WindowPart {
  const versions = recording.arms.map((_, arm) => ranges.find((range) => range.arm === arm)?.version);
  const arms = versions.map((version) => (version === undefined ? NOBODY : (counted.get(version) ?? NOBODY)));
  return {
    ...name,
    rollout: recording.rollout,
    generation,
    seq: 0,
    isLast: true,
    units: NO_UNITS,
    nameless: arms.flatMap((one, arm) => namelessOf(one, arm, recording)),
    segments: [],
    samples: recording.wantsSamples ? samplesOf(arms[recording.arms.indexOf('stable')] ?? NOBODY) : [],
    answers: [],
    latency: arms.map(binsOf),
    shadow: { mirrored: 0, dropped: 0 },
  };
}

const NO_UNITS = {
  high: new Uint32Array(),
  low: new Uint32Array(),
  arm: new Uint8Array(),
  flags: new Uint32Array(),
  segment: new Uint8Array(),
} as const;

function namelessOf(
  { ok, failed, latency }: CounterDelta,
  arm: number,
  { slow }: RecordingSpec,
): AnonymousRequests[] {
  const byFlags = new Map<number, number>([[FAILED_BIT, failed]]);
  let known = 0;
  for (const [i, { count }] of latency.entries()) {
    const above = i === 0 ? 0 : elementAt(latency, i - 1).bound * 1000;
    const flags = slow.reduce((bits, { millis }, mark) => (above >= millis ? bits | slowBit(mark) : bits), 0);
    // Every answered request is in one bucket; a scrape between two counters may have seen one of the two more.
    const counted = Math.min(count, ok - known);
    known += counted;
    byFlags.set(flags, (byFlags.get(flags) ?? 0) + counted);
  }
  byFlags.set(0, (byFlags.get(0) ?? 0) + ok - known);
  return [...byFlags].flatMap(([flags, count]) => (count > 0 ? [{ arm, flags, segment: 0, count }] : []));
}

/** Answers as they are spread over the buckets, each as slow as its bucket allows. */
function samplesOf({ latency }: CounterDelta): MarkSample[] {
  const finite = latency.filter(({ bound, count }) => count > 0 && Number.isFinite(bound));
  const total = finite.reduce((sum, { count }) => sum + count, 0);
  const share = Math.min(1, SAMPLES / Math.max(1, total));
  return finite.flatMap(({ bound, count }) =>
    Array.from({ length: Math.max(1, Math.round(share * count)) }, () => ({
      ...{ millis: 1000 * bound, score: null, label: null },
    })),
  );
}

function binsOf({ latency }: CounterDelta): Uint32Array {
  const bins = new Uint32Array(LATENCY_BINS);
  for (const { bound, count } of latency)
    addAt(bins, latencyBin(Number.isFinite(bound) ? 1000 * bound : 1e9), count);
  return bins;
}
