import { expect, test } from 'vitest';
import { joinFamilies, loadProcessMetrics } from './process-metrics.ts';

const SAMPLE = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{.*\})? /;

test('the processes are told apart by their labels, and each family has one head with all its lines', async () => {
  const texts = await Promise.all(['1', '2'].map(async (worker) => (await loadProcessMetrics({ worker }))()));
  const lines = joinFamilies(texts).split('\n');
  const heads = lines.filter((line) => line.startsWith('# TYPE '));
  expect(new Set(heads).size).toBe(heads.length);
  expect(heads.toSorted()).toEqual(
    texts[0]!
      .split('\n')
      .filter((line) => line.startsWith('# TYPE '))
      .toSorted(),
  );
  let family = '';
  for (const line of lines.filter((text) => text !== '')) {
    family = /^# TYPE (\w+)/.exec(line)?.[1] ?? family;
    if (!line.startsWith('#')) expect([family, `${family}_total`]).toContain(SAMPLE.exec(line)?.[1]);
  }
  for (const worker of [1, 2]) {
    expect(
      lines.filter((line) => line.startsWith(`nodejs_eventloop_lag_seconds{worker="${worker}"}`)),
    ).toHaveLength(1);
  }
  const samples = (text: string): string[] => text.split('\n').filter((line) => /^[^#]/.test(line));
  expect(lines.filter((line) => /^[^#]/.test(line)).toSorted()).toEqual(texts.flatMap(samples).toSorted());
});

test('no process gives no text', () => {
  expect(joinFamilies([])).toBe('');
});
