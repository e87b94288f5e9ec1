/**
 * The level of the guards on what the collector counts: identical versions, users of one to a thousand requests, some of
 * whom fail or wait again and again. Windows of a minute at 5, 25 and 50 %, α = 1 %.
 */
import { describe, expect, test } from 'vitest';
import type { Random } from '../../core/ports.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { normalCdf, normalQuantile } from '../../statistics/normal.ts';
import { BUCKETS } from '../canary-split.ts';
import { addEvidence, NO_ROLLOUT_EVIDENCE, type RolloutEvidence } from '../evidence/evidence.ts';
import { parsePolicy } from '../policy/policy.ts';
import type { RecordedWindow } from '../recorded-window.ts';
import { poisson } from '../simulate/draw.ts';
import { NEEDS, recordingOf, type TestRequest, testPart } from './testing/parts.ts';
import { WindowCollector } from './window-collector.ts';
import { toRecordedWindow } from './window-json.ts';

const POLICY = parsePolicy({
  stages: [
    { weight: 5, bake: '20m' },
    { weight: 25, bake: '20m' },
    { weight: 50, bake: '20m' },
    { weight: 100 },
  ],
  guards: { errors: { alpha: 0.01 }, latency: { alpha: 0.01 }, outputs: false },
});
const WEIGHTS = [0.05, 0.25, 0.5];
const STAGE = 20;
const WINDOWS = WEIGHTS.length * STAGE;
const USERS = 200;
const MARKS = [0.5, 0.95, 0.99];
const SLOW = MARKS.map((quantile) => ({ name: `p${100 * quantile}`, millis: quantile }));
/** Spread of log latency between users, and between requests of one user. */
const BETWEEN = 1;
const WITHIN = 0.3;
const LIMITS = MARKS.map((quantile) => normalQuantile(quantile) * Math.hypot(BETWEEN, WITHIN));

interface User {
  readonly bucket: number;
  /** Requests a window. */
  readonly rate: number;
  readonly failing: number;
  /** Chance of each mark, a request. */
  readonly slow: readonly number[];
}

const FAILING = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.01, 0.02, 0.1, 0.5];

function userOf(random: Random): User {
  const slowness = BETWEEN * normalQuantile(random.next() || 0.5);
  return {
    bucket: randomIndex(random, BUCKETS),
    rate: 1000 ** random.next() / WINDOWS,
    failing: FAILING[randomIndex(random, FAILING.length)]!,
    slow: LIMITS.map((limit) => 1 - normalCdf((limit - slowness) / WITHIN)),
  };
}

/** How a rollout departs from what the collector does, and the candidate from stable. */
interface Departure {
  /** Each window is counted as though it were the first. */
  readonly forgets?: boolean;
  /** Newcomers are not kept apart. */
  readonly pools?: boolean;
  /** Share of the candidate's requests that fail beside those that would anyway. */
  readonly harm?: number;
}

/** What a user shows in a window with so many requests. */
function flagsOf({ failing, slow }: User, requests: number, harm: number, random: Random): number {
  const failed = random.next() > ((1 - failing) * (1 - harm)) ** requests ? 1 : 0;
  const slowest = random.next();
  return slow.reduce((bits, chance, i) => bits | (slowest > (1 - chance) ** requests ? 2 << i : 0), failed);
}

function windowOf(users: readonly User[], weight: number, harm: number, random: Random): TestRequest[] {
  return users.flatMap((user, unit) => {
    const requests = poisson(user.rate, random);
    const arm = user.bucket < weight * BUCKETS ? 0 : 1;
    const flags = flagsOf(user, requests, arm === 0 ? harm : 0, random);
    return requests === 0 ? [] : [{ unit, arm, flags, segment: '' }];
  });
}

const recording = recordingOf({ slow: SLOW, shifted: [], segment: null });

/** A rollout to its end, whatever is found. */
function rollout(random: Random, { forgets = false, pools = false, harm = 0 }: Departure): RolloutEvidence {
  const users = Array.from({ length: USERS }, () => userOf(random));
  let collector = new WindowCollector(NEEDS, 'ro_1');
  let evidence = NO_ROLLOUT_EVIDENCE;
  for (let window = 0; window < WINDOWS; window++) {
    const stage = Math.floor(window / STAGE);
    const weight = WEIGHTS[stage]!;
    const generation = forgets ? window + 1 : stage + 1;
    if (forgets) collector = new WindowCollector(NEEDS, 'ro_1');
    const first = forgets ? window : stage * STAGE;
    collector.follow(generation, { ...recording, stage, first, origin: first * 1000 }, [weight, 1 - weight]);
    collector.take(testPart(windowOf(users, weight, harm, random), { window, generation }), 0);
    const closed = toRecordedWindow(collector.close(window).closed);
    evidence = addEvidence(evidence, pools ? pooled(closed) : closed, POLICY);
  }
  return evidence;
}

const pooled = (window: RecordedWindow): RecordedWindow => ({
  ...window,
  candidate: { ...window.candidate, newcomers: null },
  stable: { ...window.stable, newcomers: null },
});

/** How many rollouts each guard ends. */
function rolledBack(runs: number, departure: Departure, seed: number) {
  const random = seededRandom(seed);
  const found = { errors: 0, latency: 0 };
  for (let run = 0; run < runs; run++) {
    const { guards } = rollout(random, departure);
    if (guards.errors.maxLog! >= Math.log(100)) found.errors++;
    if (guards.latency.maxLog! >= Math.log(100)) found.latency++;
  }
  console.log(`${JSON.stringify(departure)}: ${JSON.stringify(found)} of ${runs}`);
  return found;
}

describe('identical versions, users of 1 to 1000 requests who fail and wait persistently', () => {
  test('are rolled back in at most 130 of 10,000 runs, by errors and by latency', {
    timeout: 1_800_000,
  }, () => {
    const { errors, latency } = rolledBack(10_000, {}, 20_260_101);
    expect(errors).toBeLessThanOrEqual(130);
    expect(latency).toBeLessThanOrEqual(130);
  });

  test('are rolled back in a fifth of runs or more where units are counted anew in each window', () => {
    const { errors, latency } = rolledBack(500, { forgets: true }, 7);
    expect(errors).toBeGreaterThan(100);
    expect(latency).toBeGreaterThan(100);
  });

  test('are rolled back by latency more often than promised where newcomers are not kept apart', () => {
    const { errors, latency } = rolledBack(2000, { pools: true }, 8);
    // Most units are slower than the median once; few ever fail, and hardly anything feeds on itself.
    expect(errors).toBeLessThanOrEqual(26);
    expect(latency).toBeGreaterThan(30);
  });
});

test('a candidate that fails one request in fifty more is found among such users, too', () => {
  const { errors, latency } = rolledBack(300, { harm: 0.02 }, 9);
  expect(errors).toBeGreaterThan(150);
  expect(latency).toBeLessThanOrEqual(8);
});
