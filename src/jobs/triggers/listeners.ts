/** The listeners that jobs want now: started, ended and replaced as jobs change. */
import type { Clock, Logger } from '../../core/ports.ts';
import { OWN_REFERENCES, type References } from '../../core/references.ts';
import type { JobRow } from '../../store/ledger/ledger.ts';
import type { RunDispatcher } from '../schedule/dispatcher.ts';
import type { JobTrigger } from '../schedule/schedule.ts';
import { scheduleOf } from '../schedule/stored.ts';
import { filledUri } from '../spec/redaction.ts';
import { requireReferences } from '../spec/secrets.ts';
import { keepListening, type TriggerListener, type TriggerSubscriber } from './listener.ts';

export interface ListenersOptions {
  readonly dispatcher: Pick<RunDispatcher, 'trigger'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What fills the variables in URLs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Which of them may. */
  readonly references?: References | undefined;
}

type ListenedTo = Extract<JobTrigger, { kind: 'notify' | 'nats' | 'redis' | 'kafka' }>;

/** Each loads its library when it is wanted. */
const LISTEN: {
  readonly [K in ListenedTo['kind']]: () => Promise<TriggerListener<Extract<ListenedTo, { kind: K }>>>;
} = {
  notify: async () => (await import('./notify.ts')).listenToNotify,
  nats: async () => (await import('./nats.ts')).listenToNats,
  redis: async () => (await import('./redis.ts')).listenToRedis,
  kafka: async () => (await import('./kafka.ts')).listenToKafka,
};

const isListenedTo = (trigger: JobTrigger): trigger is ListenedTo => Object.hasOwn(LISTEN, trigger.kind);

export class ListenerPool {
  readonly #options: ListenersOptions;
  /** By job and trigger as they are written. */
  readonly #running = new Map<string, { readonly end: AbortController; readonly ended: Promise<void> }>();

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Starts what is wanted and ends what is not; a paused job listens to nothing. */
  look(jobs: readonly JobRow[]): void {
    const wanted = new Map<string, { readonly job: JobRow; readonly trigger: ListenedTo }>();
    for (const job of jobs) {
      if (job.paused) continue;
      for (const trigger of scheduleOf(job)?.triggers ?? [])
        if (isListenedTo(trigger)) wanted.set(JSON.stringify([job.name, trigger]), { job, trigger });
    }
    for (const [key, { end }] of this.#running) if (!wanted.has(key)) end.abort();
    for (const [key, { job, trigger }] of wanted)
      if (!this.#running.has(key)) this.#start(key, job.name, trigger);
  }

  async stop(): Promise<void> {
    for (const { end } of this.#running.values()) end.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Throws REFERENCE_UNLISTED. */
  #filled(job: string, trigger: ListenedTo): ListenedTo {
    if (!('url' in trigger)) return trigger;
    requireReferences([trigger.url], job, this.#options.references ?? OWN_REFERENCES);
    return { ...trigger, url: filledUri(trigger.url, this.#options.env as Readonly<Record<string, string>>) };
  }

  #start(key: string, job: string, trigger: ListenedTo): void {
    const { dispatcher, clock, logger } = this.#options;
    const cause = trigger.kind === 'notify' ? 'notify' : 'queue';
    const subscriber: TriggerSubscriber = {
      job,
      deliver: async (what) => {
        await dispatcher.trigger(job, { cause, key: what, at: clock.now(), timeZone: 'UTC' });
      },
      ready: () => logger.info({ job, trigger: trigger.kind }, 'listening'),
    };
    const end = new AbortController();
    const listen: TriggerListener<ListenedTo> = async (wanted, listener, signal) =>
      ((await LISTEN[wanted.kind]()) as TriggerListener<ListenedTo>)(
        this.#filled(job, wanted),
        listener,
        signal,
      );
    const ended = keepListening(listen, trigger, subscriber, end.signal, logger).then(() => {
      this.#running.delete(key);
    });
    this.#running.set(key, { end, ended });
  }
}
