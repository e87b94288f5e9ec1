import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canary } from '../../rollout/canary/machine.ts';
import { canaryRanges, singleVersionRoute } from '../../rollout/route.ts';
import type { EndpointRow } from '../../store/store.ts';
import {
  isNewTarget,
  isReached,
  rangeShares,
  routeChange,
  routeTarget,
  singleVersionTarget,
  type TargetInputs,
} from './actions.ts';
import { machineStart } from './fold-event.ts';
import { rolloutRow } from './testing/world.ts';

const row = rolloutRow();
const started = canary.start(machineStart(row, { rolledBackBefore: false }));
const { state } = canary.decide(started, { kind: 'tick' }, row.startedAt);
const inputs: TargetInputs = { row, plan: canary.plan(state), needs: canary.needs(state), marks: null };
const target = routeTarget(inputs, { origin: 5000, first: 3 });

const endpoint: EndpointRow = {
  name: 'churn',
  model: 'churn',
  generation: 4,
  route: {
    ...singleVersionRoute('churn', 'churn', 1, 4),
    rules: [{ header: 'x-beta', values: ['1'], version: 2 }],
    unit: { header: 'x-user', cookie: 'uid', field: 'user' },
  },
  stable: 1,
  previous: 9,
  rollout: 'ro_1',
  createdAt: 0,
};

describe('a target', () => {
  it('is another target only where the plan or the marks differ, not by when its windows begin', () => {
    expect(isNewTarget(inputs, null)).toBe(true);
    expect(isNewTarget(inputs, target)).toBe(false);
    expect(isNewTarget(inputs, routeTarget(inputs, { origin: 9000, first: 8 }))).toBe(false);
    expect(isNewTarget({ ...inputs, marks: { slow: [], shifted: [] } }, target)).toBe(true);
    expect(isNewTarget({ ...inputs, plan: { ...inputs.plan, stage: 1 } }, target)).toBe(true);
    expect(isNewTarget({ ...inputs, plan: canary.plan(started) }, target)).toBe(true);
  });

  it('survives the log, and is recognized in the route that came of it', () => {
    const logged = JSON.parse(JSON.stringify(target));
    expect(isNewTarget(inputs, logged)).toBe(false);
    const flipped = { ...endpoint, ...routeChange(endpoint, target) };
    expect(isReached(JSON.parse(JSON.stringify(flipped)), logged)).toBe(true);
    expect(isReached(endpoint, logged)).toBe(false);
    expect(isReached(flipped, { ...target, recording: { ...target.recording!, first: 4 } })).toBe(false);
  });
});

describe('a flip', () => {
  it('keeps what the endpoint itself says: rules and where units are found', () => {
    const { route, ...rest } = routeChange(endpoint, target);
    expect(route).toMatchObject({
      generation: 5,
      rules: endpoint.route.rules,
      unit: endpoint.route.unit,
      seed: 7,
    });
    expect(rest).toEqual({});
  });

  it('that settles on another version remembers the one before, and on the same one what was before it', () => {
    expect(routeChange(endpoint, singleVersionTarget(2, 7))).toMatchObject({
      stable: 2,
      previous: 1,
      rollout: null,
    });
    const { stable, previous, rollout } = routeChange(endpoint, singleVersionTarget(1, 7));
    expect([stable, previous, rollout]).toEqual([undefined, undefined, null]);
  });
});

it('shares of the arms are those of their buckets', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (weight) => {
      const [candidate, stable] = rangeShares({
        ranges: canaryRanges(2, 1, weight),
        recording: target.recording,
      });
      expect(candidate).toBe(weight / 10_000);
      expect(stable).toBeCloseTo(1 - weight / 10_000, 12);
    }),
  );
  expect(rangeShares({ ranges: canaryRanges(2, 1, 5), recording: null })).toEqual([]);
});
