import { expect, test } from 'vitest';
import { metricsText } from './metrics.ts';
import type { JobView } from './port.ts';

const JOB = { name: 'nightly', paused: false, nextAt: 5_400_000, latest: null } as unknown as JobView;

test('a job that never ran has its next time, and nothing of runs', () => {
  const text = metricsText([{ job: JOB, lastDoneAt: null }]);
  expect(text).toContain('plimsoll_batch_next_run_timestamp_seconds{job="nightly"} 5400\n');
  expect(text).toContain('plimsoll_batch_paused{job="nightly"} 0\n');
  expect(text).not.toMatch(/^plimsoll_batch_(rows|run_state|last_success)\w*\{/m);
});

test('the newest run has its rows, its time and one state', () => {
  const progress = { rows: { read: 10, ok: 7, rejected: 2, failed: 1, skipped: 0 }, seconds: 1.5 };
  const latest = { number: 4, state: 'held', progress };
  const text = metricsText([{ job: { ...JOB, latest } as unknown as JobView, lastDoneAt: 1500 }]);
  expect(text).toContain('plimsoll_batch_runs_total{job="nightly"} 4\n');
  expect(text.match(/run_state\{.*\} 1/g)).toEqual(['run_state{job="nightly",state="held"} 1']);
  expect(text).toContain('plimsoll_batch_rows{job="nightly",outcome="rejected"} 2\n');
  expect(text).toContain('plimsoll_batch_run_seconds{job="nightly"} 1.5\n');
  expect(text).toContain('plimsoll_batch_last_success_timestamp_seconds{job="nightly"} 1.5\n');
});

test('every family is said once, with its help and type, as the format wants it', () => {
  const text = metricsText([]);
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^# (HELP|TYPE) plimsoll_batch_\w+ \S/);
});
