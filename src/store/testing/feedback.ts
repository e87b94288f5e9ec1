import { describe, expect, it } from 'vitest';
import type { AnswerRow, FeedbackRow } from '../store.ts';
import { rollout } from './rows.ts';
import { type StorePlace, storesOf } from './stores.ts';

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

export const feedbackContract = (place: StorePlace): void => {
  labelsContract(place);
  unitsContract(place);

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

    it('and labels say when the one that happened last was received, of any metric', async () => {
      const { feedback } = (await stores.one()).tables;
      expect(await feedback.newest('churn')).toBeNull();
      await feedback.insert([label('r1', '1', { at: 10, receivedAt: 500 })]);
      await feedback.insert([label('r2', '1', { at: 9, receivedAt: 900 })]);
      expect(await feedback.newest('churn')).toBe(500);
      await feedback.insert([label('r1', '3', { metric: 'visits', at: 1, receivedAt: 700 })]);
      await feedback.insert([label('r1', '3', { endpoint: 'fraud', at: 20, receivedAt: 5000 })]);
      expect(await feedback.newest('churn')).toBe(700);
      expect(await feedback.newest('chur')).toBeNull();
    });
  });

  describe('a cursor over what arrives', () => {
    const stores = storesOf(place);

    it('meets each once, and stops before what is too young to be sure that nothing comes before it', async () => {
      const { tables } = await stores.one();
      const rows = [10, 20, 40, 30].map((receivedAt, i) => label(`q${i}`, '1', { receivedAt }));
      await tables.feedback.insert(rows);
      const first = await tables.feedback.after(0, 100, 2);
      expect(first.map(({ id, ...row }) => row)).toEqual(rows.slice(0, 2));
      const young = await tables.feedback.after(first[1]!.id, 30, 100);
      expect(young).toEqual([]);
      const rest = await tables.feedback.after(first[1]!.id, 40, 100);
      expect(rest.map(({ id, ...row }) => row)).toEqual(rows.slice(2));
      expect(await tables.feedback.after(rest[1]!.id, 100, 100)).toEqual([]);
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

const labelsContract = (place: StorePlace): void => {
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

const unitsContract = (place: StorePlace): void => {
  describe('units and what came of them', () => {
    const stores = storesOf(place);
    const value = (change: Partial<FeedbackRow>): FeedbackRow => ({
      ...label('', '2.5', { metric: 'revenue', at: 50 }),
      requestId: null,
      ...change,
    });

    it('are found by their first answer, and requests without a unit each by itself', async () => {
      const { tables } = await stores.one();
      const rows = [
        answer('q1', { unit: 'aa', window: 1, at: 10 }),
        answer('q2', { unit: 'aa', window: 1, at: 5 }),
        answer('q3', { unit: 'bb', window: 1, at: 5 }),
        answer('q4', { unit: 'bb', window: 0, at: 9 }),
        answer('q5', { window: 1, at: 7 }),
        answer('q6', { unit: 'cc', window: 2, at: 11 }),
      ];
      await tables.feedback.insertAnswers([
        ...rows,
        answer('q0', { rollout: 'ro_2', unit: 'aa', window: 0, at: 0 }),
      ]);
      const found = await tables.feedback.firstAnswers('ro_1', 1, 2);
      expect(found).toEqual([rows[1], rows[4]]);
      expect(await tables.feedback.firstAnswers('ro_1', 0, 1)).toEqual([rows[3]]);
    });

    it('keep the segment of their request, and none where it had none', async () => {
      const { tables } = await stores.one();
      const rows = [answer('q1', { segment: 'DE' }), answer('q2')];
      await tables.feedback.insertAnswers(rows);
      expect(await tables.feedback.firstAnswers('ro_1', 0, 1)).toEqual(rows);
    });

    it('bring their values by unit and by any of their requests', async () => {
      const { tables } = await stores.one();
      const first = answer('q1', { unit: 'aa', at: 40 });
      const nameless = answer('q9');
      await tables.feedback.insertAnswers([first, answer('q2', { unit: 'aa', window: 4 }), nameless]);
      await tables.feedback.insert([
        value({ unit: 'aa' }),
        value({ requestId: 'q2', value: '-1' }),
        value({ requestId: 'q9', value: '7' }),
        value({ unit: 'bb' }),
        value({ unit: 'aa', metric: 'visits' }),
        value({ unit: 'aa', endpoint: 'fraud' }),
        value({ unit: 'aa', at: 90 }),
        value({ unit: 'aa', at: 39 }),
      ]);
      const found = await tables.feedback.valuesOf([first, nameless], 'churn', 'revenue', 40, 90);
      expect([...found].sort((a, b) => a.value - b.value)).toEqual([
        { requestId: 'q1', value: -1, at: 50 },
        { requestId: 'q1', value: 2.5, at: 50 },
        { requestId: 'q9', value: 7, at: 50 },
      ]);
      expect(await tables.feedback.valuesOf([], 'churn', 'revenue', 40, 90)).toEqual([]);
    });

    it('have a label where it is given by unit, unless the request has one of its own', async () => {
      const { tables } = await stores.one();
      await tables.rollouts.insert(rollout());
      await tables.feedback.insertAnswers([answer('q1', { unit: 'aa' }), answer('q2', { unit: 'aa' })]);
      await tables.feedback.insert([
        label('q1', 'own'),
        { ...label('', 'of the unit', { unit: 'aa' }), requestId: null },
      ]);
      const rows = await tables.feedback.labelled('ro_1', 0, 1);
      expect(rows.map((row) => row.label)).toEqual(['own', 'of the unit']);
    });

    it('are found in many statements as in one', async () => {
      const { tables } = await stores.one();
      const rows = Array.from({ length: 2500 }, (_, i) => answer(`q${i}`, { unit: `u${i}`, at: i }));
      await tables.feedback.insertAnswers(rows);
      await tables.feedback.insert(rows.map(({ unit }, i) => value({ unit, value: String(i) })));
      const found = await tables.feedback.valuesOf(rows, 'churn', 'revenue', 0, 100);
      expect(found.map(({ requestId, value: sum }) => [requestId, sum])).toEqual(
        rows.map(({ requestId }, i) => [requestId, i]),
      );
    });
  });
};
