import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { BUCKETS, canaryArm, unitBucket } from '../rollout/canary-split.ts';
import { canaryRanges, type Route, type RouteRange, singleVersionRoute } from '../rollout/route.ts';
import { RouteAssigner } from './route-assigner.ts';

const NEVER = {
  next: () => {
    throw new Error('nothing here is random');
  },
};

const canary = (weight: number, more: Partial<Route> = {}): Route => ({
  ...singleVersionRoute('e', 'm', 1, 1),
  ranges: canaryRanges(2, 1, weight),
  seed: 12345,
  ...more,
});

const roleOf = (assignment: RouteAssigner, unit: string): string =>
  assignment.choices[assignment.byHeaders({ 'x-unit-id': unit })!.choice]!.role!;

interface Cases {
  readonly weights: readonly number[];
  readonly cases: readonly {
    readonly seed: number;
    readonly unit: string;
    readonly bucket: number;
    readonly arms: readonly string[];
  }[];
}

const fixture = new URL('../../fixtures/assignment/cases.json', import.meta.url);
const { weights, cases } = JSON.parse(readFileSync(fixture, 'utf8')) as Cases;

test('units have the buckets and arms that an implementation in another language gives them', () => {
  expect(cases.length).toBeGreaterThan(500);
  for (const { seed, unit, bucket, arms } of cases) {
    expect(unitBucket(unit, seed), JSON.stringify({ seed, unit })).toBe(bucket);
    expect(weights.map((weight) => canaryArm(bucket, weight))).toEqual(arms);
    if (unit === '') continue;
    const roles = weights.map((weight) => {
      const assignment = new RouteAssigner(canary(weight, { seed, unit: { ...SOURCE, field: 'u' } }), NEVER);
      return assignment.choices[assignment.byBody({ u: unit }).choice]!.role;
    });
    expect(roles).toEqual(arms);
  }
});

const SOURCE = { header: 'x-unit-id', cookie: null, field: null };
const unit = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'abcdefghij0123456789-') });
const half = fc.integer({ min: 0, max: BUCKETS / 2 });

test('a unit that has come to the candidate or the control stays there while the weight grows to one half', () => {
  fc.assert(
    fc.property(unit, half, half, fc.nat(), (id, w1, w2, seed) => {
      const before = roleOf(new RouteAssigner(canary(Math.min(w1, w2), { seed }), NEVER), id);
      const after = roleOf(new RouteAssigner(canary(Math.max(w1, w2), { seed }), NEVER), id);
      return before === 'stable' || after === before;
    }),
  );
});

test('the candidate gets its share of units however many requests each unit sends', () => {
  const random = seededRandom(7);
  for (const weight of [100, 500, 2500, 5000]) {
    const assignment = new RouteAssigner(canary(weight), NEVER);
    const units = 20_000;
    let [candidates, spread] = [0, 0];
    for (let k = 0; k < units; k++) {
      // Requests a unit: from 1 to thousands, as a Pareto law gives them.
      const requests = Math.ceil(1 / (1 - random.next()) ** 0.9);
      const roles = new Set(
        Array.from({ length: Math.min(requests, 50) }, () => roleOf(assignment, `unit-${k}`)),
      );
      spread += roles.size - 1;
      if (roles.has('candidate')) candidates++;
    }
    const share = weight / BUCKETS;
    expect(spread).toBe(0);
    expect(Math.abs(candidates - units * share)).toBeLessThan(4 * Math.sqrt(units * share * (1 - share)));
  }
});

test('requests without a unit are drawn anew, each with the share of its range', () => {
  const assignment = new RouteAssigner(canary(2500), seededRandom(11));
  let candidates = 0;
  for (let k = 0; k < 40_000; k++) {
    const { choice, unit: id } = assignment.byHeaders({})!;
    expect(id).toBeNull();
    if (assignment.choices[choice]!.role === 'candidate') candidates++;
  }
  expect(Math.abs(candidates - 10_000)).toBeLessThan(4 * Math.sqrt(40_000 * 0.25 * 0.75));
});

test('rules come before buckets, in their order, and are not measured', () => {
  const rules = [
    { header: 'x-group', values: ['beta', 'staff'], version: 2 },
    { header: 'x-debug', values: ['1'], version: 3 },
  ];
  const assignment = new RouteAssigner(canary(0, { rules }), NEVER);
  const versionFor = (headers: Record<string, string>) => {
    const { choice } = assignment.byHeaders({ 'x-unit-id': 'u', ...headers })!;
    return assignment.choices[choice]!;
  };
  expect(versionFor({ 'x-group': 'staff', 'x-debug': '1' })).toEqual({ version: 2, role: null, arm: null });
  expect(versionFor({ 'x-debug': '1' }).version).toBe(3);
  expect(versionFor({ 'x-group': 'others' }).version).toBe(1);
});

test('the body is waited for only where it may hold the id and the headers do not', () => {
  const waiting = new RouteAssigner(canary(500, { unit: { ...SOURCE, field: 'user' } }), {
    next: () => 0.99,
  });
  expect(waiting.byHeaders({})).toBeNull();
  expect(waiting.byHeaders({ 'x-unit-id': 'u' })!.unit).toBe('u');
  expect(waiting.byBody({ user: 17 }).unit).toBe('17');
  expect(waiting.byBody(null).unit).toBeNull();
  expect(waiting.byStart(Buffer.from('{"user": 17, "rows": [')).unit).toBe('17');
  const resting = new RouteAssigner(
    { ...singleVersionRoute('e', 'm', 1, 1), unit: { ...SOURCE, field: 'user' } },
    NEVER,
  );
  expect(resting.byHeaders({})).toEqual({ choice: 0, unit: null });
});

test('what stands for an endpoint is the widest range of stable', () => {
  const mainOf = (route: Route) => {
    const { choices, main } = new RouteAssigner(route, NEVER);
    return choices[main]!.version;
  };
  expect(mainOf(canary(9000))).toBe(1);
  expect(mainOf(canary(BUCKETS))).toBe(2);
  expect(mainOf(canary(0))).toBe(1);
});

test('a route with a gap, an overlap or an arm that is not recorded is refused before any request', () => {
  const range = (from: number, to: number, arm: number | null = null): RouteRange => ({
    from,
    to,
    version: 1,
    role: 'stable',
    arm,
  });
  for (const ranges of [
    [],
    [range(0, 9999)],
    [range(0, 5000), range(5001, BUCKETS)],
    [range(0, 6000), range(5000, BUCKETS)],
    [range(0, BUCKETS), range(BUCKETS, BUCKETS)],
    [range(0, BUCKETS, -1)],
    [range(0, BUCKETS, 255)],
  ]) {
    expect(() => new RouteAssigner({ ...canary(1), ranges }, NEVER)).toThrow(/the route of "e"/);
  }
});
