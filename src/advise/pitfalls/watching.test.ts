/** Reference, labels and receivers. */
import { describe, expect, test } from 'vitest';
import type { LostNotice } from './evidence.ts';
import { LABEL_GRACE, LABEL_SILENCE, noLabels, REQUESTS_WANTED } from './no-labels.ts';
import { noReceiver } from './no-receiver.ts';
import { noReference } from './no-reference.ts';
import {
  aMonitor,
  anEndpoint,
  aPython,
  aVersion,
  dailyTraffic,
  evenTraffic,
  NOON,
} from './testing/evidence.ts';
import { DAY_MS, HOUR_MS } from './times.ts';

describe('no reference', () => {
  const bare = anEndpoint({
    stable: aVersion({ hasReference: false }),
    monitor: aMonitor({ reference: null, rowsOfDay: 1234 }),
  });

  test('is told with the push that gives it', () => {
    expect(noReference(bare)).toMatchObject({
      subject: { kind: 'endpoint', name: 'churn' },
      evidence: ['churn@1 was pushed without --reference', '1,234 rows of traffic within the last day'],
      fix: 'plimsoll push churn.joblib --name churn --reference TRAINING_ROWS.csv',
    });
  });

  test('names what Python needs to push the same again', () => {
    const stable = aVersion({
      file: 'my model.pkl',
      runtime: 'python',
      hasReference: false,
      python: aPython({ options: ['--code DATA/features.py'] }),
    });
    expect(noReference({ ...bare, stable })?.fix).toBe(
      "plimsoll push 'my model.pkl' --name churn --runtime python --trust --code DATA/features.py --requirements DATA/bundles/00/original/requirements.txt --reference TRAINING_ROWS.csv",
    );
    const folder = aPython({ isFolder: true });
    expect(noReference({ ...bare, stable: { ...stable, python: folder } })?.fix).toBe(
      'plimsoll push FOLDER --name churn --trust --reference TRAINING_ROWS.csv',
    );
  });

  test('is not told where traffic has become one, it is there and not read yet, or drift is not wanted', () => {
    const learnt = aMonitor({ reference: { source: 'traffic', rows: 10_000 } });
    expect(noReference({ ...bare, monitor: learnt })).toBeNull();
    expect(noReference({ ...bare, stable: aVersion() })).toBeNull();
    expect(noReference({ ...bare, monitor: aMonitor({ reference: null, watchesDrift: false }) })).toBeNull();
    expect(noReference({ ...bare, monitor: null })).toBeNull();
  });
});

describe('no labels', () => {
  const since = (days: number, requests = 40) => evenTraffic(requests, days);

  test('are missed after a week of traffic, and not a minute before', () => {
    const never = anEndpoint({ labelledAt: null, hours: since(LABEL_GRACE / DAY_MS) });
    expect(noLabels(never, NOON)).toMatchObject({
      what: 'No label ever came for its answers',
      evidence: [
        'no label and no business value is kept for this endpoint',
        '6,720 requests since 2026-11-23',
      ],
      fix: 'plimsoll feedback import LABELS.csv --endpoint churn',
    });
    expect(noLabels(never, NOON - 1)).toBeNull();
  });

  test('that stopped coming are missed after two weeks, with the time of the last one', () => {
    const stopped = anEndpoint({ labelledAt: NOON - LABEL_SILENCE, hours: since(15) });
    expect(noLabels(stopped, NOON)?.evidence[0]).toBe(
      'the last label or value came 14 d ago, at 2026-11-16 12:00 UTC',
    );
    expect(noLabels(stopped, NOON - 1)).toBeNull();
  });

  test('that take long by what was said of them are waited for', () => {
    const monitor = aMonitor({ labelMaturity: 3 * DAY_MS });
    const never = anEndpoint({ labelledAt: null, monitor, hours: since(10) });
    expect(noLabels(never, NOON)).not.toBeNull();
    expect(noLabels(never, NOON - 1)).toBeNull();
  });

  test('are not missed of hardly any traffic, of a trial on one day, or of none', () => {
    const hour = (at: number, requests: number) => ({ at: NOON - 8 * DAY_MS + at, requests });
    const two = (requests: number) => [hour(0, 1), hour(2 * DAY_MS, requests - 1)];
    const of = (hours: ReturnType<typeof two>) => noLabels(anEndpoint({ labelledAt: null, hours }), NOON);
    expect(of(two(REQUESTS_WANTED))).not.toBeNull();
    expect(of(two(REQUESTS_WANTED - 1))).toBeNull();
    expect(of([hour(0, 5000), hour(HOUR_MS, 5000)])).toBeNull();
    expect(of([])).toBeNull();
  });

  test('for requests before the last label are not asked for', () => {
    const hours = dailyTraffic({ 3: 500 }, 15).filter(({ at }) => at < NOON - 14 * DAY_MS);
    expect(noLabels(anEndpoint({ labelledAt: NOON - 14 * DAY_MS, hours }), NOON)).toBeNull();
  });
});

describe('no receiver', () => {
  const lost = (change: Partial<LostNotice> = {}): LostNotice => ({
    ...{ receiver: 'ops', at: NOON - DAY_MS, error: 'answered 404', reachedAt: null },
    ...change,
  });
  const of = (change: Parameters<typeof aMonitor>[0]) =>
    noReceiver(anEndpoint({ monitor: aMonitor(change) }), NOON);

  test('is told where there is none, or one that only trains again', () => {
    expect(of({ receivers: {} })).toMatchObject({
      evidence: ['its monitor has no receiver'],
      fix: 'plimsoll monitor set churn --set receivers.ops.kind=webhook --set receivers.ops.url=URL',
    });
    expect(of({ receivers: { again: 'retrain' } })?.evidence).toEqual(['its receivers: again (retrain)']);
    expect(of({ receivers: { ops: 'email' } })).toBeNull();
  });

  test('is told where pages are routed to nobody', () => {
    expect(of({ routes: { page: [], ticket: ['ops'] } })).toMatchObject({
      evidence: ['its receivers: ops (webhook)', 'alerts.routes sends pages to nobody'],
    });
    expect(of({ routes: { ticket: ['ops'] } })).not.toBeNull();
    expect(of({ routes: { default: ['ops'] } })).toBeNull();
    expect(of({ routes: { page: ['ops'], ticket: [] } })).toBeNull();
  });

  test('is told where all of them refuse, with the last reason', () => {
    const two = [lost(), lost({ at: NOON - HOUR_MS, error: 'answered 410' })];
    expect(of({ lost: two })).toMatchObject({
      evidence: ['ops took none of 2 notices, the last of 2026-11-30 11:00 UTC: answered 410'],
      fix: 'plimsoll monitor set churn --set receivers.ops.url=URL && plimsoll alerts test churn ops',
    });
    expect(of({ receivers: { ops: 'email' }, lost: two })?.fix).toContain('receivers.ops.smtp=SMTP_URL');
  });

  test('is not told where one of them hears, a later notice went through, or it was long ago', () => {
    expect(of({ receivers: { ops: 'webhook', mail: 'email' }, lost: [lost()] })).toBeNull();
    expect(of({ lost: [lost({ reachedAt: NOON })] })).toBeNull();
    expect(of({ lost: [lost({ at: NOON - 7 * DAY_MS })] })).toBeNull();
    expect(of({ lost: [lost({ at: NOON - 7 * DAY_MS + 1 })] })).not.toBeNull();
    expect(of({ lost: [lost({ receiver: 'removed since' })] })).toBeNull();
  });
});
