/** Random histories of three rules, judged by what was looked at and never by what the engine kept. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import type { AlertCondition, AlertRow } from './alert.ts';
import type { AlertNotice } from './alert-notice.ts';
import { OUTAGE_TOLERANCE_MS } from './alert-transition.ts';
import { type AlertStep, stepAlerts } from './engine.ts';
import {
  type ALERT_POLICY,
  alertLabels,
  CONDITIONS_START,
  condition,
  HOUR,
  MINUTE_MILLIS,
} from './testing/conditions.ts';

const RULES = [
  alertLabels('MissingValues', { feature: 'age' }),
  alertLabels('FeatureDrift', { feature: 'age' }),
  alertLabels('PredictionDrift'),
];
const RECEIVERS = { hook: 'webhook', chat: 'slack', pager: 'pagerduty', train: 'retrain' } as const;

type Standing = AlertCondition['standing'] | 'absent';
interface Look {
  readonly pause: number;
  readonly standings: readonly Standing[];
  readonly severities: readonly AlertCondition['severity'][];
  readonly acknowledge: boolean;
}

const looks: fc.Arbitrary<readonly Look[]> = fc.array(
  fc.record({
    pause: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1000, max: 6 * MINUTE_MILLIS }) },
      { weight: 1, arbitrary: fc.integer({ min: MINUTE_MILLIS, max: 3 * HOUR }) },
    ),
    standings: fc.tuple(
      ...RULES.map(() =>
        fc.constantFrom<Standing>('beyond', 'beyond', 'between', 'below', 'below', null, 'absent'),
      ),
    ),
    severities: fc.tuple(
      ...RULES.map(() => fc.constantFrom<AlertCondition['severity']>('page', 'ticket', 'info')),
    ),
    acknowledge: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);
const policies = fc.record({
  for: fc.constantFrom(0, 2 * MINUTE_MILLIS, 10 * MINUTE_MILLIS),
  resolveAfter: fc.constantFrom(0, 3 * MINUTE_MILLIS, 15 * MINUTE_MILLIS),
  coolDown: fc.constantFrom(0, 30 * MINUTE_MILLIS),
  groupWait: fc.constantFrom(0, 30_000),
  groupInterval: fc.constantFrom(MINUTE_MILLIS, 5 * MINUTE_MILLIS),
  repeat: fc.constantFrom(30 * MINUTE_MILLIS, 4 * HOUR),
  routes: fc.constantFrom({}, { page: ['pager', 'hook'], default: ['chat', 'hook'] }),
});
const DEPLOY = CONDITIONS_START + 20 * MINUTE_MILLIS;

/** Answers the steps, and the time of each; `restart` says before which looks all state goes through JSON. */
function play(
  history: readonly Look[],
  policy: typeof ALERT_POLICY,
  restart: (look: number) => boolean = () => false,
): { readonly at: number; readonly step: AlertStep; readonly before: readonly AlertRow[] }[] {
  let rows: readonly AlertRow[] = [];
  let now = CONDITIONS_START;
  return history.map(({ pause, standings, severities, acknowledge }, i) => {
    now += pause;
    if (restart(i)) rows = JSON.parse(JSON.stringify(rows)) as AlertRow[];
    if (acknowledge && i % 5 === 0) {
      rows = rows.map((row) => (row.state === 'firing' ? { ...row, acknowledgedBy: 'ada' } : row));
    }
    const conditions = RULES.flatMap((name, k) => {
      const standing = standings[k]!;
      return standing === 'absent' ? [] : [condition(name, standing, { severity: severities[k]! })];
    });
    const before = rows;
    const step = stepAlerts(rows, conditions, policy, {
      now,
      deploys: [DEPLOY],
      receivers: RECEIVERS,
      features: 30,
    });
    rows = step.rows;
    return { at: now, step, before };
  });
}

const check = (property: (history: readonly Look[], policy: typeof ALERT_POLICY) => void): void =>
  fc.assert(fc.property(looks, policies, property), { numRuns: runs(300) });

const stateOf = (rows: readonly AlertRow[], rule: number): string =>
  rows.find(({ labels: { alertname } }) => alertname === RULES[rule]!.alertname)?.state ?? 'inactive';

test('nothing ever begins to fire but by a look beyond, nor ends but by a look below', () => {
  check((history, policy) => {
    play(history, policy).forEach(({ step, before }, i) => {
      RULES.forEach((_, rule) => {
        const [from, to] = [stateOf(before, rule), stateOf(step.rows, rule)];
        const standing = history[i]!.standings[rule];
        if (from === to) return;
        if (to === 'pending' || to === 'firing') expect(standing).toBe('beyond');
        else if (from === 'firing') expect(standing).toBe('below');
        else if (from === 'pending') expect(['below', 'between']).toContain(standing);
        else expect([from, to]).toEqual(['resolved', 'inactive']);
      });
    });
  });
});

test('what fires has held for long enough, and what resolves was known to be calm for long enough', () => {
  check((history, policy) => {
    const played = play(history, policy);
    played.forEach(({ at, step }, i) => {
      for (const { what, fingerprint } of step.events) {
        if (what !== 'firing' && what !== 'resolved') continue;
        const rule = RULES.findIndex(
          ({ alertname }) =>
            alertname === step.rows.find((row) => row.fingerprint === fingerprint)!.labels.alertname,
        );
        const ends = what === 'firing' ? ['below'] : ['beyond', 'between', null, 'absent'];
        const begins = what === 'firing' ? 'beyond' : 'below';
        let since = at;
        let known = at;
        for (let k = i; k >= 0; k -= 1) {
          const standing = history[k]!.standings[rule]!;
          if (ends.includes(standing as string)) break;
          const isKnown = standing !== null && standing !== 'absent';
          if (isKnown && known - played[k]!.at > OUTAGE_TOLERANCE_MS) break;
          if (isKnown) known = played[k]!.at;
          if (standing === begins) since = played[k]!.at;
        }
        const wanted = what === 'firing' ? policy.for : policy.resolveAfter;
        expect(at - since).toBeGreaterThanOrEqual(wanted);
        const isDrift = what === 'firing' && rule > 0;
        if (isDrift) expect(at >= DEPLOY && at < DEPLOY + policy.coolDown).toBe(false);
      }
    });
  });
});

test('a restart at any point has the same future', () => {
  fc.assert(
    fc.property(
      looks,
      policies,
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      (history, policy, cuts) => {
        const steady = play(history, policy);
        const restarted = play(history, policy, (look) => cuts[look]!);
        expect(restarted.map(({ step }) => step)).toEqual(steady.map(({ step }) => step));
      },
    ),
    { numRuns: runs(200) },
  );
});

/** What a receiver knows after a notice. */
const content = (notice: AlertNotice): string =>
  JSON.stringify(
    notice.alerts.map(({ fingerprint, status, severity, acknowledgedBy, startsAt, changed }) => [
      fingerprint,
      status,
      severity,
      acknowledgedBy,
      status === 'resolved' ? startsAt : changed,
    ]),
  );

test('no receiver is told the same twice but by a repetition, nor more often than the group interval allows', () => {
  check((history, policy) => {
    const last = new Map<string, AlertNotice>();
    const ids = new Set<string>();
    for (const { step } of play(history, policy)) {
      for (const notice of step.notices) {
        expect(ids.has(notice.id)).toBe(false);
        ids.add(notice.id);
        const isRepeat = notice.reason === 'repeat interval elapsed';
        expect(notice.alerts.some(({ changed }) => changed)).toBe(!isRepeat);
        const before = last.get(notice.receiver);
        last.set(notice.receiver, notice);
        if (before === undefined) continue;
        const gap = notice.at - before.at;
        if (isRepeat) expect(gap).toBeGreaterThanOrEqual(policy.repeat);
        else if (before.incident === notice.incident) expect(content(notice)).not.toBe(content(before));
        const atOnce = ['severity raised', 'acknowledged'].includes(notice.reason);
        if (!atOnce && notice.receiver !== 'train') expect(gap).toBeGreaterThanOrEqual(policy.groupInterval);
      }
    }
  });
});

test('in the end every receiver knows what is firing, if nothing silences it', () => {
  check((history, policy) => {
    const quiet = {
      pause: 6 * MINUTE_MILLIS,
      standings: [null, null, null],
      severities: ['info', 'info', 'info'],
    } as const;
    const calm = Array.from({ length: 3 }, () => ({ ...quiet, acknowledge: false }));
    const known = new Map<string, Set<string>>();
    const played = play([...history, ...calm], { ...policy, routes: {} });
    for (const notice of played.flatMap(({ step }) => step.notices)) {
      const open = known.get(notice.receiver) ?? new Set();
      known.set(notice.receiver, open);
      for (const { fingerprint, status } of notice.alerts) {
        if (status === 'firing') open.add(fingerprint);
        else open.delete(fingerprint);
      }
      if (notice.status === 'resolved' && notice.receiver !== 'pager') expect([...open]).toEqual([]);
    }
    const rows = played.at(-1)!.step.rows;
    const firing = rows.filter(({ state }) => state === 'firing');
    for (const receiver of ['hook', 'chat'] as const) {
      const open = known.get(receiver) ?? new Set();
      for (const { fingerprint, inhibitedBy } of firing) {
        if (inhibitedBy === null) expect(open.has(fingerprint)).toBe(true);
      }
      for (const { fingerprint, state } of rows) {
        if (state === 'inactive' || state === 'resolved') expect(open.has(fingerprint)).toBe(false);
      }
    }
  });
});

test('of three rules the ones that are consequences of a firing one are silenced', () => {
  check((history, policy) => {
    for (const { step } of play(history, policy)) {
      const [missing, drift, answers] = RULES.map(({ alertname }) =>
        step.rows.find((row) => row.labels.alertname === alertname),
      );
      const isOn = (row: AlertRow | undefined): row is AlertRow => row?.state === 'firing';
      const rank = { info: 0, ticket: 1, page: 2 };
      const silences = (by: AlertRow | undefined, row: AlertRow): boolean =>
        isOn(by) && rank[by.severity] >= rank[row.severity];
      if (isOn(drift)) expect(drift.inhibitedBy !== null).toBe(silences(missing, drift));
      if (isOn(answers)) expect(answers.inhibitedBy !== null).toBe(silences(drift, answers));
      if (missing !== undefined) expect(missing.inhibitedBy).toBe(null);
    }
  });
});
