import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import type { DeliveryRow, MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { ReceiverPolicy } from '../policy/receivers.ts';
import type { AlertNotice } from './alert-notice.ts';
import { NOTICE_MAX_AGE_MS } from './delivery-retry.ts';
import { deadLetters, NoticeDispatcher, resend } from './notice-dispatcher.ts';
import { ALERT_POLICY, CONDITIONS_START, HOUR, MINUTE_MILLIS } from './testing/conditions.ts';
import { incident } from './testing/notices.ts';
import { startReceiverServer } from './testing/receiver-server.ts';
import { openAlertStore } from './testing/store.ts';

const hook = (url: string): ReceiverPolicy => ({ kind: 'webhook', url, secret: null, template: null });

async function put(store: MonitoringStore, notice: AlertNotice, receiver = 'hook'): Promise<void> {
  const row: DeliveryRow = {
    id: `${notice.id}-${receiver}`,
    receiver,
    groupKey: notice.groupKey,
    body: { ...notice, id: `${notice.id}-${receiver}`, receiver },
    state: 'waiting',
    attempts: 0,
    notBefore: notice.at,
    error: null,
    createdAt: notice.at,
    receipt: null,
  };
  await store.setDelivery(row);
}

function delivering(store: MonitoringStore, receivers: Record<string, ReceiverPolicy>, holder = 'p1') {
  const time = { now: CONDITIONS_START + 3 * HOUR };
  const deliverer = new NoticeDispatcher({
    store,
    holder,
    clock: { now: () => time.now, monotonic: () => time.now },
    random: seededRandom(7),
    surroundings: { env: {}, externalUrl: null, timeoutMillis: 400 },
    policies: async () => ({ 'churn-eu': { alerts: ALERT_POLICY, receivers } }),
  });
  return { deliverer, time };
}
const reasons = (texts: readonly { text: string }[]): string[] =>
  texts.map(({ text }) => (JSON.parse(text) as { notification_reason: string }).notification_reason);

test('notices of a group are sent in their order, once', async () => {
  const { store } = await openAlertStore();
  const far = await startReceiverServer();
  const { first, more, over } = incident();
  for (const notice of [over, first, more]) await put(store, notice);
  const { deliverer } = delivering(store, { hook: hook(far.url) });
  expect(await deliverer.deliverDue()).toEqual({ sent: 3, failed: 0, dead: 0, pushed: 0 });
  expect(reasons(far.received)).toEqual(['first notification', 'new alerts in group', 'all alerts resolved']);
  expect(await deliverer.deliverDue()).toMatchObject({ sent: 0 });
});

test('a receiver that fails is tried again later and later, and what came after waits for its turn', async () => {
  const { store } = await openAlertStore();
  const far = await startReceiverServer();
  far.reply = () => ({ status: 503 });
  const { first, more } = incident();
  await put(store, first);
  await put(store, more);
  const { deliverer, time } = delivering(store, { hook: hook(far.url) });
  const begin = time.now;
  const pauses: number[] = [];
  for (let last = begin; time.now < begin + HOUR; time.now += 1000) {
    const before = far.received.length;
    await deliverer.deliverDue();
    if (far.received.length === before) continue;
    if (time.now > begin) pauses.push((time.now - last) / 1000);
    last = time.now;
    time.now += 0;
    if (pauses.length === 6) break;
  }
  pauses.forEach((pause, i) => {
    expect(pause).toBeGreaterThanOrEqual(2.5 * 2 ** i);
    expect(pause).toBeLessThanOrEqual(5 * 2 ** i + 1);
  });
  expect(new Set(reasons(far.received))).toEqual(new Set(['first notification']));
  far.reply = () => ({});
  time.now += HOUR;
  await deliverer.deliverDue();
  expect(reasons(far.received).slice(-2)).toEqual(['first notification', 'new alerts in group']);
  expect(new Set(far.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
});

test('who is asked to wait waits as long as it was told', async () => {
  const { store } = await openAlertStore();
  const far = await startReceiverServer();
  far.reply = () => ({ status: 429, headers: { 'retry-after': '1800' } });
  await put(store, incident().first);
  const { deliverer, time } = delivering(store, { hook: hook(far.url) });
  await deliverer.deliverDue();
  time.now += 1_799_000;
  await deliverer.deliverDue();
  expect(far.received).toHaveLength(1);
  time.now += 1000;
  await deliverer.deliverDue();
  expect(far.received).toHaveLength(2);
});

test('what is refused three times, or fails for a day, is kept as a dead letter and can be sent again', async () => {
  const { store } = await openAlertStore();
  const far = await startReceiverServer();
  far.reply = () => ({ status: 404, body: 'gone' });
  await put(store, incident().first);
  const { deliverer, time } = delivering(store, { hook: hook(far.url) });
  for (let i = 0; i < 5; i += 1, time.now += MINUTE_MILLIS) await deliverer.deliverDue();
  expect(far.received).toHaveLength(3);
  const [dead] = await deadLetters(store);
  expect(dead).toMatchObject({ state: 'dead', attempts: 3, error: 'answered 404: gone' });
  far.reply = () => ({ status: 500 });
  expect(await resend(store, dead!.id, time.now)).toBe(true);
  const begin = time.now;
  while ((await deadLetters(store)).length === 0) {
    await deliverer.deliverDue();
    time.now += 15 * MINUTE_MILLIS;
    expect(time.now - begin).toBeLessThan(2 * NOTICE_MAX_AGE_MS);
  }
  far.reply = () => ({});
  await resend(store, dead!.id, time.now);
  expect(await deliverer.deliverDue()).toMatchObject({ sent: 1 });
  expect(await resend(store, dead!.id, time.now)).toBe(false);
});

test('a receiver that hangs delays no other, and a second pass does not send twice', async () => {
  const { store } = await openAlertStore();
  const slow = await startReceiverServer();
  const quick = await startReceiverServer();
  slow.reply = () => ({ instead: 'hang' });
  const { first } = incident();
  await put(store, first, 'slow');
  await put(store, first, 'quick');
  const { deliverer } = delivering(store, { slow: hook(slow.url), quick: hook(quick.url) });
  const pass = deliverer.deliverDue();
  await expect.poll(() => quick.received.length, { timeout: 350, interval: 10 }).toBe(1);
  await expect.poll(() => slow.received.length).toBe(1);
  await deliverer.deliverDue();
  await pass;
  expect([slow.received.length, quick.received.length]).toEqual([1, 1]);
});

test('of two processes one delivers, and the other when that one is gone', async () => {
  const { store } = await openAlertStore();
  const far = await startReceiverServer();
  await put(store, incident().first);
  const one = delivering(store, { hook: hook(far.url) }, 'p1');
  const other = delivering(store, { hook: hook(far.url) }, 'p2');
  await one.deliverer.deliverDue();
  await put(store, incident().more);
  expect(await other.deliverer.deliverDue()).toMatchObject({ sent: 0 });
  other.time.now += 2 * MINUTE_MILLIS;
  expect(await other.deliverer.deliverDue()).toMatchObject({ sent: 1 });
});

test('a notice that was sent when the process died is sent again with the same key', async () => {
  const { store } = await openAlertStore();
  const far = await startReceiverServer();
  await put(store, incident().first);
  const dying: MonitoringStore = { ...store, setDelivery: () => Promise.reject(new Error('killed')) };
  await expect(delivering(dying, { hook: hook(far.url) }).deliverer.deliverDue()).rejects.toThrow('killed');
  await delivering(store, { hook: hook(far.url) }).deliverer.deliverDue();
  expect(far.received).toHaveLength(2);
  expect(new Set(far.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('a notice to a receiver that is no longer there is given up', async () => {
  const { store } = await openAlertStore();
  await put(store, incident().first);
  await delivering(store, {}).deliverer.deliverDue();
  expect(await deadLetters(store)).toMatchObject([{ error: 'there is no such receiver any more' }]);
});
