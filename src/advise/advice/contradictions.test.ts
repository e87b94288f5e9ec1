import { expect, test } from 'vitest';
import { adviceOn } from './testing/example.ts';

test.each<
  [what: string, example: string, over: Readonly<Record<string, unknown>>, wish: RegExp, nearest: RegExp]
>([
  [
    'an answer in 5 ms from a nightly batch',
    'daily-mail',
    { latency: '5ms' },
    /latency: 5 ms/,
    /asked: request/,
  ],
  [
    'inputs of a second ago, scored once a day',
    'daily-mail',
    { freshness: '1s' },
    /freshness: 1 s/,
    /every: 1 s/,
  ],
  [
    'less than the model itself takes',
    'live-moderation',
    { latency: '10ms' },
    /latency: 10 ms/,
    /^latency: 1\d\d ms/,
  ],
  ['offline on SageMaker', 'sensor', { platform: 'sagemaker' }, /platform: sagemaker/, /platform: machine/],
  ['a budget below the cheapest', 'fraud-check', { budget: '20 $/month' }, /budget: \$20/, /^budget: \$124/],
  [
    'a budget in another currency',
    'fraud-check',
    { budget: '500 EUR/month' },
    /budget in EUR/,
    /prices in EUR/,
  ],
  [
    'rows that are no multiple of the requests',
    'fraud-check',
    { rows: '3 M/day' },
    /rows:/,
    /one of the two/,
  ],
  ['a peak below the average', 'fraud-check', { peak: '100/s' }, /peak: 100\/s/, /peak: 300\/s/],
])('%s is told, with the nearest that can be had', (_, example, over, wish, nearest) => {
  const { contradictions } = adviceOn(example, over);
  expect(contradictions).toHaveLength(1);
  expect(contradictions[0]?.wishes.join(' ')).toMatch(wish);
  expect(contradictions[0]?.nearest).toMatch(nearest);
});

test('a request that no endpoint takes is told, whatever its size', () => {
  const { options } = adviceOn('fraud-check', { rowsPerRequest: '1 G rows' });
  const endpoint = options.find(({ pattern }) => pattern === 'real-time');
  expect(endpoint?.obstacles.map(({ need }) => need)).toEqual(['rowsPerRequest']);
});

test('where nothing does all that is wanted, the nearest is named and nothing is advised', () => {
  const advice = adviceOn('fraud-check', { latency: '100us' });
  expect(advice.advised).toBeNull();
  expect(advice.headline).toMatch(
    /^Nothing does all that is wanted; the nearest is real-time with latency: \d+ µs/,
  );
  expect(advice.next?.pattern).toBe('real-time');
  expect(advice.next?.change?.text).toMatch(/^if answers may take \d+ µs/);
});

test('rows that are due faster than one request is answered are had from no endpoint', () => {
  const { options, advised } = adviceOn('daily-mail', { latency: '100us', every: '1s' });
  const endpoint = options.find(({ pattern }) => pattern === 'real-time');
  expect(endpoint?.obstacles.map(({ need }) => need)).toContain('latency');
  expect(advised).toBeNull();
});

test('a model that no machine holds is told, not sized', () => {
  const model = { perRow: '1ms', memory: '9000 GB' };
  const { options } = adviceOn('fraud-check', { model });
  const endpoint = options.find(({ pattern }) => pattern === 'real-time');
  expect(endpoint?.obstacles.map(({ what }) => what).join()).toMatch(/holds the model/);
});

test('replicas that cannot take the peak with one of them lost say how much of it they take', () => {
  const { reasons } = adviceOn('fraud-check', { peak: '90000/s', requests: '90000/s', spare: false });
  expect(reasons.join('\n')).toMatch(/With one of \d+ replicas lost the others take \d+ % of the peak/);
});
