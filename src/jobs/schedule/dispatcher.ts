/**
 * Starts runs that are due and goes on with those that were left behind. Whatever it knows is in the ledger: it may be
 * killed at any moment, and several of them may look at the same ledger.
 */
import { randomUUID } from 'node:crypto';
import { ERRORS, isErrorCode, PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { isRecord } from '../../core/record.ts';
import type { JobRow, Ledger, RunLine } from '../../store/ledger/ledger.ts';
import { UNDER_WAY } from '../../store/ledger/run-state.ts';
import { findJob } from '../find.ts';
import { type LookOptions, look } from './look.ts';
import { memoryOf } from './memory.ts';
import { pauseBefore, type Schedule } from './schedule.ts';
import { scheduleOf } from './stored.ts';
import { runFor, type TriggerEvent } from './trigger-event.ts';

export interface DispatcherOptions extends Omit<LookOptions, 'ledger'> {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Works on a run in a process of its own until that has ended, whatever came of it; a signal has it keep its state and end. */
  readonly execute: (run: RunLine, signal: AbortSignal) => Promise<void>;
  /** Whether the process of this name is known to be no more. */
  readonly isGone: (holder: string) => boolean;
  /** Name of this process, for the moments in which it takes a run. */
  readonly holder: string;
  /** Runs at the same time. */
  readonly concurrency: number;
}

const LEASE_MILLIS = 10_000;
/** Runs that a person works on by a command of their own are theirs to go on with. */
const isOurs = ({ due }: RunLine): boolean => !due.startsWith('manual/');

export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Runs that this process works on, by id. */
  readonly #working = new Map<string, { readonly end: AbortController; readonly ended: Promise<void> }>();
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** One look at all jobs there are, and at the runs that are open. Calls do not overlap. */
  async look(jobs: readonly JobRow[]): Promise<void> {
    for (const job of jobs) await this.#lookAt(job);
    await this.#startDue();
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
      const { events, memory } = await look(job, schedule, now, this.#options);
      if (memory === null) return;
      const started = job.paused ? [] : await this.#admitted(job, schedule, events);
      const runs = started.map((event) => runFor(job, event, randomUUID(), now));
      // Where another process was faster it has started them, too.
      await ledger.remember(job.name, job.generation, { ...memoryOf(job.memory), ...memory }, runs);
    } catch (error) {
      logger.warn({ job: job.name, error: (error as Error).message }, 'cannot look at a job; trying again');
    }
  }

  async #admitted(
    job: JobRow,
    { overlap }: Schedule,
    events: readonly TriggerEvent[],
  ): Promise<readonly TriggerEvent[]> {
    if (overlap === 'queue' || events.length === 0) return events;
    const { items } = await this.#options.ledger.runs(job.name, { limit: 1 });
    const isBusy = items.some(({ state }) => state === 'queued' || UNDER_WAY.includes(state));
    return isBusy ? [] : events.slice(-1);
  }

  async #startDue(): Promise<void> {
    const { ledger, clock, concurrency } = this.#options;
    const open = await ledger.open();
    const busy = new Set(open.filter((run) => this.#isWorkedOn(run)).map(({ job }) => job));
    for (const run of open) {
      if (this.#stopped || this.#working.size >= concurrency) return;
      if (!isOurs(run) || busy.has(run.job) || run.state === 'held') continue;
      if (run.state === 'queued' && run.notBefore > clock.now()) continue;
      const job = await ledger.job(run.job);
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

  #start(run: RunLine, schedule: Schedule | null): void {
    const end = new AbortController();
    const limit = schedule?.timeoutSeconds ?? null;
    const timer = limit === null ? null : setTimeout(() => end.abort(), limit * 1000);
    const work = async (): Promise<void> => {
      try {
        await this.#options.execute(run, end.signal);
        await this.#settle(run.id, schedule, end.signal.aborted && !this.#stopped ? limit : null);
      } catch (error) {
        this.#options.logger.error(
          { run: run.id, error: (error as Error).message },
          'a run was lost sight of',
        );
      } finally {
        if (timer !== null) clearTimeout(timer);
        this.#working.delete(run.id);
      }
    };
    this.#working.set(run.id, { end, ended: work() });
  }

  /** Decides what becomes of a run whose process has ended; `late` are the seconds that it was given, where they ran out. */
  async #settle(id: string, schedule: Schedule | null, late: number | null): Promise<void> {
    const { ledger, clock, holder, logger } = this.#options;
    const run = await ledger.run(id);
    if (run === null || this.#stopped) return;
    if (run.state !== 'failed' && !UNDER_WAY.includes(run.state)) return;
    const error =
      late === null ? run.error : new PlimsollError('RUN_TIMEOUT', { run: id, limit: late }).toJSON();
    const pause = schedule !== null && mayPass(error) ? pauseBefore(run.attempt + 1, schedule.retries) : null;
    const change =
      pause === null
        ? ({ state: 'failed', endedAt: clock.now(), error } as const)
        : ({
            state: 'queued',
            attempt: run.attempt + 1,
            notBefore: clock.now() + pause * 1000,
            error,
          } as const);
    if (pause !== null) logger.warn({ run: id, job: run.job, pause }, 'a run failed and is tried again');
    if (run.holder === null) await ledger.steer(id, [run.state], change);
    else {
      const taken = await ledger.claim(id, holder, clock.now(), LEASE_MILLIS, run.holder);
      if (taken !== null) await ledger.release(id, taken.fence, change);
    }
  }
}

/** Whether trying again may help: not where the job, its input or its model is at fault. A process that was killed says nothing. */
function mayPass(error: unknown): boolean {
  if (!isRecord(error)) return true;
  const code = String(error['code']);
  return !isErrorCode(code) || ERRORS[code].http >= 500;
}
