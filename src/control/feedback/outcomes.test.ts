import { expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { AnswerRow } from '../../store/store.ts';
import { maturedOutcomes } from './outcomes.ts';

const answer = (requestId: string, change: Partial<AnswerRow>): AnswerRow => ({
  ...{ rollout: 'ro_1', requestId, unit: null, arm: 0, window: 0, at: 0, answer: 'yes' },
  ...change,
});

const REVENUE = { name: 'revenue', maturity: 60_000, covariate: null, cap: null, wantsValues: false };

test('a unit counts for the segment of its first answer, and those without one for others', async () => {
  const store = await openStore('sqlite::memory:');
  const { feedback } = store.tables;
  await feedback.insertAnswers([
    answer('q1', { unit: 'aa', at: 100, segment: 'DE' }),
    answer('q2', { unit: 'aa', at: 200, segment: 'FR' }),
    answer('q3', { at: 300, segment: 'DE' }),
    answer('q4', { at: 400 }),
    ...Array.from({ length: 40 }, (_, i) => answer(`s${i}`, { segment: `S${i}` })),
  ]);
  const value = { endpoint: 'offers', metric: 'revenue', receivedAt: 500 };
  await feedback.insert([
    { ...value, requestId: null, unit: 'aa', value: '4', at: 250 },
    { ...value, requestId: 'q4', unit: null, value: '1', at: 500 },
  ]);
  const cohort = { rollout: 'ro_1', endpoint: 'offers', from: 0, to: 1 };
  const [found] = await maturedOutcomes(feedback, { ...cohort, bySegment: true }, REVENUE, null);
  const segments = new Map(found!.segments!.map(({ name, arms }) => [name, arms[0]!]));
  expect(segments.get('DE')).toMatchObject({ n: 2, y: 4 });
  expect(segments.has('FR')).toBe(false);
  // The 32 largest by name, then the nine that are left with the one without.
  expect(segments.size).toBe(33);
  expect(segments.get('other')).toMatchObject({ n: 10, y: 1 });
  expect([...segments.values()].reduce((sum, { n }) => sum + n, 0)).toBe(found!.arms[0]!.n);
  const [plain] = await maturedOutcomes(feedback, { ...cohort, bySegment: false }, REVENUE, null);
  expect(plain).not.toHaveProperty('segments');
  await store.close();
});
