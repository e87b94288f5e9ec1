/** The listeners that jobs want now: started, ended and replaced as jobs change. */
import type { Clock, Logger } from '../../core/ports.ts';
import type { JobRow, Ledger } from '../../store/ledger/ledger.ts';
import { eachRow } from '../../store/pages.ts';
import type { Dispatcher } from '../schedule/dispatcher.ts';
import type { Trigger } from '../schedule/schedule.ts';
import { scheduleOf } from '../schedule/stored.ts';
import { filledUri } from '../spec/redaction.ts';
import { type Ear, keepListening, type Listen } from './listener.ts';

export interface ListenersOptions {
  readonly ledger: Pick<Ledger, 'jobs'>;
  readonly dispatcher: Pick<Dispatcher, 'hear'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What fills the variables in URLs. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Heard = Extract<Trigger, { kind: 'notify' | 'nats' | 'redis' | 'kafka' }>;

/** Each loads its library when it is wanted. */
const LISTEN: { readonly [K in Heard['kind']]: () => Promise<Listen<Extract<Heard, { kind: K }>>> } = {
  notify: async () => (await import('./notify.ts')).listenToNotify,
  nats: async () => (await import('./nats.ts')).listenToNats,
  redis: async () => (await import('./redis.ts')).listenToRedis,
  kafka: async () => (await import('./kafka.ts')).listenToKafka,
};

const isHeard = (trigger: Trigger): trigger is Heard => Object.hasOwn(LISTEN, trigger.kind);

export class Listeners {
  readonly #options: ListenersOptions;
  /** By job and trigger as they are written. */
  readonly #running = new Map<string, { readonly end: AbortController; readonly ended: Promise<void> }>();

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Starts what is wanted and ends what is not; a paused job listens to nothing. */
  async look(): Promise<void> {
    const wanted = new Map<string, { readonly job: JobRow; readonly trigger: Heard }>();
    for await (const job of eachRow((page) => this.#options.ledger.jobs(page))) {
      if (job.paused) continue;
      for (const trigger of scheduleOf(job)?.triggers ?? [])
        if (isHeard(trigger)) wanted.set(JSON.stringify([job.name, trigger]), { job, trigger });
    }
    for (const [key, { end }] of this.#running) if (!wanted.has(key)) end.abort();
    for (const [key, { job, trigger }] of wanted)
      if (!this.#running.has(key)) this.#start(key, job.name, trigger);
  }

  async stop(): Promise<void> {
    for (const { end } of this.#running.values()) end.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #filled(trigger: Heard): Heard {
    if (!('url' in trigger)) return trigger;
    return { ...trigger, url: filledUri(trigger.url, this.#options.env as Readonly<Record<string, string>>) };
  }

  #start(key: string, job: string, trigger: Heard): void {
    const { dispatcher, clock, logger } = this.#options;
    const cause = trigger.kind === 'notify' ? 'notify' : 'queue';
    const ear: Ear = {
      job,
      hear: async (what) => {
        await dispatcher.hear(job, { cause, key: what, at: clock.now(), timeZone: 'UTC' });
      },
      ready: () => logger.info({ job, trigger: trigger.kind }, 'listening'),
    };
    const end = new AbortController();
    const listen: Listen<Heard> = async (wanted, listener, signal) =>
      ((await LISTEN[wanted.kind]()) as Listen<Heard>)(this.#filled(wanted), listener, signal);
    const ended = keepListening(listen, trigger, ear, end.signal, logger).then(() => {
      this.#running.delete(key);
    });
    this.#running.set(key, { end, ended });
  }
}
