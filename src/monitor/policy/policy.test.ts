import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { DEFAULT_MONITOR, MONITOR, parseMonitor } from './policy.ts';

const DAY = 86_400_000;

function problems(document: unknown): readonly string[] {
  try {
    parseMonitor('churn', document);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'MONITOR_INVALID')
      return error.details['list'] as readonly string[];
    throw error;
  }
  return [];
}

test('an empty document has every stated default, and so has none', () => {
  expect(parseMonitor('churn', {})).toEqual(DEFAULT_MONITOR);
  expect(parseMonitor('churn', null)).toEqual(DEFAULT_MONITOR);
  expect(DEFAULT_MONITOR).toMatchObject({
    falseAlarms: { count: 1, span: 90 * DAY },
    log: { sample: 1, maxRate: 1000, keep: 30 * DAY, maxBytes: 2 * 2 ** 30, redact: {} },
    drift: { enabled: true, minimumPsi: 0.05, minimumShare: 0.02, warmup: 10_000, rollout: 'freeze' },
    accuracy: { metric: null, maturity: null, cohort: DAY, estimate: true },
    operations: { availability: 0.999, latency: null, spike: 3, maxAge: null, silence: null },
    alerts: { for: 60_000, resolveAfter: 900_000, routes: {} },
    receivers: {},
  });
});

test('the false alarms that are accepted are one number a quarter, or a count in a span', () => {
  expect(parseMonitor('churn', { falseAlarms: 2 }).falseAlarms).toEqual({ count: 2, span: 90 * DAY });
  expect(parseMonitor('churn', { falseAlarms: { count: 3, span: '7d' } }).falseAlarms).toEqual({
    count: 3,
    span: 7 * DAY,
  });
  expect(problems({ falseAlarms: 0 })).toEqual([
    'falseAlarms is 0, wanted a number above 0 and at most 1000000',
  ]);
});

test('sizes, redactions, receivers and routes are read as written', () => {
  const policy = parseMonitor('churn', {
    log: { maxBytes: '1.5gb', redact: { email: 'drop', customer: 'hash' } },
    receivers: {
      ops: { kind: 'webhook', url: 'https://hooks.example.com/plimsoll', secret: 'env:HOOK_SECRET' },
      chat: { kind: 'slack', url: 'env:SLACK_HOOK' },
      pager: { kind: 'pagerduty', routingKey: 'file:/run/secrets/pager' },
      again: { kind: 'retrain', url: 'http://127.0.0.1:9/train' },
    },
    alerts: { for: '0s', routes: { page: ['pager'], default: ['ops', 'chat'] } },
  });
  expect(policy.log).toMatchObject({
    maxBytes: 1.5 * 2 ** 30,
    redact: { email: 'drop', customer: 'hash' },
  });
  expect(policy.receivers).toEqual({
    ops: {
      kind: 'webhook',
      url: 'https://hooks.example.com/plimsoll',
      secret: 'env:HOOK_SECRET',
      template: null,
    },
    chat: { kind: 'slack', url: 'env:SLACK_HOOK', channel: null, token: null },
    pager: {
      kind: 'pagerduty',
      url: 'https://events.pagerduty.com/v2/enqueue',
      routingKey: 'file:/run/secrets/pager',
    },
    again: { kind: 'retrain', url: 'http://127.0.0.1:9/train', secret: null },
  });
  expect(policy.alerts.routes).toEqual({ page: ['pager'], default: ['ops', 'chat'] });
});

test('every mistake is named with its path, and a misspelt key with the one that is meant', () => {
  expect(
    problems({
      drift: { minimumPSI: 0.2, rollout: 'stop' },
      log: { sample: 2, redact: { email: 'mask' } },
      receivers: { ops: { kind: 'web' } },
    }),
  ).toEqual([
    'log.sample is 2, wanted a number from 0 to 1',
    'log.redact.email is "mask", wanted one of drop, hash, bucket',
    'drift.minimumPSI is no key here, wanted one of enabled, minimumPsi, minimumShare, ignore, season, warmup, rollout; did you mean "minimumPsi"?',
    'drift.rollout is "stop", wanted one of none, freeze, rollback',
    'receivers.ops.kind is "web", wanted one of webhook, alertmanager, slack, email, pagerduty, retrain',
  ]);
});

test('a secret that stands in the document is refused without being repeated', () => {
  const secret = 'hunter2-very-secret';
  const found = problems({
    receivers: {
      ops: { kind: 'webhook', url: `https://user:${secret}@hooks.example.com`, secret },
      mail: {
        kind: 'email',
        smtp: `smtp://ops:${secret}@mail`,
        from: 'a@b.c',
        to: ['d@e.f'],
        password: secret,
      },
    },
  });
  expect(found).toHaveLength(4);
  expect(found.join('\n')).not.toContain(secret);
});

test('a route to a receiver that is not there is refused', () => {
  expect(
    problems({
      receivers: { ops: { kind: 'alertmanager', url: 'http://am:9093' } },
      alerts: { routes: { page: ['opps'] } },
    }),
  ).toEqual(['alerts.routes.page names "opps", wanted one of the receivers ops; did you mean "ops"?']);
});

test('names of columns and receivers that are names of prototypes are names like any other', () => {
  const document = JSON.parse('{"log":{"redact":{"__proto__":"drop","constructor":"hash"}}}');
  const { redact } = parseMonitor('churn', document).log;
  expect(Object.entries(redact)).toEqual([
    ['__proto__', 'drop'],
    ['constructor', 'hash'],
  ]);
  expect(Object.getPrototypeOf(redact)).toBe(Object.prototype);
});

test('whatever is written is read, or refused with a coded error; what the schema takes, the grammar takes', () => {
  const schema = Compile(MONITOR);
  const hostile = fc.dictionary(
    fc.constantFrom('drift', 'log', 'alerts', 'receivers', 'falseAlarms', 'quality', 'x'),
    fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('enabled', 'for', 'sample', 'a'), fc.jsonValue())),
  );
  fc.assert(
    fc.property(hostile, (document) => {
      const found = problems(document);
      expect(found.every((line) => typeof line === 'string' && line.length < 2000)).toBe(true);
      if (found.length === 0) expect(schema.Check(document)).toBe(true);
    }),
  );
});
