import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { experiment } from './machine.ts';
import {
  begin,
  command,
  drawUnits,
  EXPERIMENT_MINUTE_MS,
  feed,
  feedWindow,
  type InventedWindow,
  REVENUE,
  revenue,
  segmentedCohort,
  type TestRun,
  viewOf,
} from './testing/experiments.ts';

type Lifts = Readonly<Record<string, number>>;

/** 400 units of each country, whose revenue the candidate multiplies. */
function countries(window: number, lifts: Lifts): InventedWindow {
  const random = seededRandom(100 + window);
  const units = Object.entries(lifts).map(
    ([country, lift]) =>
      [
        country,
        drawUnits(400, [0.5, 0.5], random, (arm) => revenue(0.3, 0.5, arm === 1 ? lift : 1)(random)),
      ] as const,
  );
  return { window, outcomes: [segmentedCohort('revenue', window, Object.fromEntries(units))] };
}

function play(lifts: Lifts, more: object = {}, windows = 60): TestRun {
  const run = begin({ ...REVENUE, segments: 'x-country', ...more });
  for (let window = 0; window < windows && run.state.phase.kind === 'running'; window++)
    feedWindow(run, countries(window, lifts));
  return run;
}

describe('an effect of sixty percent in one country and none in the other', () => {
  // Decided late, so that there is evidence by then.
  const late = { horizon: '20m', primary: { metric: 'revenue', maturity: '0s' } };

  test('is told where it is promoted, in the view and in the reason', () => {
    const run = play({ DE: 1.6, FR: 1 }, late);
    expect(run.state.phase.kind).toBe('promoted');
    const told = 'the effect of candidate on revenue differs between x-country=DE and x-country=FR';
    expect(run.steps.at(-1)!.reason).toBe(`candidate wins in revenue; ${told}`);
    expect(run.actions.at(-1)).toMatchObject({ kind: 'alert', message: expect.stringContaining(told) });
    const { segments, differences } = viewOf(run);
    expect(differences).toMatchObject([{ arm: 'candidate', metric: 'revenue', message: told }]);
    expect(segments.map(({ segment }) => segment)).toEqual(['x-country=DE', 'x-country=FR']);
    const [de, fr] = segments;
    expect(de!.lower).toBeGreaterThan(0);
    expect(fr!.lower).toBeLessThan(0);
    expect(fr!.upper).toBeGreaterThan(0);
    expect(de!.units[0] + de!.units[1] + fr!.units[0] + fr!.units[1]).toBe(
      viewOf(run).metrics[0]!.units[0] + viewOf(run).metrics[0]!.units[1],
    );
  });

  test('is not told of where the policy asks for no segments', () => {
    const run = begin();
    const { outcomes } = countries(0, { DE: 1, FR: 1 });
    feedWindow(run, { window: 0, outcomes: outcomes!.map(({ segments, ...cohort }) => cohort) });
    expect(viewOf(run)).toMatchObject({ segments: [], differences: [] });
    expect(experiment.needs(run.state).segment).toBeNull();
  });
});

describe('a guard of segments', () => {
  const late = { horizon: '20m', primary: { metric: 'revenue', maturity: '0s' } };

  test('holds for a person where the effect differs, with the reason, and ships by his word', () => {
    const run = play({ DE: 1.6, FR: 1 }, { ...late, segmentGuard: 'different' });
    expect(run.state.phase).toMatchObject({ kind: 'holding', cause: 'segments' });
    const why =
      'Holding for a person: the effect of candidate on revenue differs between x-country=DE and x-country=FR';
    expect(run.steps.at(-1)!.reason).toBe(why);
    expect(run.actions.at(-1)).toMatchObject({ kind: 'alert', message: why });
    expect(feed(run, { kind: 'tick' }, 70 * EXPERIMENT_MINUTE_MS).reason).toBe(why);
    expect(feed(run, command('resume'), 71 * EXPERIMENT_MINUTE_MS).state.phase.kind).toBe('running');
    expect(feed(run, { kind: 'tick' }, 72 * EXPERIMENT_MINUTE_MS).state.phase.kind).toBe('holding');
    expect(feed(run, command('promote'), 73 * EXPERIMENT_MINUTE_MS).state.phase.kind).toBe('promoted');
  });

  test('holds an arm that wins over all and is worse in one segment', () => {
    const run = play({ DE: 2, FR: 0.5 }, { ...late, segmentGuard: 'harmed' });
    expect(run.state.phase).toMatchObject({ kind: 'holding', cause: 'segments' });
    expect(run.steps.at(-1)!.reason).toBe(
      'Holding for a person: candidate is worse in revenue for x-country=FR',
    );
  });

  test('against harm alone ships what does nothing in one segment; without one, also what harms it', () => {
    expect(play({ DE: 1.6, FR: 1 }, { ...late, segmentGuard: 'harmed' }).state.phase.kind).toBe('promoted');
    expect(play({ DE: 2, FR: 0.5 }, late).state.phase.kind).toBe('promoted');
  });

  test('wants the header of the segments', () => {
    expect(() => begin({ ...REVENUE, segmentGuard: 'harmed' })).toThrow(/segmentGuard is for segments/);
  });
});

test('a replay comes to the same state, also from what was stored as JSON', () => {
  const [once, again] = [play({ DE: 1.1, FR: 1 }, {}, 12), play({ DE: 1.1, FR: 1 }, {}, 12)];
  expect(again.state).toEqual(once.state);
  const stored = JSON.parse(JSON.stringify(again.state, (_, v) => (v === -Infinity ? null : v)));
  expect(stored.segments).toEqual(once.state.segments);
});
