/** A stream of Redis, read through a consumer group of the job's own. */
import { hostname } from 'node:os';
import { createClient } from '@redis/client';
import { messageOf } from '../../core/error-text.ts';
import type { JobTrigger } from '../schedule/schedule.ts';
import type { TriggerListener } from './listener.ts';

/** Milliseconds that a read waits for the next message, and after which another consumer's message is taken over. */
const WAIT = 1000;
const IDLE = 60_000;
const BATCH = 100;
const CONNECT_MILLIS = 10_000;

/**
 * A message is acknowledged when its run is durable; one that was read by a process that ended then comes again, to
 * whoever asks a minute later, and finds its run. Messages from before the job was defined are not read.
 */
export const listenToRedis: TriggerListener<Extract<JobTrigger, { kind: 'redis' }>> = async (
  { url, stream },
  subscriber,
  signal,
) => {
  const client = createClient({
    url,
    socket: { connectTimeout: CONNECT_MILLIS, reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  const group = `plimsoll-${subscriber.job}`;
  const consumer = `${hostname()}-${process.pid}`;
  await client.connect();
  try {
    await ensureGroup(client, stream, group);
    subscriber.ready();
    const take = async (messages: readonly ({ readonly id: string } | null)[]): Promise<void> => {
      for (const message of messages) {
        if (message === null) continue;
        await subscriber.deliver(`${stream}/${message.id}`);
        await client.xAck(stream, group, message.id);
      }
    };
    // What this process had read before it lost the connection.
    for (const { messages } of await read(client, group, consumer, stream, '0')) await take(messages);
    while (!signal.aborted) {
      const left = await client.xAutoClaim(stream, group, consumer, IDLE, '0-0', { COUNT: BATCH });
      await take(left.messages);
      for (const { messages } of await read(client, group, consumer, stream, '>')) await take(messages);
    }
  } finally {
    client.destroy();
  }
};

type Read = readonly { readonly messages: readonly { readonly id: string }[] }[];

/** Messages of the stream for this consumer: its unacknowledged ones from `id` on, or with `>` new ones. */
async function read(
  client: Pick<ReturnType<typeof createClient>, 'xReadGroup'>,
  group: string,
  consumer: string,
  stream: string,
  id: '0' | '>',
): Promise<Read> {
  const options = { COUNT: BATCH, BLOCK: WAIT };
  const answer = await client.xReadGroup(group, consumer, { key: stream, id }, options);
  return (answer ?? []) as unknown as Read;
}

async function ensureGroup(
  client: {
    xGroupCreate(key: string, group: string, id: string, options: { MKSTREAM: true }): Promise<unknown>;
  },
  stream: string,
  group: string,
): Promise<void> {
  try {
    await client.xGroupCreate(stream, group, '$', { MKSTREAM: true });
  } catch (error) {
    // It is there already: where it stands is kept in Redis.
    if (!/^BUSYGROUP/.test(messageOf(error))) throw error;
  }
}
