import { expect, test } from 'vitest';
import type { AlertView } from '../../api/generated/control-api.ts';
import {
  type AlertEvent,
  alertTitle,
  eventWords,
  isLost,
  shownAlerts,
  sideOf,
  standingWords,
  summaryWords,
} from './alert-words.ts';

const alert = (more: Partial<AlertView> = {}): AlertView => ({
  ...{ fingerprint: 'a', severity: 'ticket', state: 'firing', since: 1, startsAt: 1, endsAt: null },
  ...{ evaluatedAt: 1, known: true, flaps: 1, inhibitedBy: null, acknowledgedBy: null, generation: 1 },
  labels: { alertname: 'FeatureDrift', model: 'churn', endpoint: 'churn', feature: 'age' },
  told: {
    ...{ sentence: 'age moved', advice: 'look', value: 1, threshold: 0.1, traffic: 10 },
    ...{ histogram: null, details: {} },
  },
  ...more,
});

test('an alert is named by its rule and what it is about', () => {
  expect(alertTitle(alert())).toBe('FeatureDrift of age');
  expect(alertTitle(alert({ labels: { alertname: 'ModelDown', endpoint: 'churn' } }))).toBe('ModelDown');
});

test('how it stands says whether somebody is needed', () => {
  const words = (more: Partial<AlertView>): string => standingWords(alert(more)).text;
  expect([
    words({}),
    words({ acknowledgedBy: 'ana' }),
    words({ inhibitedBy: 'b' }),
    words({ known: false }),
    words({ state: 'pending' }),
    words({ state: 'resolved' }),
  ]).toEqual(['Firing', 'Acknowledged', 'Silenced', 'Unknown', 'Pending', 'Over']);
  expect(standingWords(alert({ severity: 'info' })).tone).toBe('watch');
});

test('what needs somebody comes first, and what is sought is found by any of its words', () => {
  const all = [
    alert({ fingerprint: 'mine', acknowledgedBy: 'ana' }),
    alert({ fingerprint: 'old', since: 1 }),
    alert({ fingerprint: 'new', since: 5 }),
    alert({ fingerprint: 'page', severity: 'page' }),
    alert({ fingerprint: 'over', state: 'inactive' }),
  ];
  const names = (shown: 'open' | 'acknowledged' | 'over', search = ''): readonly string[] =>
    shownAlerts(all, { shown, search }).map(({ fingerprint }) => fingerprint);
  expect(names('open')).toEqual(['page', 'new', 'old', 'mine']);
  expect(names('acknowledged')).toEqual(['mine']);
  expect(names('over')).toEqual(['over']);
  expect(names('open', ' AGE ')).toHaveLength(4);
  expect(names('open', 'income')).toEqual([]);
  expect(summaryWords(all.slice(0, 4))).toBe('3 firing, nobody looks after them; 1 acknowledged.');
  expect(summaryWords([])).toBe('Nothing fires.');
});

test('what happened is said in sentences, with who and why', () => {
  const event = (what: string, body: unknown = {}): AlertEvent => ({
    id: 1,
    fingerprint: 'a',
    at: 1,
    what,
    body,
  });
  expect(eventWords(event('firing', { flaps: 1 }))).toBe('Fires.');
  expect(eventWords(event('firing', { flaps: 3 }))).toBe('Fires, for the 3rd time within a day.');
  expect(eventWords(event('firing', { flaps: 12 }))).toContain('12th');
  expect(eventWords(event('resolved', { firedFor: 120_000 }))).toBe('Resolved after 2 min.');
  expect(eventWords(event('acknowledged', { by: 'ana', reason: 'known sale' }))).toBe(
    'ana looks after it: known sale',
  );
  expect(eventWords(event('something new'))).toBe('something new');
  const sent = event('notified', { receiver: 'ops', reason: 'first notification', notice: 'n1' });
  expect(eventWords(sent)).toBe('Sent to ops (first notification).');
  expect([
    isLost(sent, new Set(['n1'])),
    isLost(sent, new Set()),
    isLost(event('firing', null), new Set()),
  ]).toEqual([...[true, false, false]]);
});

test('the histogram of an alert is on the side of what it is about', () => {
  const labels = (alertname: string, feature?: string): AlertView['labels'] =>
    feature === undefined ? { alertname } : { alertname, feature };
  expect(
    [labels('FeatureDrift', 'age'), labels('PredictionDrift', 'predict'), labels('ModelDown')].map((one) =>
      sideOf({ labels: one }),
    ),
  ).toEqual(['input', 'output', null]);
});
