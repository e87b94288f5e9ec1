import { expect, it } from 'vitest';
import { testPart } from '../../rollout/collect/testing/parts.ts';
import type { RecordedAnswer } from '../../rollout/window-part.ts';
import type { AnswerRow } from '../../store/store.ts';
import { AnswerBuffer } from './answer-buffer.ts';

const answersOf = (count: number, from = 0): RecordedAnswer[] =>
  Array.from({ length: count }, (_, i) => ({
    requestId: `r${from + i}`,
    unit: null,
    arm: 0,
    at: 1,
    answer: '1',
  }));

/** Keeps each answer once, as a store does; fails where it is told to. */
function keeping() {
  const kept = new Map<string, AnswerRow>();
  const feedback = {
    isAway: false,
    insertAnswers: async (rows: readonly AnswerRow[]) => {
      if (feedback.isAway) throw new Error('away');
      for (const row of rows) kept.set(row.requestId, row);
    },
  };
  return { kept, feedback };
}

it('answers are kept with their rollout and window, many at a time', async () => {
  const { kept, feedback } = keeping();
  const buffer = new AnswerBuffer('ro_1');
  buffer.add(testPart([], { answers: answersOf(2500), window: 7 }));
  await buffer.save(feedback);
  expect(kept.size).toBe(2500);
  expect(kept.get('r0')).toEqual({ rollout: 'ro_1', window: 7, ...answersOf(1)[0]! });
});

it('answers wait while the store is away, but not without a limit', async () => {
  const { kept, feedback } = keeping();
  const buffer = new AnswerBuffer('ro_1');
  feedback.isAway = true;
  for (let i = 0; i < 3; i++) {
    buffer.add(testPart([], { answers: answersOf(40_000, i * 40_000) }));
    await expect(buffer.save(feedback)).rejects.toThrow('away');
  }
  feedback.isAway = false;
  await buffer.save(feedback);
  expect(kept.size).toBe(100_000);
});

it('an answer that no store can keep is left out: it would hold up all others', async () => {
  const { kept, feedback } = keeping();
  const buffer = new AnswerBuffer('ro_1');
  const [first, second] = answersOf(2) as [RecordedAnswer, RecordedAnswer];
  buffer.add(testPart([], { answers: [{ ...first, answer: 'a\0b' }, second] }));
  await buffer.save(feedback);
  expect([...kept.keys()]).toEqual([second.requestId]);
});
