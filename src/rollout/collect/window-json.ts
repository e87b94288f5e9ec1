/** Closed windows as plain JSON, as they are stored for good, and as the recording that a decision reads. Pure. */

import {
  ARM_UNITS_MAX,
  type ArmCounts,
  failWindow,
  NO_ARM_COUNTS,
  parseArm,
  parseCopies,
  parsePaired,
  type RecordedWindow,
  requireCount,
  requireObject,
  type UnitCounts,
} from '../recorded-window.ts';
import type { ClosedWindow } from '../strategy-machine.ts';
import { LATENCY_BINS } from '../window-part.ts';

const ARMS_MAX = 254;
const SEGMENTS_MAX = 64;
const COUNT_MAX = Number.MAX_SAFE_INTEGER;

/** Maps become objects; everything else stays as it is. */
export const windowJson = (closed: ClosedWindow): Readonly<Record<string, unknown>> => ({
  ...closed,
  arms: closed.arms.map(armJson),
  paired: Object.fromEntries(closed.paired),
  segments: Object.fromEntries(closed.segments),
});

/** Maps become objects; what was not counted is left out. */
export const armJson = ({ newcomers, assigned, distinct, ...counts }: ArmCounts) => ({
  ...countsJson(counts),
  ...(newcomers === null ? {} : { newcomers: countsJson(newcomers) }),
  ...(assigned === null ? {} : { assigned }),
  ...(distinct === null ? {} : { distinct: { ...distinct, over: Object.fromEntries(distinct.over) } }),
});

const countsJson = ({ units, failures, over, shifted, atRisk, labels }: UnitCounts) => ({
  units,
  failures,
  over: Object.fromEntries(over),
  shifted: Object.fromEntries(shifted),
  atRisk: Object.fromEntries(atRisk),
  ...(labels === null ? {} : { labels }),
});

/** What `windowJson` gave. Throws WINDOW_INVALID with the field. */
export function parseWindowJson(value: unknown): ClosedWindow {
  const json = requireObject(value, 'a closed window', 'the window');
  const where = `window ${JSON.stringify(json['window'])?.slice(0, 20)}`;
  const integer = (field: string, max = COUNT_MAX): number => requireCount(json[field], where, field, max);
  const arms = list(json['arms'], where, 'arms', ARMS_MAX).map((arm, i) => parseArm(arm, where, `arms.${i}`));
  const pairs = integer('pairs', ARM_UNITS_MAX);
  return {
    rollout:
      typeof json['rollout'] === 'string'
        ? json['rollout']
        : failWindow(where, 'rollout', json['rollout'], 'a string'),
    window: integer('window'),
    start: integer('start'),
    stage: integer('stage', 1000),
    shares: list(json['shares'], where, 'shares', arms.length).map((share, i) => toShare(share, where, i)),
    arms,
    crossed: integer('crossed'),
    sampling: integer('sampling', 2 ** 31),
    pairs,
    paired: parsePaired(json['paired'], where, pairs),
    copies: parseCopies(json['copies'], where, pairs),
    segments: parseSegments(json['segments'], where, arms.length),
    latency: list(json['latency'], where, 'latency', arms.length).map((bins, i) =>
      list(bins, where, `latency.${i}`, LATENCY_BINS).map((n) =>
        requireCount(n, where, `latency.${i}`, COUNT_MAX),
      ),
    ),
    outcomes: json['outcomes'] ?? null,
    missingParts: integer('missingParts'),
    mirrored: integer('mirrored'),
    dropped: integer('dropped'),
  };
}

function toShare(value: unknown, where: string, index: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return failWindow(where, `shares.${index}`, value, 'a share from 0 to 1');
}

function parseSegments(value: unknown, where: string, arms: number): ClosedWindow['segments'] {
  const entries = Object.entries(requireObject(value, where, 'segments'));
  if (entries.length > SEGMENTS_MAX)
    failWindow(where, 'segments', `${entries.length} values`, `at most ${SEGMENTS_MAX}`);
  return new Map(
    entries.map(([name, counts]) => [
      name,
      list(counts, where, `segments.${name}`, arms).map((arm) => {
        const { units, failures } = requireObject(arm, where, `segments.${name}`);
        const most = requireCount(units, where, `segments.${name}.units`, ARM_UNITS_MAX);
        return { units: most, failures: requireCount(failures, where, `segments.${name}.failures`, most) };
      }),
    ]),
  );
}

function list(value: unknown, where: string, field: string, max: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= max) return value;
  return failWindow(where, field, value, `a list of at most ${max}`);
}

/** The window as a decision between two versions reads it: arm 0 is the candidate, arm 1 is stable. */
export function toRecordedWindow({ shares, arms, ...closed }: ClosedWindow): RecordedWindow {
  const [candidate = 0, stable = 0] = shares;
  const { rollout, window, start, stage, pairs, paired, copies } = closed;
  return {
    rollout,
    window,
    start,
    weight: candidate + stable > 0 ? candidate / (candidate + stable) : null,
    stage,
    candidate: arms[0] ?? NO_ARM_COUNTS,
    stable: arms[1] ?? NO_ARM_COUNTS,
    pairs,
    paired,
    copies,
  };
}
