import { describe, expect, it } from 'vitest';
import type { AnswerRow, FeedbackRow } from '../store.ts';
import { rollout } from './rows.ts';
import { type Place, storesOf } from './stores.ts';

const answer = (requestId: string, change: Partial<AnswerRow> = {}): AnswerRow => ({
  rollout: 'ro_1',
  requestId,
  unit: null,
  arm: 0,
  window: 0,
  at: 1000,
  answer: '1',
  ...change,
});

const label = (requestId: string, value: string, change: Partial<FeedbackRow> = {}): FeedbackRow => ({
  endpoint: 'churn',
  requestId,
  unit: null,
  metric: 'label',
  value,
  at: 2000,
  receivedAt: 2000,
  ...change,
});

export const feedbackContract = (place: Place): void => {
  labelsContract(place);

  describe('business values', () => {
    const stores = storesOf(place);

    it('come back by metric and time, in order of arrival', async () => {
      const { tables } = await stores.one();
      const revenue = (unit: string, at: number): FeedbackRow => ({
        ...label('', '12.50', { at, unit, metric: 'revenue' }),
        requestId: null,
      });
      const rows = [revenue('u3', 30), revenue('u1', 10), revenue('u2', 20), revenue('u2', 20)];
      await tables.feedback.insert([...rows, { ...revenue('u4', 15), metric: 'visits' }]);
      await tables.feedback.insert([{ ...revenue('u5', 15), endpoint: 'fraud' }]);
      expect(await tables.feedback.values('churn', 'revenue', 10, 30)).toEqual(rows.slice(1));
      expect(await tables.feedback.values('churn', 'revenue', 30, 31)).toEqual(rows.slice(0, 1));
      expect(await tables.feedback.values('churn', 'revenue', 31, 99)).toEqual([]);
    });
  });

  describe('pruning', () => {
    const stores = storesOf(place);

    it('removes what is older, in parts, and says how much', async () => {
      const { tables } = await stores.one();
      await tables.feedback.insertAnswers(
        Array.from({ length: 12_000 }, (_, i) => answer(`q${i}`, { at: i })),
      );
      await tables.feedback.insert(
        Array.from({ length: 5000 }, (_, i) => label(`q${i}`, '1', { receivedAt: i, at: 0 })),
      );
      expect(await tables.feedback.prune(11_000)).toBe(16_000);
      expect(await tables.feedback.labelled('ro_1', 0, 1)).toHaveLength(1000);
      expect(await tables.feedback.prune(11_000)).toBe(0);
    });
  });
};

const labelsContract = (place: Place): void => {
  describe('answers and labels', () => {
    const stores = storesOf(place);

    it('are joined by request within windows; the last label counts', async () => {
      const { tables } = await stores.one();
      await tables.rollouts.insert(rollout());
      const late = answer('q2', { window: 1, unit: 'ff', arm: 1 });
      await tables.feedback.insert([label('q1', 'before its answer')]);
      await tables.feedback.insertAnswers([answer('q1'), late, answer('q3', { window: 2 }), answer('q0')]);
      await tables.feedback.insert([label('q1', '0'), label('q2', '1'), label('q1', '1', { at: 1 })]);
      await tables.feedback.insert([
        label('q0', 'other endpoint', { endpoint: 'fraud' }),
        label('q0', '5', { metric: 'revenue' }),
      ]);
      expect(await tables.feedback.labelled('ro_1', 0, 2)).toEqual([
        { ...answer('q0'), label: null },
        { ...answer('q1'), label: '1' },
        { ...late, label: '1' },
      ]);
      expect(await tables.feedback.labelled('ro_1', 3, 9)).toEqual([]);
      expect(await tables.feedback.labelled('ro_2', 0, 9)).toEqual([]);
    });

    it('stay as they were when a part of them is sent again', async () => {
      const { tables } = await stores.one();
      await tables.feedback.insertAnswers([answer('q1'), answer('q2')]);
      await tables.feedback.insertAnswers([answer('q2', { arm: 1 }), answer('q3'), answer('q3', { arm: 1 })]);
      await tables.feedback.insertAnswers([answer('q2', { rollout: 'ro_2' })]);
      await tables.feedback.insertAnswers([]);
      await tables.feedback.insert([]);
      const rows = await tables.feedback.labelled('ro_1', 0, 1);
      expect(rows.map(({ requestId, arm }) => [requestId, arm])).toEqual([
        ['q1', 0],
        ['q2', 0],
        ['q3', 0],
      ]);
    });

    it('are all kept or none, however many', async () => {
      const { tables } = await stores.one();
      const rows = Array.from({ length: 2500 }, (_, i) => answer(`q${i}`));
      const bad = [...rows, answer('last', { unit: '\0' })];
      await expect(tables.feedback.insertAnswers(bad)).rejects.toMatchObject({ code: 'STORE_VALUE_INVALID' });
      expect(await tables.feedback.labelled('ro_1', 0, 1)).toEqual([]);
      await tables.feedback.insertAnswers(rows);
      expect(await tables.feedback.labelled('ro_1', 0, 1)).toHaveLength(2500);
    });
  });
};
