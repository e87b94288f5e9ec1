/** Closed windows as plain JSON, as they are stored for good, and as the recording that a decision reads. Pure. */
import type { ClosedWindow } from '../machine.ts';
import { LATENCY_BINS } from '../part.ts';
import {
  type ArmCounts,
  type Counts,
  count,
  fail,
  NOBODY,
  object,
  parseArm,
  parseCopies,
  parsePaired,
  type RecordedWindow,
  UNITS_MAX,
} from '../window.ts';

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

const countsJson = ({ units, failures, over, shifted, atRisk, labels }: Counts) => ({
  units,
  failures,
  over: Object.fromEntries(over),
  shifted: Object.fromEntries(shifted),
  atRisk: Object.fromEntries(atRisk),
  ...(labels === null ? {} : { labels }),
});

/** What `windowJson` gave. Throws WINDOW_INVALID with the field. */
export function parseClosed(value: unknown): ClosedWindow {
  const json = object(value, 'a closed window', 'the window');
  const where = `window ${JSON.stringify(json['window'])?.slice(0, 20)}`;
  const integer = (field: string, max = COUNT_MAX): number => count(json[field], where, field, max);
  const arms = list(json['arms'], where, 'arms', ARMS_MAX).map((arm, i) => parseArm(arm, where, `arms.${i}`));
  const pairs = integer('pairs', UNITS_MAX);
  return {
    rollout:
      typeof json['rollout'] === 'string'
        ? json['rollout']
        : fail(where, 'rollout', json['rollout'], 'a string'),
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
      list(bins, where, `latency.${i}`, LATENCY_BINS).map((n) => count(n, where, `latency.${i}`, COUNT_MAX)),
    ),
    outcomes: json['outcomes'] ?? null,
    missingParts: integer('missingParts'),
    mirrored: integer('mirrored'),
    dropped: integer('dropped'),
  };
}

function toShare(value: unknown, where: string, index: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return fail(where, `shares.${index}`, value, 'a share from 0 to 1');
}

function parseSegments(value: unknown, where: string, arms: number): ClosedWindow['segments'] {
  const entries = Object.entries(object(value, where, 'segments'));
  if (entries.length > SEGMENTS_MAX)
    fail(where, 'segments', `${entries.length} values`, `at most ${SEGMENTS_MAX}`);
  return new Map(
    entries.map(([name, counts]) => [
      name,
      list(counts, where, `segments.${name}`, arms).map((arm) => {
        const { units, failures } = object(arm, where, `segments.${name}`);
        const most = count(units, where, `segments.${name}.units`, UNITS_MAX);
        return { units: most, failures: count(failures, where, `segments.${name}.failures`, most) };
      }),
    ]),
  );
}

function list(value: unknown, where: string, field: string, max: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= max) return value;
  return fail(where, field, value, `a list of at most ${max}`);
}

/** The window as a decision between two versions reads it: arm 0 is the candidate, arm 1 is stable. */
export function toRecorded({ shares, arms, ...closed }: ClosedWindow): RecordedWindow {
  const [candidate = 0, stable = 0] = shares;
  const { rollout, window, start, stage, pairs, paired, copies } = closed;
  return {
    rollout,
    window,
    start,
    weight: candidate + stable > 0 ? candidate / (candidate + stable) : null,
    stage,
    candidate: arms[0] ?? NOBODY,
    stable: arms[1] ?? NOBODY,
    pairs,
    paired,
    copies,
  };
}
