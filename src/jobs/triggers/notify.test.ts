import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../store/testing/postgres.ts';
import { listenToNotify } from './notify.ts';
import { Subscription } from './testing/subscription.ts';

let server: PostgresServer;
let url: string;
const open: Subscription<{ kind: 'notify'; url: string; channel: string }>[] = [];
const listening = (job?: string) => {
  const subscription = new Subscription(
    listenToNotify,
    { kind: 'notify' as const, url, channel: 'rows "loaded"' },
    job,
  );
  open.push(subscription);
  return subscription;
};
const notify = (payload: string) =>
  runPostgresStatement(url, `select pg_notify('rows "loaded"', '${payload}')`);

beforeAll(async () => {
  server = await startPostgres();
  url = await server.database();
}, HOOK_MILLIS);
afterEach(async () => {
  await Promise.all(open.splice(0).map((subscription) => subscription.end()));
});
afterAll(() => server.stop(), HOOK_MILLIS);

test('the payload names what happened; without one each notification is a thing of its own', async () => {
  const subscription = listening();
  await subscription.ready();
  await notify('2026-11-01');
  await notify('');
  await runPostgresStatement(url, "select pg_notify('elsewhere', 'x')");
  await notify('');
  await subscription.received(3);
  expect(subscription.keys[0]).toBe('2026-11-01');
  expect(new Set(subscription.keys).size).toBe(3);
});

test('of two servers one listens; when it goes the other one does', async () => {
  const first = listening();
  await first.ready();
  const second = listening();
  await notify('a');
  await first.received(1);
  await first.end();
  await second.ready();
  await notify('b');
  await second.received(1);
  expect([first.keys, second.keys]).toEqual([['a'], ['b']]);
});

test('a database that goes away is listened to again when it is back', async () => {
  const subscription = listening('other');
  await subscription.ready();
  await server.kill();
  await server.start();
  await subscription.ready(2);
  await notify('after');
  await subscription.received(1);
  expect(subscription.keys).toEqual(['after']);
}, 30_000);
