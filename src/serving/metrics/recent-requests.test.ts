import { expect, test } from 'vitest';
import { recentIn } from '../../metrics/recent-request.ts';
import { RecentRequests } from './recent-requests.ts';
import type { NotedRequest } from './request-slots.ts';

const TIMING = { queue: 0, preprocess: 1, predict: 2, postprocess: 0.5 };

const request = (id: string, startedAt: number, more: Partial<NotedRequest> = {}): NotedRequest => ({
  ...{ id, startedAt, completeAt: startedAt + 3, bodyBytes: 40, loadingMillis: 0, explainingMillis: 0 },
  ...{ ahead: 2, place: 'loop', versionNumber: 1, role: 'stable', isLogged: false },
  ...more,
});

test('says where the time of an answer went: what nothing else took it waited', () => {
  const recent = new RecentRequests('churn');
  const asked = request('a', 1000, { explainingMillis: 20, loadingMillis: 5, place: 'thread' });
  recent.answered(asked, 7, TIMING, 1100);
  const [first] = recentIn('newest', recent.list(500), 10);
  expect(first).toMatchObject({
    requestId: 'a',
    at: 1500,
    rows: 7,
    millis: 100,
    place: 'thread',
    status: 200,
  });
  expect(first?.stages).toEqual({
    ...{ receive: 3, load: 5, preprocess: 1, predict: 2, explain: 20, postprocess: 0.5 },
    ...{ queue: 68.5, failed: 0 },
  });
});

test('of what was refused for want of room all time was waiting; of another failure it is not known', () => {
  const recent = new RecentRequests('churn');
  const overloaded = { outcome: 'overloaded', status: 503, code: 'OVERLOADED' } as const;
  recent.ended(request('shed', 0, { completeAt: 0 }), overloaded, 30);
  recent.ended(request('broken', 1), { outcome: 'error', status: 500, code: 'INTERNAL' }, 11);
  recent.cancelled(request('gone', 2), 12);
  const all = recentIn('newest', recent.list(0), 10);
  expect(all.map(({ requestId, status, code, rows }) => [requestId, status, code, rows])).toEqual([
    ['gone', 499, null, null],
    ['broken', 500, 'INTERNAL', null],
    ['shed', 503, 'OVERLOADED', null],
  ]);
  expect(all.map(({ stages: { receive, queue, failed } }) => [receive, queue, failed])).toEqual([
    [3, 0, 7],
    [3, 0, 7],
    [0, 30, 0],
  ]);
});

test('keeps the slowest of many, whenever they came, and a sample of the others', () => {
  const recent = new RecentRequests('churn');
  const slow = new Set([100, 5000, 9_999]);
  for (let k = 0; k < 10_000; k++) {
    const at = k * 5;
    recent.answered(request(`r${k}`, at), 1, TIMING, at + (slow.has(k) ? 500 + k / 1000 : 4 + (k % 7) / 10));
  }
  const all = recent.list(0);
  expect(recentIn('slowest', all, 3).map(({ requestId }) => requestId)).toEqual(['r9999', 'r5000', 'r100']);
  expect(all.length).toBeLessThanOrEqual(4 * 48);
  // One a second, of fifty seconds.
  const sampled = recentIn('newest', all, 1000).filter(({ at }) => at > 30_000);
  expect(sampled.length).toBeGreaterThan(15);
});

test('the slowest are those of the last minutes: older ones make room', () => {
  const recent = new RecentRequests('churn');
  recent.answered(request('old', 0), 1, TIMING, 60_000);
  recent.answered(request('new', 400_000), 1, TIMING, 400_010);
  expect(recentIn('slowest', recent.list(0), 1)[0]?.requestId).toBe('old');
  for (const at of [800_000, 1_200_000]) recent.answered(request(`r${at}`, at), 1, TIMING, at + 20);
  // Only the sample remembers it.
  for (let k = 0; k < 48; k++)
    recent.answered(request(`s${k}`, 2e6 + k * 1000), 1, TIMING, 2e6 + k * 1000 + 9);
  expect(recentIn('slowest', recent.list(0), 1000).some(({ requestId }) => requestId === 'old')).toBe(false);
});

test('a flood of refusals does not push out what failed', () => {
  const recent = new RecentRequests('churn');
  recent.ended(request('broken', 0), { outcome: 'error', status: 500, code: 'INTERNAL' }, 5);
  const refused = { outcome: 'overloaded', status: 503, code: 'OVERLOADED' } as const;
  for (let k = 0; k < 10_000; k++) recent.ended(request(`f${k}`, k), refused, k + 1);
  recent.answered(request('fine', 10_001), 1, TIMING, 10_010);
  const listed = recentIn('failed', recent.list(0), 1000);
  expect(listed.map(({ requestId }) => requestId)).toContain('broken');
  expect(listed.at(-1)?.requestId).toBe('fine');
  expect(listed.length).toBeLessThan(50);
});
