import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RolloutView } from '../../../control/port.ts';
import type { RouterView } from '../../../deploy/routers/follow.ts';
import { ENDPOINT, ROLLOUT, VERSION } from '../../../server/api/testing/control.ts';
import { type EndpointSnapshot, endpointFrame } from './frame.ts';
import { renderLine } from './styled-line.ts';

const NOW = Date.UTC(2026, 0, 1, 0, 20);
const seenOf = (rollout: RolloutView | null): EndpointSnapshot => ({
  endpoint: { ...ENDPOINT, rollout },
  stable: VERSION,
  rollout,
  router: null,
  routes: [
    {
      endpoint: 'churn',
      generation: 7,
      route: ENDPOINT.route,
      at: NOW - 90_000,
      by: 'plimsoll',
      reason: 'Advanced to 25 %',
    },
    { endpoint: 'churn', generation: 6, route: ENDPOINT.route, at: NOW - 400, by: 'ana', reason: 'started' },
  ],
  now: NOW,
});
const text = (rollout: RolloutView | null, width = 100): string[] =>
  endpointFrame(seenOf(rollout), width).map((line) => renderLine(line, width, (_, words) => words));

test('a stranger reads where a rollout stands from one frame', () => {
  expect(text(ROLLOUT).join('\n')).toBe(`churn  version 1 is stable  generation 7
runs on native, proof: two-engines
canary of version 2 against version 1: running
ro_1, started 2026-01-01 00:00 UTC by ana

Stages    ✓ shadow 100 %  ✓ 5 %  ▶ 25 %  · 50 % (approval)  · 100 %
Stage     the candidate answers 25 % of units; for 1m30s now
          █████··················· 1m of 5m of evidence time
          units in this stage: candidate 420, stable 431; 50 of each are wanted
Expected  end of this stage in 4m; certificate of no harm in 14m40s; promotion in 15m; a candidate
          that fails in 1 % is found 25m after the start (at 12/s of this rollout, 0.5 % failing)
Verdict   hold: stage 2 has 1m of 5m of evidence time
Harmed    none that chance would not explain

Arm        version  units  failed     rate      p50     p95     p99
candidate        2  1,204       9  0.748 %  0.41 ms  1.2 ms  3.1 ms
stable           1  1,310       7  0.534 %   0.4 ms  1.1 ms  2.8 ms
Copied    5,000 requests to the candidate, and compared with what stable answered

Evidence of harm: a full bar rolls back
errors    ██····╎························· ×1.5 of ×250, at most ×3.3
latency   ································ ×0.37 of ×330
Evidence of no harm: a full bar lets the last stage through
errors    ████████████████················ ×4.5 of ×20

Candidate minus stable   estimate  interval at every look            units
failed                    +0.2 pp        −1 pp to +1.4 pp  1,204 and 1,310
failed where country=PT     +8 pp         +3 pp to +13 pp        80 and 85

Left out  1 part of windows went missing; 2 copies of requests found no room

Routes    generation 7 1m30s ago by plimsoll: Advanced to 25 %
          generation 6 now by ana: started`);
});

const ROUTER: RouterView = {
  ...{ endpoint: 'churn', router: 'kubernetes:shop/churn', generation: 7, followed: 7, since: NOW - 3000 },
  ...{ wanted: { 1: 75, 2: 25 }, found: { 1: 75, 2: 25 }, writers: [], error: null },
};
const routed = (router: RouterView): string =>
  endpointFrame({ ...seenOf(null), router }, 110)
    .map((line) => renderLine(line, 110, (_, words) => words))
    .find((line) => line.startsWith('Router'))!;

test('what splits the traffic outside follows the route, or the reason is told why it does not', () => {
  expect(routed(ROUTER)).toBe(
    'Router    kubernetes:shop/churn follows generation 7 for 3s: version 1 gets 75 %, version 2 gets 25 %',
  );
  const error = { code: 'ROUTER_CONFLICT', message: 'kubectl writes it too' };
  expect(routed({ ...ROUTER, followed: null, since: null, error })).toBe(
    'Router    kubernetes:shop/churn does not follow generation 7: kubectl writes it too',
  );
  expect(routed({ ...ROUTER, followed: 6, since: null })).toContain('is being brought to generation 7');
});

test('harm that the evidence shows is told as such, with the stage that it was found in', () => {
  const errors = { log: 6, maxLog: 6.2, bound: Math.log(250), certificate: null, harmedUnits: 41 };
  const lines = text({ ...ROLLOUT, state: 'rolled-back', weight: 0, evidence: { errors }, harmedUnits: 41 });
  expect(lines).toContain('Stages    ✓ shadow 100 %  ✓ 5 %  ✗ 25 %  · 50 % (approval)  · 100 %');
  expect(lines).toContain('Harmed    about 41 units by errors');
  expect(lines.find((line) => line.startsWith('errors'))).toBe(
    `errors    ${'█'.repeat(32)} ×400 of ×250, at most ×490`,
  );
});

test('without a rollout the frame says how one begins', () => {
  expect(text(null)).toContain('No rollout yet: plimsoll rollout start churn --to VERSION');
});

test('stages that a person skipped by promoting are not ticked', () => {
  expect(text({ ...ROLLOUT, state: 'promoted', weight: 100 })).toContain(
    'Stages    ✓ shadow 100 %  ✓ 5 %  » 25 %  » 50 % (approval)  ✓ 100 %',
  );
});

test('in a narrow terminal the numbers that matter least make room', () => {
  const lines = text(ROLLOUT, 60);
  expect(lines).toContain('Arm        version  units  failed     rate     p95     p99');
  expect(lines).toContain('Candidate minus stable   estimate  interval at every look');
});

test('what a waiting stage waits for is said with the command', () => {
  const progress = {
    ...ROLLOUT.progress!,
    stages: ROLLOUT.progress!.stages.map((s) => ({ ...s, approval: true })),
  };
  expect(text({ ...ROLLOUT, progress }).join('\n')).toContain(
    'waits for a person: plimsoll rollout approve churn',
  );
  expect(text({ ...ROLLOUT, state: 'holding' }).join('\n')).toContain('plimsoll rollout resume churn');
});

test('no line is wider than the terminal, and nothing that a stranger wrote moves the cursor', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 40, max: 200 }),
      fc.string({ unit: 'binary', maxLength: 80 }),
      (width, words) => {
        const rollout = {
          ...ROLLOUT,
          by: words,
          reason: words,
          arms: [{ ...ROLLOUT.arms[0]!, name: words }],
        };
        for (const line of text(rollout, width)) {
          expect(line.length).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      },
    ),
  );
});
