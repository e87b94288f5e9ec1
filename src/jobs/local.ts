/** Jobs as asked of the ledger itself. */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../core/actor.ts';
import { nextTime } from '../core/cron.ts';
import { elementAt, required } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { OWN_REFERENCES, type References } from '../core/references.ts';
import type { JobRow, Ledger, RunLine, RunRow } from '../store/ledger/ledger.ts';
import type { Page, PageRequest } from '../store/store.ts';
import { findJob } from './find.ts';
import type { JobsPort, JobView, ReplayWish, RunOutputs, RunView, StartedRun } from './port.ts';
import type { RejectedRun, RejectGroups, RejectsRequest, RejectView } from './rejects/list-rejects.ts';
import { rejectsPath } from './run/run-dead-letters.ts';
import { DROPPABLE, isServers, overError } from './run/states.ts';
import type { JobSchedule } from './schedule/schedule.ts';
import { scheduleFrom } from './schedule/schedule-document.ts';
import { scheduleOf } from './schedule/stored.ts';
import { runFor } from './schedule/trigger-event.ts';
import { type Surroundings, specsOf } from './spec/parse.ts';
import { keepSecrets, requireReferences, splitSecrets } from './spec/secrets.ts';
import { jobSpecOf, runSpecOf } from './spec/stored-spec.ts';

export interface LocalJobsOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Name of this process, for the moments in which it takes a run. */
  readonly holder: string;
  readonly dataDir: string;
  readonly surroundings: Surroundings;
  /** What jobs may refer to. @default whatever this process can look up */
  readonly references?: References | undefined;
}

const LEASE_MILLIS = 10_000;
/** Inputs of replays that are put together at once: each takes a process and gigabytes at most. */
const REPLAYS_MOST = 2;

export class LocalJobs implements JobsPort {
  readonly #options: LocalJobsOptions;
  #replays = 0;

  constructor(options: LocalJobsOptions) {
    this.#options = options;
  }

  async jobs(page?: PageRequest): Promise<Page<JobView>> {
    const { items, next } = await this.#options.ledger.jobs(page);
    return { items: await Promise.all(items.map((job) => this.#view(job))), next };
  }

  async job(name: string): Promise<JobView> {
    return this.#view(await this.#find(name));
  }

  async define(name: string, document: unknown, { by }: Actor): Promise<JobView> {
    const { ledger, clock, dataDir, surroundings, references = OWN_REFERENCES } = this.#options;
    const defined = elementAt(specsOf({ [name]: document }, surroundings), 0);
    const schedule = scheduleFrom(name, defined.schedule);
    requireReferences([defined.spec.source.uri, defined.spec.sink.uri], name, references);
    const { spec, secrets } = splitSecrets(defined.spec);
    keepSecrets(dataDir, name, secrets);
    return this.#view(await ledger.define({ name, spec, schedule, createdAt: clock.now(), createdBy: by }));
  }

  async reschedule(name: string, schedule: unknown, { by }: Actor): Promise<JobView> {
    const { ledger, clock } = this.#options;
    const { spec } = await this.#find(name);
    const change = { schedule: scheduleFrom(name, schedule), createdAt: clock.now(), createdBy: by };
    return this.#view(await ledger.define({ name, spec, ...change }));
  }

  async pause(name: string, paused: boolean): Promise<JobView> {
    await this.#options.ledger.pause((await this.#find(name)).name, paused);
    return this.job(name);
  }

  async runs(name: string, page?: PageRequest): Promise<Page<RunView>> {
    await this.#find(name);
    const { items, next } = await this.#options.ledger.runs(name, page);
    return { items: items.map(runView), next };
  }

  async run(name: string, id: string): Promise<RunView> {
    return runView(await this.#row(name, id));
  }

  async start(name: string, cause: 'server' | 'webhook', key: string): Promise<StartedRun> {
    const { ledger, clock } = this.#options;
    const job = await this.#find(name);
    if (job.paused) throw new PlimsollError('JOB_PAUSED', { job: name });
    const now = clock.now();
    const run = runFor(job, { cause, key, at: now, timeZone: zoneOf(job) }, randomUUID(), now);
    const begun = await ledger.begin(job, run);
    if (begun !== null) return { run: runView(begun), isNew: true };
    return { run: await this.#byDue(name, run.due), isNew: false };
  }

  async rejects(name: string, id: string, wanted: RejectsRequest = {}): Promise<Page<RejectView>> {
    const run = await this.#rejected(name, id);
    const { listRejects } = await import('./rejects/list-rejects.ts');
    return listRejects(run, wanted);
  }

  async rejectGroups(name: string, id: string): Promise<RejectGroups> {
    const run = await this.#rejected(name, id);
    const { groupRejects } = await import('./rejects/list-rejects.ts');
    return groupRejects(run);
  }

  async replay(name: string, id: string, wish: ReplayWish): Promise<StartedRun> {
    const { ledger, dataDir, clock } = this.#options;
    if (this.#replays >= REPLAYS_MOST) {
      const found = this.#replays + 1;
      const details = { found, what: 'replays that are put together', limit: REPLAYS_MOST, retry: 10 };
      throw new PlimsollError('OVERLOADED', details);
    }
    this.#replays += 1;
    try {
      const [job, base] = [await this.#find(name), await this.#row(name, id)];
      const { startReplay } = await import('./rejects/start-replay.ts');
      const { run, isNew } = await startReplay({ ledger, dataDir, now: clock.now() }, job, base, wish);
      return { run: runView(run), isNew };
    } finally {
      this.#replays -= 1;
    }
  }

  async release(name: string, id: string): Promise<RunView> {
    const run = await this.#row(name, id);
    if (run.state !== 'held') throw overError('release', run);
    if (!isServers(run)) {
      const found = 'is held by the command that began it';
      const way = `Publish it there: \`plimsoll batch release ${name}\``;
      const details = { action: 'release', job: name, found, wanted: 'one that a server has begun', way };
      throw new PlimsollError('JOB_STATE', details);
    }
    // A server that looks next goes on with it from there.
    const isReleased = await this.#options.ledger.steer(id, ['held'], { state: 'publishing', error: null });
    if (!isReleased) throw overError('release', await this.#row(name, id));
    return this.run(name, id);
  }

  async receipt(name: string, id: string): Promise<unknown> {
    const { storedReceiptOf } = await import('./run/stored-run.ts');
    const run = await this.#row(name, id);
    const receipt = storedReceiptOf(run);
    if (receipt === null) throw overError('show the receipt of', run);
    const { signReceipt } = await import('./receipt/signed.ts');
    const { openSigner } = await import('../signing/signer.ts');
    return signReceipt(openSigner(this.#options.dataDir, process.env['PLIMSOLL_SIGNING_KEY']), receipt);
  }

  async outputs(name: string, id: string): Promise<RunOutputs> {
    const run = await this.#row(name, id);
    const { runOutputs } = await import('./receipt/run-outputs.ts');
    return runOutputs(this.#options.ledger, run);
  }

  async cancel(name: string, id: string): Promise<RunView> {
    const { ledger, clock, holder, dataDir } = this.#options;
    const { state } = await this.run(name, id);
    if (DROPPABLE.includes(state)) {
      const { holder: other } = required(await ledger.run(id), `run ${id}`);
      // Whoever works on it finds that it no longer holds it, and stops.
      const taken = await ledger.claim(id, holder, clock.now(), LEASE_MILLIS, other ?? undefined);
      if (taken !== null) {
        const { discardRun } = await import('./run/discard.ts');
        await discardRun(ledger, taken, dataDir, process.env, this.#options.references);
        return this.run(name, id);
      }
    }
    throw new PlimsollError('JOB_STATE', {
      action: 'cancel a run of',
      job: name,
      found: `is ${state}`,
      wanted: 'one that has not ended and is not being published',
      way: 'Start another run of the job',
    });
  }

  async #row(name: string, id: string): Promise<RunRow> {
    await this.#find(name);
    const run = await this.#options.ledger.run(id);
    if (run?.job !== name) throw new PlimsollError('RUN_UNKNOWN', { job: name, run: id });
    return run;
  }

  /** Where the rows without an answer of a run are, and how they are read. */
  async #rejected(name: string, id: string): Promise<RejectedRun> {
    const { runPlanOf, storedReceiptOf } = await import('./run/stored-run.ts');
    const run = await this.#row(name, id);
    const folder = join(this.#options.dataDir, 'jobs', id);
    const rejects = storedReceiptOf(run)?.rejects ?? null;
    if (rejects !== null && rejects.rows > 0 && !existsSync(rejectsPath(folder)))
      throw new PlimsollError('REJECTS_ELSEWHERE', { job: name, run: id, path: rejects.where });
    const names = runPlanOf(run)?.frozen.columns.map((column) => column.name) ?? [];
    return { folder, key: runSpecOf(run).key, names };
  }

  #find(name: string): Promise<JobRow> {
    return findJob(this.#options.ledger, name);
  }

  async #byDue(name: string, due: string): Promise<RunView> {
    const { ledger } = this.#options;
    const run = await ledger.runOf(name, due);
    if (run === null) throw new PlimsollError('RUN_UNKNOWN', { job: name, run: due });
    return runView(run);
  }

  async #view(job: JobRow): Promise<JobView> {
    const { name, spec, paused, createdAt, createdBy } = job;
    const schedule = scheduleOf(job);
    const { items } = await this.#options.ledger.runs(name, { limit: 1 });
    const latest = items[0] === undefined ? null : runView(items[0]);
    const nextAt = schedule === null || paused ? null : soonest(schedule, this.#options.clock.now());
    return { name, spec: jobSpecOf({ name, spec }), schedule, paused, createdAt, createdBy, nextAt, latest };
  }
}

const runView = (run: RunLine): RunView => {
  const { id, job, number, cause, due, state, attempt, createdAt, startedAt, endedAt, notBefore } = run;
  const { progress, error, receipt } = run;
  const times = { createdAt, startedAt, endedAt, notBefore };
  return { id, job, number, cause, due, state, attempt, ...times, progress, error, receipt };
};

function soonest({ triggers }: JobSchedule, now: number): number | null {
  const times = triggers.flatMap((trigger) =>
    trigger.kind === 'cron' ? (nextTime(trigger, now) ?? []) : [],
  );
  return times.length === 0 ? null : Math.min(...times);
}

/** The zone that days of the job are days of: that of its first cron line. */
const zoneOf = (job: JobRow): string => {
  const line = scheduleOf(job)?.triggers.find((trigger) => trigger.kind === 'cron');
  return line?.timeZone ?? 'UTC';
};
