import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { incident } from '../testing/notices.ts';
import { httpReceiverContract } from '../testing/receiver-contract.ts';
import { type ReceiverServer, startReceiverServer } from '../testing/receiver-server.ts';
import { parseReceiverUrl } from './http.ts';
import type { ReceiverEnvironment } from './receiver.ts';
import { sendNotice } from './send-notice.ts';

const NOW = 1_767_571_200_000;
const ENV = { HOOK_SECRET: 'hook-secret-1', SLACK_TOKEN: 'xoxb-secret-2', PD_KEY: 'pd-secret-3' };
const around = (more: Partial<ReceiverEnvironment> = {}): ReceiverEnvironment => ({
  env: ENV,
  externalUrl: 'http://plimsoll.test/',
  timeoutMillis: 1000,
  ...more,
});
const webhook = (url: string, template: string | null = null) =>
  ({ kind: 'webhook', url, secret: 'env:HOOK_SECRET', template }) as const;
const bodies = (far: ReceiverServer): Record<string, never>[] =>
  far.received.map(({ text }) => JSON.parse(text) as Record<string, never>);

describe('a webhook', () => {
  httpReceiverContract({
    policy: (url) => webhook(url),
    surroundings: () => ({ env: ENV }),
    content: { status: 204 },
    secrets: [ENV.HOOK_SECRET],
  });
});
describe('Alertmanager', () => {
  httpReceiverContract({
    policy: (url) => ({ kind: 'alertmanager', url }),
    surroundings: () => ({}),
    content: {},
    secrets: [],
  });
});
describe('Slack by an incoming webhook', () => {
  httpReceiverContract({
    policy: (url) => ({ kind: 'slack', url, channel: null, token: null }),
    surroundings: () => ({}),
    content: { body: 'ok' },
    secrets: [],
  });
});
describe('Slack by a bot', () => {
  httpReceiverContract({
    policy: () => ({ kind: 'slack', url: null, channel: '#ops', token: 'env:SLACK_TOKEN' }),
    surroundings: (url) => ({ env: ENV, slackApi: url }),
    content: { body: '{"ok":true,"channel":"C1","ts":"1.2"}' },
    secrets: [ENV.SLACK_TOKEN],
  });
});
describe('PagerDuty', () => {
  httpReceiverContract({
    policy: (url) => ({ kind: 'pagerduty', url, routingKey: 'env:PD_KEY' }),
    surroundings: () => ({ env: ENV }),
    content: { status: 202, body: '{"status":"success"}' },
    secrets: [ENV.PD_KEY],
  });
});
describe('retraining', () => {
  httpReceiverContract({
    policy: (url) => ({ kind: 'retrain', url, secret: 'env:HOOK_SECRET' }),
    surroundings: () => ({ env: ENV }),
    content: { status: 202 },
    secrets: [ENV.HOOK_SECRET],
  });
});

test('whoever knows the secret can verify a webhook, and tells a repetition by its key', async () => {
  const far = await startReceiverServer();
  const outgoing = { notice: incident().more, receipt: null, at: NOW };
  for (const at of [NOW, NOW + 9000]) await sendNotice(webhook(far.url), { ...outgoing, at }, around());
  for (const { headers, text } of far.received) {
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-plimsoll-signature']))!;
    expect(hex).toBe(createHmac('sha256', 'hook-secret-1').update(`${seconds}.${text}`).digest('hex'));
  }
  expect(new Set(far.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(new Set(far.received.map(({ headers }) => headers['x-plimsoll-signature'])).size).toBe(2);
});

test('a template makes the body of a webhook, and cannot break out of its text', async () => {
  const far = await startReceiverServer();
  const template =
    '{"title":"{{headline}}","n":{{json truncatedAlerts}},"a":[{{#alerts}}{"f":"{{labels.feature}}","s":"{{status}}"}{{/alerts}}]}';
  await sendNotice(webhook(far.url, template), { notice: incident().more, receipt: null, at: NOW }, around());
  expect(bodies(far)[0]).toEqual({
    title: '[firing] churn at churn-eu: 2 of 30 features moved, top 2: age (0.31), fee <b>& (0.31)',
    n: 0,
    a: [
      { f: 'age', s: 'firing' },
      { f: 'fee <b>&', s: 'firing' },
    ],
  });
  const broken = await sendNotice(
    webhook(far.url, '{{#alerts}}'),
    { notice: incident().more, receipt: null, at: NOW },
    around(),
  );
  expect(broken).toMatchObject({ ok: false, detail: expect.stringContaining('{{#alerts}} has no end') });
  const inherited = await sendNotice(
    webhook(far.url, '["{{constructor.name}}{{alerts.length}}"]'),
    { notice: incident().more, receipt: null, at: NOW },
    around(),
  );
  expect(inherited.ok).toBe(true);
  expect(bodies(far)[1]).toEqual(['2']);
});

/** As much of Slack as a bot sees: messages by their time, in a channel; updates of what is there. */
async function startSlack() {
  const far = await startReceiverServer();
  const messages = new Map<
    string,
    { text: string; thread: string | undefined; attachments: { color: string }[] }
  >();
  far.reply = ({ path, headers, text }) => {
    const say = (body: object) => ({
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    if (headers.authorization !== 'Bearer xoxb-secret-2') return say({ ok: false, error: 'invalid_auth' });
    const body = JSON.parse(text) as {
      channel: string;
      ts: string;
      thread_ts?: string;
      text: string;
      attachments: [];
    };
    if (path === '/chat.postMessage') {
      const ts = `1767571200.00000${messages.size + 1}`;
      messages.set(ts, { text: body.text, thread: body.thread_ts, attachments: body.attachments });
      return say({ ok: true, channel: 'C024BE91L', ts, message: { text: body.text } });
    }
    const message = messages.get(body.ts);
    if (message === undefined || body.channel !== 'C024BE91L')
      return say({ ok: false, error: 'message_not_found' });
    messages.set(body.ts, { ...message, text: body.text, attachments: body.attachments });
    return say({ ok: true, channel: 'C024BE91L', ts: body.ts });
  };
  return { far, messages };
}

test('a bot keeps one message for an incident up to date, and its thread tells every change', async () => {
  const { far, messages } = await startSlack();
  const policy = { kind: 'slack', url: null, channel: '#ops', token: 'env:SLACK_TOKEN' } as const;
  let receipt: unknown = null;
  const { first, more, acknowledged, over } = incident();
  for (const notice of [first, more, acknowledged, over]) {
    const outcome = await sendNotice(policy, { notice, receipt, at: NOW }, around({ slackApi: far.url }));
    expect(outcome).toMatchObject({ ok: true });
    receipt = outcome.ok ? outcome.receipt : null;
  }
  const [[ts, message] = ['', undefined], ...thread] = [...messages];
  expect(message!.text).toBe(
    '[resolved] churn at churn-eu: 2 features moved, top 2: age (0.31), fee &lt;b&gt;&amp; (0.31)'.replace(
      '2 features',
      '2 of 30 features',
    ),
  );
  expect(message!.attachments.map(({ color }) => color)).toEqual(['good', 'good']);
  expect(thread.map(([, reply]) => [reply.thread, reply.text.split(':')[0]])).toEqual([
    [ts, 'new alerts in group'],
    [ts, 'acknowledged'],
    [ts, 'all alerts resolved'],
  ]);
  messages.clear();
  expect(
    await sendNotice(policy, { notice: more, receipt, at: NOW }, around({ slackApi: far.url })),
  ).toMatchObject({ ok: true });
  expect([...messages.values()].map(({ thread: of }) => of)).toEqual([undefined]);
});

test('an incoming webhook of Slack gets a danger with bars, and its names call nobody', async () => {
  const far = await startReceiverServer();
  await sendNotice(
    { kind: 'slack', url: far.url, channel: null, token: null },
    { notice: incident().more, receipt: null, at: NOW },
    around(),
  );
  const { text, attachments } = bodies(far)[0] as unknown as {
    text: string;
    attachments: { color: string; title_link: string; text: string }[];
  };
  expect(text).toContain('fee &lt;b&gt;&amp;');
  expect(attachments[0]).toMatchObject({
    color: 'danger',
    title_link: expect.stringMatching(/^http:\/\/plimsoll\.test\/api\/v1\/alerts\/[0-9a-f]{16}$/),
  });
  expect(attachments[0]!.text).toContain('To do: Compare the source of the feature with last week');
  expect(attachments[0]!.text).toMatch(/null\s+0 %\s+█.* 5.0 %/);
});

test('PagerDuty is told of one incident: triggered, triggered again, acknowledged, resolved', async () => {
  const far = await startReceiverServer();
  const open = new Map<string, string>();
  far.reply = ({ text }) => {
    const event = JSON.parse(text) as {
      routing_key: string;
      event_action: string;
      dedup_key: string;
      payload?: { summary: string; source: string; severity: string };
    };
    const isComplete =
      event.event_action !== 'trigger' ||
      (['summary', 'source', 'severity'].every(
        (name) => typeof event.payload?.[name as 'summary'] === 'string',
      ) &&
        ['critical', 'error', 'warning', 'info'].includes(event.payload!.severity) &&
        event.payload!.summary.length <= 1024);
    const isKnown = event.event_action === 'trigger' || open.has(event.dedup_key);
    if (event.routing_key !== 'pd-secret-3' || event.dedup_key.length > 255 || !isComplete || !isKnown) {
      return {
        status: 400,
        body: '{"status":"invalid event","message":"Event object is invalid","errors":["?"]}',
      };
    }
    open.set(event.dedup_key, event.event_action);
    return {
      status: 202,
      body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: event.dedup_key }),
    };
  };
  const policy = { kind: 'pagerduty', url: far.url, routingKey: 'env:PD_KEY' } as const;
  const { first, more, acknowledged, over } = incident();
  const states: string[] = [];
  for (const notice of [first, more, acknowledged, over]) {
    expect(await sendNotice(policy, { notice, receipt: null, at: NOW }, around())).toMatchObject({
      ok: true,
    });
    states.push([...open.values()].join());
  }
  expect(states).toEqual(['trigger', 'trigger', 'acknowledge', 'resolve']);
  expect(bodies(far)[0]!['payload']).toMatchObject({
    severity: 'critical',
    source: 'churn-eu',
    component: 'churn',
  });
});

test('whoever trains again gets what was found, and how to get the rows', async () => {
  const far = await startReceiverServer();
  await sendNotice(
    { kind: 'retrain', url: far.url, secret: null },
    { notice: incident().first, receipt: null, at: NOW },
    around(),
  );
  expect(bodies(far)[0]).toMatchObject({
    event: 'retrain',
    model: 'churn',
    findings: [{ rule: 'FeatureDrift', family: 'drift', value: 0.31, labels: { feature: 'age' } }],
    data: { endpoint: 'churn-eu', from: '2026-01-05T00:00:00.000Z' },
  });
});

test('only http and https are called, and never with a password in the address', () => {
  expect(parseReceiverUrl('file:///etc/passwd')).toBe(
    'its address begins with file:, http: or https: was wanted',
  );
  expect(parseReceiverUrl('https://a:secret@b/')).toBe('its address has a password in it');
  expect(parseReceiverUrl('nonsense')).toBe('its address is none');
});
