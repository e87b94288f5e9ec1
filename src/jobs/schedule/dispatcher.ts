/**
 * Starts runs that are due and goes on with those that were left behind. Whatever it knows is in the ledger: it may be
 * killed at any moment, and several of them may look at the same ledger.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/error-text.ts';
import { ERRORS, isErrorCode, PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger, Random } from '../../core/ports.ts';
import { isRecord } from '../../core/record.ts';
import type { JobRow, Ledger, RunChange, RunLine } from '../../store/ledger/ledger.ts';
import { type RunState, UNDER_WAY } from '../../store/ledger/run-state.ts';
import { RowDamageLog } from '../../store/row-damage-log.ts';
import { requireSound, soundOrNull } from '../../store/row-schema.ts';
import { findJob } from '../find.ts';
import { isServers } from '../run/states.ts';
import { RunSlots } from './run-slots.ts';
import { type LookOptions, scanTriggers } from './scan.ts';
import { DEFAULT_SCHEDULE, type JobSchedule, pauseBefore } from './schedule.ts';
import { scheduleOf } from './stored.ts';
import { runFor, type TriggerEvent } from './trigger-event.ts';
import { memoryOf } from './trigger-memory.ts';

export interface DispatcherOptions extends Omit<LookOptions, 'ledger'> {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Spreads what is tried again. @default nothing does */
  readonly random?: Random | undefined;
  /**
   * Works on a run in a process of its own until that has ended, whatever came of it; a signal has it keep its state and end.
   * It takes a place, which is waited for, once it has reached its input and before it does what costs.
   */
  readonly execute: (run: RunLine, signal: AbortSignal, takePlace: () => Promise<void>) => Promise<void>;
  /** Whether the process of this name is known to be no more. */
  readonly isGone: (holder: string) => boolean;
  /** Name of this process, for the moments in which it takes a run. */
  readonly holder: string;
  /** Runs that score at the same time. */
  readonly concurrency: number;
}

const LEASE_MILLIS = 10_000;
/** A look at a job whose store does not answer goes on beside the looks at others, which wait no longer for it. */
const LOOK_MILLIS = 2000;

export class RunDispatcher {
  readonly #options: DispatcherOptions;
  /** Runs that this process works on, by id. */
  readonly #working = new Map<string, { readonly end: AbortController; readonly ended: Promise<void> }>();
  readonly #places: RunSlots;
  /** Jobs that are being looked at, by name. */
  readonly #looking = new Map<string, Promise<void>>();
  readonly #damage: RowDamageLog;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#damage = new RowDamageLog(options.logger);
    this.#places = new RunSlots(options.concurrency);
  }

  /** One look at all jobs there are, and at the runs that are open. Calls do not overlap. */
  async look(jobs: readonly JobRow[]): Promise<void> {
    const looks = jobs.filter(({ name }) => !this.#looking.has(name)).map((job) => this.#lookOnce(job));
    await within(LOOK_MILLIS, Promise.all(looks));
    await this.#startDue();
  }

  #lookOnce(job: JobRow): Promise<void> {
    const look = this.#lookAt(job).finally(() => this.#looking.delete(job.name));
    this.#looking.set(job.name, look);
    return look;
  }

  /** Starts the run of an event, once; false where its run is there already. Throws JOB_UNKNOWN, JOB_PAUSED. */
  async trigger(name: string, event: TriggerEvent): Promise<boolean> {
    const { ledger, clock } = this.#options;
    const job = await findJob(ledger, name);
    if (job.paused) throw new PlimsollError('JOB_PAUSED', { job: name });
    const now = clock.now();
    const run = runFor(job, event, randomUUID(), now);
    return (await ledger.begin(job, run)) !== null;
  }

  /** Has the runs keep their state and end; they go on where they are when somebody looks again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { end } of this.#working.values()) end.abort();
    await this.idle();
    await within(LOOK_MILLIS, Promise.all(this.#looking.values()));
  }

  /** Waits until the runs that this process works on have ended. */
  async idle(): Promise<void> {
    await Promise.all([...this.#working.values()].map(({ ended }) => ended));
  }

  async #lookAt(job: JobRow): Promise<void> {
    const { ledger, clock, logger } = this.#options;
    const schedule = scheduleOf(job);
    if (schedule === null) return;
    const now = clock.now();
    try {
      const { events, memory } = await scanTriggers(job, schedule, now, this.#options);
      if (memory === null) return;
      const started = job.paused ? [] : await this.#admitted(job, schedule, events);
      const runs = started.map((event) => runFor(job, event, randomUUID(), now));
      // Where another process was faster it has started them, too.
      await ledger.remember(job.name, job.generation, { ...memoryOf(job.memory), ...memory }, runs);
    } catch (error) {
      logger.warn({ job: job.name, error: messageOf(error) }, 'cannot look at a job; trying again');
    }
  }

  async #admitted(
    job: JobRow,
    { overlap }: JobSchedule,
    events: readonly TriggerEvent[],
  ): Promise<readonly TriggerEvent[]> {
    if (overlap === 'queue' || events.length === 0) return events;
    // Whether one that cannot be read is under way cannot be known.
    const latest = requireSound(await this.#options.ledger.runs(job.name, { limit: 1 }));
    const isBusy = latest.some(({ state }) => state === 'queued' || UNDER_WAY.includes(state));
    return isBusy ? [] : events.slice(-1);
  }

  /** Who has waited longest is first: a run that is tried again waits behind those that became due meanwhile. */
  async #startDue(): Promise<void> {
    const { ledger, clock } = this.#options;
    const { items, damaged } = await ledger.open();
    for (const row of damaged) this.#damage.note(row);
    const busy = new Set<unknown>([
      ...items.filter((run) => this.#isWorkedOn(run)).map(({ job }) => job),
      // What becomes of it is for a person to say; no other run of its job begins meanwhile.
      ...damaged.map(({ kept }) => kept['job']),
    ]);
    for (const run of items.toSorted((a, b) => dueAt(a) - dueAt(b))) {
      if (this.#stopped || !this.#places.isOpen(clock.monotonic())) return;
      if (!isServers(run) || busy.has(run.job) || run.state === 'held') continue;
      if (run.notBefore > clock.now()) {
        // What is being published comes before what a later run of the job would publish.
        if (run.state !== 'queued') busy.add(run.job);
        continue;
      }
      const job = await soundOrNull(ledger.job(run.job));
      if (job === null || (job.paused && run.state === 'queued')) continue;
      busy.add(run.job);
      this.#start(run, scheduleOf(job));
    }
  }

  /** By this process or another that lives, as far as can be told. */
  #isWorkedOn({ id, state, holder, leaseUntil }: RunLine): boolean {
    if (this.#working.has(id)) return true;
    if (!UNDER_WAY.includes(state) || holder === null) return false;
    return leaseUntil > this.#options.clock.now() && !this.#options.isGone(holder);
  }

  #start(run: RunLine, schedule: JobSchedule | null): void {
    const { clock, execute, logger } = this.#options;
    const end = new AbortController();
    const limit = schedule?.timeoutSeconds ?? null;
    const timer = limit === null ? null : setTimeout(() => end.abort(), limit * 1000);
    const work = async (): Promise<void> => {
      try {
        await execute(run, end.signal, () => this.#places.take(run.id));
        await this.#settle(run.id, schedule, end.signal.aborted && !this.#stopped ? limit : null);
      } catch (error) {
        logger.error({ run: run.id, error: messageOf(error) }, 'a run was lost sight of');
      } finally {
        if (timer !== null) clearTimeout(timer);
        this.#working.delete(run.id);
        this.#places.leave(run.id);
      }
    };
    this.#places.start(run.id, clock.monotonic());
    this.#working.set(run.id, { end, ended: work() });
  }

  /** Decides what becomes of a run whose process has ended; `late` are the seconds that it was given, where they ran out. */
  async #settle(id: string, schedule: JobSchedule | null, late: number | null): Promise<void> {
    const { ledger, clock, random, holder, logger } = this.#options;
    const run = await ledger.run(id);
    if (run === null || this.#stopped || SETTLED.includes(run.state)) return;
    const error = errorOf(run, late);
    const retries = schedule?.retries ?? DEFAULT_SCHEDULE.retries;
    const pause = mayPass(error) ? pauseBefore(run.attempt + 1, retries, random?.next()) : null;
    if (pause !== null) logger.warn({ run: id, job: run.job, pause }, 'a run failed and is tried again');
    const change = {
      error,
      ...(pause === null ? this.#failed() : retried(run, clock.now() + Math.round(pause * 1000))),
    };
    if (run.holder === null) await ledger.steer(id, [run.state], change);
    else {
      const taken = await ledger.claim(id, holder, clock.now(), LEASE_MILLIS, run.holder);
      if (taken !== null) await ledger.release(id, taken.fence, change);
    }
  }

  #failed(): RunChange {
    return { state: 'failed', endedAt: this.#options.clock.now() };
  }
}

/** What needs nothing more of a dispatcher, once its process has ended. */
const SETTLED: readonly RunState[] = ['held', 'done', 'cancelled'];

/** Why an attempt has failed, as it is kept. */
function errorOf({ id, job, error }: RunLine, late: number | null): unknown {
  if (late !== null) return new PlimsollError('RUN_TIMEOUT', { run: id, limit: late }).toJSON();
  return error ?? new PlimsollError('RUN_DIED', { run: id, job }).toJSON();
}

/** Of what is being published some may be visible already: from there is no way but forward. */
const retried = ({ state, attempt }: RunLine, notBefore: number): RunChange => ({
  state: state === 'publishing' ? state : 'queued',
  attempt: attempt + 1,
  notBefore,
});

/** Since when a run could have been started, in milliseconds since the epoch. */
const dueAt = ({ state, createdAt, notBefore }: RunLine): number =>
  state === 'queued' ? Math.max(createdAt, notBefore) : createdAt;

/** Waits for work, but not for longer than that; the work goes on. */
async function within(millis: number, work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const limit = sleep(millis, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([work, limit]).finally(() => late.abort());
}

/** Whether trying again may help: not where the job, its input or its model is at fault. A process that was killed says nothing. */
function mayPass(error: unknown): boolean {
  if (!isRecord(error)) return true;
  const code = String(error['code']);
  return !isErrorCode(code) || ERRORS[code].http >= 500;
}
