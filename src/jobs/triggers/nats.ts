/** A stream of NATS JetStream, read through a durable consumer of the job's own. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { JobTrigger } from '../schedule/schedule.ts';
import { aborted, type TriggerListener } from './listener.ts';

const CONNECT_MILLIS = 10_000;
/** Nanoseconds after which a message that was not acknowledged is sent again. */
const ACK_WAIT = 60_000_000_000;
/** Names of consumers may hold none of these (https://docs.nats.io/nats-concepts/jetstream/consumers). */
const UNFIT = /[^A-Za-z0-9_-]/g;
/** Hexadecimal digits that keep consumers apart whose names are alike without what is unfit. */
const DIGEST_DIGITS = 12;

/**
 * A message is acknowledged when its run is durable; its number in the stream names it, so that one that comes again
 * finds its run. Messages from before the job was defined are not read.
 */
export const listenToNats: TriggerListener<Extract<JobTrigger, { kind: 'nats' }>> = async (
  { url, stream, subject },
  subscriber,
  signal,
) => {
  const connection = await connect({ servers: url, reconnect: false, timeout: CONNECT_MILLIS });
  try {
    const durable = consumerName(subscriber.job, subject);
    const manager = await jetstreamManager(connection);
    const start = await startOf(manager, stream, durable);
    await manager.consumers.add(stream, {
      durable_name: durable,
      filter_subject: subject,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT,
      ...start,
    });
    const consumer = await jetstream(connection).consumers.get(stream, durable);
    const messages = await consumer.consume();
    subscriber.ready();
    void aborted(signal).then(() => messages.stop());
    void connection.closed().then(() => messages.stop());
    for await (const message of messages) {
      // A server that is killed while it writes the consumer's place begins at the first message of the stream again.
      if (message.seq >= (start.opt_start_seq ?? 0)) await subscriber.deliver(`${stream}/${message.seq}`);
      // Answered by the server, or it would come again.
      await message.ackAck();
    }
    if (!signal.aborted) throw new Error('the connection was closed');
  } finally {
    // A socket whose server has ended emits the error of a late write on the next turn; a connection that is closed before that
    // has taken its listener away, and the error ends the process.
    await setImmediate();
    await connection.close();
  }
};

type Start = Pick<ConsumerConfig, 'deliver_policy' | 'opt_start_seq'>;

/**
 * Where the job begins: behind what is in the stream when it first listens. By number: "new ones" is kept with the place of
 * the consumer, which a server that is killed may not have written, and then it begins at the first message there is.
 */
async function startOf(manager: JetStreamManager, stream: string, durable: string): Promise<Start> {
  const config = await manager.consumers.info(stream, durable).then(
    (found) => found.config,
    () => null,
  );
  if (config === null) {
    const { state } = await manager.streams.info(stream);
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: state.last_seq + 1 };
  }
  const { deliver_policy, opt_start_seq } = config;
  return opt_start_seq === undefined ? { deliver_policy } : { deliver_policy, opt_start_seq };
}

/** One consumer for each job and subject: two that shared one would each get a part of the messages. */
function consumerName(job: string, subject: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([job, subject]))
    .digest('hex');
  return `plimsoll-${job.replaceAll(UNFIT, '_')}-${digest.slice(0, DIGEST_DIGITS)}`;
}
