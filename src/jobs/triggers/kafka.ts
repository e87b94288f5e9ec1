/** A topic of Kafka, read through a consumer group of the job's own. */
import { Consumer } from '@platformatic/kafka';
import type { JobTrigger } from '../schedule/schedule.ts';
import { aborted, type TriggerListener } from './listener.ts';

/**
 * An offset is committed when the run of its message is durable; partition and offset name it, so that one that comes
 * again finds its run. Messages from before the job was defined are not read.
 */
export const listenToKafka: TriggerListener<Extract<JobTrigger, { kind: 'kafka' }>> = async (
  { brokers, topic },
  subscriber,
  signal,
) => {
  const consumer = new Consumer({
    clientId: 'plimsoll',
    groupId: `plimsoll-${subscriber.job}`,
    bootstrapBrokers: [...brokers],
    retries: 0,
  });
  try {
    const messages = await consumer.consume({
      topics: [topic],
      autocommit: false,
      mode: 'committed',
      fallbackMode: 'latest',
    });
    subscriber.ready();
    void aborted(signal).then(() => messages.close());
    for await (const message of messages) {
      await subscriber.deliver(`${topic}/${message.partition}/${message.offset}`);
      await message.commit();
    }
    if (!signal.aborted) throw new Error('the connection was closed');
  } finally {
    await consumer.close(true);
  }
};
