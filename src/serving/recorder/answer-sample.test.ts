import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import type { RecordedAnswer } from '../../rollout/window-part.ts';
import { AnswerSample } from './answer-sample.ts';

const answer = (requestId: string) => (): RecordedAnswer => ({
  requestId,
  unit: null,
  arm: 0,
  at: 0,
  answer: '1',
});

test('all answers are kept while they are few', () => {
  const sample = new AnswerSample(100);
  for (let k = 0; k < 100; k++) sample.note(answer(String(k)), 0xdead_beef + k, k);
  expect(sample.take()).toHaveLength(100);
  expect(sample.take()).toHaveLength(0);
});

test('of too many, a share is kept by hash, never more than the limit a second', () => {
  const random = seededRandom(3);
  const sample = new AnswerSample(100);
  for (let second = 0; second < 20; second++) {
    for (let k = 0; k < 1000; k++)
      sample.note(answer(''), Math.floor(random.next() * 2 ** 32), second * 1000 + k);
    const kept = sample.take().length;
    expect(kept).toBeLessThanOrEqual(100);
    expect(kept).toBeGreaterThan(15);
  }
});

test('the share grows again when answers are few', () => {
  const random = seededRandom(4);
  const sample = new AnswerSample(100);
  for (let k = 0; k < 10_000; k++) sample.note(answer(''), Math.floor(random.next() * 2 ** 32), 0);
  sample.take();
  let kept = 0;
  for (let second = 1; second < 20; second++) {
    for (let k = 0; k < 20; k++) sample.note(answer(''), Math.floor(random.next() * 2 ** 32), second * 1000);
    kept = sample.take().length;
  }
  expect(kept).toBe(20);
});
