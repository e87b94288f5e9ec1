/**
 * What practice says of each case, not what the code does. Where it is from:
 * [Huyen] Chip Huyen, Designing Machine Learning Systems, O'Reilly 2022, chapter 7, "Batch prediction versus online prediction":
 * batch for what is not needed at once and whose queries are known beforehand; online where inputs are known only when they are asked
 * for, such as fraud; on the edge where there is no network, or none that is quick enough.
 * [AWS] Amazon SageMaker AI developer guide, "Model deployment options": real-time for low latency and steady traffic, asynchronous for
 * requests that take long and answers that may be late, batch transform for whole data sets without an endpoint.
 */
import { describe, expect, test } from 'vitest';
import type { Pattern } from '../needs/pattern.ts';
import { adviceOn } from './testing/example.ts';

interface Expected {
  readonly example: string;
  readonly advised: Pattern;
  readonly practice: string;
  /** In the reasons. */
  readonly because: readonly RegExp[];
  readonly next: Pattern;
  /** What would have to change; null where no change of one need makes it the better one. */
  readonly change: RegExp | null;
}

const CASES: readonly Expected[] = [
  {
    example: 'fraud-check',
    advised: 'real-time',
    practice: 'inputs are known only at the till, and the till waits [Huyen]',
    because: [
      /50 ms is wanted/,
      /one of 2 replicas lost it takes the peak/,
      /Not precomputed-table.*not known beforehand/,
    ],
    next: 'asynchronous',
    change: /^if answers may take \d/,
  },
  {
    example: 'recommendations',
    advised: 'precomputed-table',
    practice:
      'customers are known beforehand, yesterday is fresh enough, and five hundred rows a page view are dear [Huyen]',
    because: [/5 ms after it was asked for/, /Not real-time: it does it too, for \$1,\d{3} a month more/],
    next: 'real-time',
    change: /^if inputs may be at most \d+ min.* old/,
  },
  {
    example: 'live-moderation',
    advised: 'real-time',
    practice: 'pictures come as they come and have to be judged within a second [AWS]',
    because: [/1 s is wanted/, /Not micro-batch/, /Not precomputed-table.*not known beforehand/],
    next: 'asynchronous',
    change: /^if answers may take \d+ s/,
  },
  {
    example: 'daily-mail',
    advised: 'scheduled-batch',
    practice: 'a whole table, once a day, nobody waits: no endpoint [AWS]',
    because: [/after it was due.*4 h is wanted/, /Not real-time: it does it too, for \$1\d\d a month more/],
    next: 'real-time',
    change: /^if answers have to be there within \d+ s/,
  },
  {
    example: 'patient-cohort',
    advised: 'scheduled-batch',
    practice: 'a known cohort, reviewed once a week [Huyen]',
    because: [/12 h is wanted/, /Not micro-batch.*runs in between would find nothing/],
    next: 'real-time',
    change: /^if answers have to be there within \d+ min/,
  },
  {
    example: 'yesterdays-logs',
    advised: 'event-batch',
    practice:
      'the data says when it is complete; a clock would guess [AWS: batch transform for whole data sets]',
    because: [
      /after its rows have come/,
      /Not real-time: a request of 40 M rows has 8 GB/,
      /Not scheduled-batch.*find nothing new/,
    ],
    next: 'micro-batch',
    change: null,
  },
  {
    example: 'sensor',
    advised: 'edge',
    practice: 'no network that can be relied on [Huyen]',
    because: [/20 ms is wanted/, /Not real-time.*a network that is not there/],
    next: 'real-time',
    change: /^if there is a network/,
  },
  {
    example: 'documents',
    advised: 'asynchronous',
    practice: 'each takes seconds, the sender comes back [AWS]',
    because: [/1 min is wanted/, /Not real-time: it does it too/, /Not micro-batch/],
    next: 'real-time',
    change: /^if answers have to be there within \d+ s/,
  },
  {
    example: 'credit-files',
    advised: 'event-batch',
    practice: 'a file that is dropped is the event; nothing need be there while none is',
    because: [/5 min is wanted/, /Not real-time: it does it too/, /Not scheduled-batch/],
    next: 'micro-batch',
    change: null,
  },
  {
    example: 'dispatch',
    advised: 'micro-batch',
    practice: 'minutes are early enough, and what has come together is scored together',
    because: [
      /10 min is wanted/,
      /Not real-time: it does it too/,
      /Not scheduled-batch: the answer is there after 15 min/,
    ],
    next: 'asynchronous',
    change: /^from \d+\/s on/,
  },
  {
    example: 'product-page',
    advised: 'precomputed-table',
    practice: 'few products, asked for often: their answers are looked up [Huyen]',
    because: [/5 ms after it was asked for/, /Not real-time: it does it too/],
    next: 'real-time',
    change: /^from 1,\d{3}\/s on/,
  },
];

describe.each(CASES)('$example', ({ example, advised, practice, because, next, change }) => {
  const advice = adviceOn(example);

  test(`is for ${advised}: ${practice}`, () => {
    expect(advice.advised).toBe(advised);
    for (const reason of because) expect(advice.reasons).toContainEqual(expect.stringMatching(reason));
    expect(advice.contradictions).toEqual([]);
  });

  test(`has ${next} as the next best`, () => {
    expect(advice.next?.pattern).toBe(next);
    if (change === null) expect(advice.next?.change).toBeNull();
    else expect(advice.next?.change?.text).toMatch(change);
  });
});

test.each<[example: string, over: Readonly<Record<string, unknown>>, then: Pattern]>([
  ['product-page', { requests: '1400/s', peak: '4200/s' }, 'precomputed-table'],
  ['product-page', { requests: '1500/s', peak: '4500/s' }, 'real-time'],
  ['product-page', { population: null, freshness: '1s' }, 'real-time'],
  ['recommendations', { freshness: '10m' }, 'real-time'],
  ['recommendations', { requests: '1/min', peak: '3/min', population: '20 M customers' }, 'real-time'],
  ['documents', { latency: '15s' }, 'real-time'],
  ['dispatch', { latency: '60s' }, 'asynchronous'],
  ['dispatch', { latency: '2h', freshness: '2h' }, 'scheduled-batch'],
  ['sensor', { offline: false }, 'real-time'],
  ['fraud-check', { latency: '5s', freshness: '5s' }, 'asynchronous'],
  ['yesterdays-logs', { asked: 'schedule', every: '24h' }, 'scheduled-batch'],
  ['daily-mail', { latency: '20s' }, 'real-time'],
])('%s with %j is for %s', (example, over, then) => {
  expect(adviceOn(example, over).advised).toBe(then);
});
