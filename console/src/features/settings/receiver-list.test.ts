import { expect, test } from 'vitest';
import type { MonitorView } from '../../api/generated/control-api.ts';
import { receiversOf } from './receiver-list.ts';

const monitor = (endpoint: string, policy: unknown): MonitorView => ({
  ...{ endpoint, model: endpoint, version: 1, policy, written: null, generation: 1, reference: null },
  ...{ traffic: { hour: 0, day: 0, dropped: 0 }, alerts: { firing: 0, pending: 0 } },
  ...{ evaluatedAt: null, sentence: '' },
});

test('receivers of all endpoints are told without what may be secret in them', () => {
  const receivers = {
    ops: { kind: 'slack', url: 'https://hooks.slack.com/services/T0/SECRET', channel: null, token: null },
    desk: { kind: 'email', smtp: 'smtp://mail:25', from: 'a@b.c', to: ['x@b.c', 'y@b.c'] },
    bot: { kind: 'slack', url: null, channel: '#alerts', token: 'env:BOT' },
    hook: { kind: 'webhook', url: 'env:HOOK' },
    half: { kind: 'webhook', url: 'hooks.example/SECRET' },
  };
  expect(receiversOf([monitor('iris', {}), monitor('churn', { receivers })])).toEqual([
    { endpoint: 'churn', name: 'bot', kind: 'slack', target: '#alerts' },
    { endpoint: 'churn', name: 'desk', kind: 'email', target: 'x@b.c, y@b.c' },
    { endpoint: 'churn', name: 'half', kind: 'webhook', target: null },
    { endpoint: 'churn', name: 'hook', kind: 'webhook', target: 'env:HOOK' },
    { endpoint: 'churn', name: 'ops', kind: 'slack', target: 'hooks.slack.com' },
  ]);
});

test('a policy that is none has no receivers', () => {
  expect(receiversOf([monitor('a', null), monitor('b', { receivers: 7 })])).toEqual([]);
});
