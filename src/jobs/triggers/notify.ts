/** `NOTIFY channel` of a PostgreSQL. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { JobTrigger } from '../schedule/schedule.ts';
import { aborted, type TriggerListener } from './listener.ts';

/** Milliseconds between two tries of one server to be the one that listens. */
const TURN = 2000;
const CONNECT_MILLIS = 10_000;

/**
 * A payload names what happened: the same text again is the same thing; without one each notification is a thing of its
 * own. Of several servers one listens at a time, the one that holds an advisory lock of that database. Notifications are
 * not kept by the database: what was sent while nobody listened is lost.
 */
export const listenToNotify: TriggerListener<Extract<JobTrigger, { kind: 'notify' }>> = async (
  { url, channel },
  subscriber,
  signal,
) => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MILLIS,
    keepAlive: true,
    application_name: `plimsoll job ${subscriber.job}`,
  });
  const broken = new Promise<never>((_, reject) => {
    client.on('error', reject);
    client.once('end', () => reject(new Error('the connection was closed')));
  });
  broken.catch(() => undefined);
  let delivered: Promise<void> = Promise.resolve();
  client.on('notification', ({ payload }) => {
    const key = payload === undefined || payload === '' ? randomUUID() : payload;
    delivered = delivered.then(() => subscriber.deliver(key));
    // It fails only where it is told to end.
    delivered.catch(() => undefined);
  });
  try {
    await client.connect();
    const until = (work: Promise<unknown>) => Promise.race([work, broken, aborted(signal)]);
    await until(ownTurn(client, `${subscriber.job} ${channel}`, signal));
    if (signal.aborted) return;
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    subscriber.ready();
    await until(aborted(signal));
    await delivered.catch(() => undefined);
  } finally {
    await client.end().catch(() => undefined);
  }
};

async function ownTurn(client: pg.Client, name: string, signal: AbortSignal): Promise<void> {
  // The number that stands for a name, as PostgreSQL takes it: 64 bits, signed.
  const number = createHash('sha256').update(`plimsoll ${name}`).digest().readBigInt64BE();
  while (!signal.aborted) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as mine', [String(number)]);
    if (rows[0].mine === true) return;
    await sleep(TURN, undefined, { signal }).catch(() => undefined);
  }
}
