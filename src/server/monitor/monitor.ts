/**
 * The part of a server that is for monitoring: starts the process that reads what serving leaves behind, answers what that
 * process asks, and what the API does. Nothing of it is loaded, and no process is started, before there is something to read;
 * where it has nothing more to do it ends, and the next one comes when there is something again.
 */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { everyMillis } from '../../control/rollouts/interval-scheduler.ts';
import { required } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import { missingPart } from '../../core/parts.ts';
import type { Logger } from '../../core/ports.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import type { WatchEnvironment } from '../../monitor/watch/watch-environment.ts';
import { WorkerSlot } from '../../process/worker-slot.ts';
import { monitoringPath, monitoringUrl } from '../../store/monitoring/url.ts';
import type { Revision } from '../../store/revisions.ts';
import { LookSchedule } from './look-schedule.ts';
import type { FromMonitor, MonitorSettings, ToMonitor } from './messages.ts';
import type { MonitoringRuntime, MonitorRuntimeOptions } from './runtime.ts';
import { replicaOf, waitingFiles } from './waiting.ts';

export interface ServerMonitorOptions extends Omit<MonitorRuntimeOptions, 'url' | 'replica' | 'onSet'> {
  /** URL of the store, or null for the one in the data folder. */
  readonly storeUrl: string | null;
  /** Share of one processor that looking may take. */
  readonly share: number;
  readonly surroundings: WatchEnvironment;
  readonly logger: Logger;
  /** What the process runs, instead of a watch. */
  readonly entry?: URL | undefined;
}

/** The process lives for a second: a young generation that grows, to 64 MB, would be half of what it takes. */
const NODE_OPTIONS = ['--max-semi-space-size=2'];
/** How often it is looked for something to read, in milliseconds. */
const LOOK_MILLIS = 1000;
/** Where no process can be started it is tried again after so many looks. */
const GIVEN_UP_LOOKS = 60;
/** How often files and rows that are no longer wanted are looked for, in milliseconds. */
const UPKEEP_MILLIS = 600_000;
/** While nothing is watched that is said every so many looks. */
const BEHIND_LOOKS = 10;
/** How old the last look may be, in milliseconds. */
const BEHIND_MILLIS = 60_000;

export class ServerMonitor {
  readonly #options: ServerMonitorOptions;
  readonly #end: () => Promise<void>;
  #runtime: Promise<MonitoringRuntime> | null = null;
  #slot: WorkerSlot<FromMonitor, ToMonitor> | null = null;
  #pause = 0;
  /** When the process last said that it had looked, or was started first; null: there was nothing to look at yet. */
  #lookedAt: number | null = null;
  readonly #pace = new LookSchedule();
  /** Whether there is more to look at than what serving leaves behind; null: not known yet. */
  #watches: boolean | null = null;
  #tidiedAt: number;
  #resting: Promise<void> | null = null;
  /** Whose memory is shown; null: nobody's. */
  #shownPid: number | null = null;
  #hasRules = false;
  #hasToldMissing = false;
  #looks = 0;

  constructor(options: ServerMonitorOptions) {
    this.#options = options;
    this.#tidiedAt = options.clock.monotonic();
    this.#end = everyMillis(LOOK_MILLIS, () => this.#look());
  }

  /** For somebody who asks: opens what is remembered, where it is not, and has it followed closely. */
  async monitoring(): Promise<MonitoringApi> {
    this.#pace.asked(this.#options.clock.monotonic());
    return (await this.#open()).monitoring;
  }

  /** What alerts and monitors have come to; nothing is opened to say that there are none. */
  async revisions(): Promise<readonly Revision[]> {
    const isThere = this.#options.storeUrl !== null || this.#isRemembered();
    return isThere ? (await this.#open()).revisions() : [];
  }

  /** Has the process keep what it has read; the rest is read by the next one. */
  async close(): Promise<void> {
    await this.#end();
    await this.#slot?.stop();
    await this.#resting;
    await (await this.#runtime?.catch(() => null))?.close();
  }

  async #look(): Promise<void> {
    await this.#showMemory();
    await this.#writeRules();
    await this.#tellBehind();
    if (this.#slot !== null || this.#pause-- > 0) return;
    const files = waitingFiles(this.#options.dataDir);
    if (files === 0 && !(await this.#isToBeWatched())) return;
    if (this.#pace.isDue(this.#options.clock.monotonic(), files) && this.#canStart()) this.#start();
  }

  /** What was captured is read with DuckDB, which an installation may lack: that is said once, and looked for now and then. */
  #canStart(): boolean {
    const missing = missingPart('DuckDB');
    if (missing === null) return true;
    if (!this.#hasToldMissing)
      this.#options.logger.warn({ error: missing.message, hint: missing.hint }, 'nothing is monitored');
    this.#hasToldMissing = true;
    this.#pause = GIVEN_UP_LOOKS;
    return false;
  }

  /** Ends the process that has nothing to do for so many milliseconds. */
  #rest(millis: number): void {
    const { clock } = this.#options;
    if (millis === 0 || this.#resting !== null || !this.#pace.mayRest(clock.monotonic())) return;
    this.#resting = required(this.#slot, 'the process of monitoring')
      .stop()
      .then(() => {
        this.#pace.rests(clock.monotonic(), millis);
        this.#slot = null;
        // Nobody is behind who is not wanted.
        this.#lookedAt = null;
        this.#resting = null;
      });
  }

  /** Never throws: a disk that is full is told of by those who need it. */
  async #showMemory(): Promise<void> {
    const pid = this.#slot?.pid ?? null;
    if (pid === null && this.#shownPid === null) return;
    const { writeMemory } = await import('./memory-file.ts');
    await writeMemory(this.#options.dataDir, pid).then(
      () => {
        this.#shownPid = pid;
      },
      () => undefined,
    );
  }

  /** What is set, once: later the process that watches does it. */
  async #writeRules(): Promise<void> {
    if (this.#hasRules || (this.#options.storeUrl === null && !this.#isRemembered())) return;
    try {
      await (await this.#open()).writeRules();
      this.#hasRules = true;
    } catch (error) {
      this.#warn(error, 'what is to be captured cannot be looked up: trying again');
    }
  }

  async #tellBehind(): Promise<void> {
    const since = this.#lookedAt;
    if (since === null || this.#options.clock.now() - since < BEHIND_MILLIS) return;
    if (this.#looks++ % BEHIND_LOOKS !== 0) return;
    try {
      await (await this.#open()).tellBehind(since);
    } catch (error) {
      this.#warn(error, 'nothing is watched, and nobody can be told: trying again');
    }
  }

  #warn(error: unknown, message: string): void {
    this.#options.logger.warn({ error: messageOf(error) }, message);
  }

  #isRemembered(): boolean {
    return this.#runtime !== null || existsSync(monitoringPath(this.#options.dataDir));
  }

  /**
   * Whether anything was set, here or before, or was watched since the start. A database that is not there yet knows of
   * nothing; one in PostgreSQL, where others may set something, is not opened to see.
   */
  async #isToBeWatched(): Promise<boolean> {
    if (this.#watches !== null) return this.#watches;
    if (!this.#isRemembered()) return false;
    try {
      const hasMonitors = await (await this.#open()).hasMonitors();
      if (hasMonitors || this.#options.storeUrl === null) this.#watches = hasMonitors;
      return hasMonitors;
    } catch (error) {
      this.#warn(error, 'monitors cannot be looked at: trying again');
      return false;
    }
  }

  get #place(): Pick<MonitorSettings, 'dataDir' | 'url' | 'replica'> {
    const { dataDir, storeUrl } = this.#options;
    const folder = resolve(dataDir);
    return {
      dataDir: folder,
      url: monitoringUrl(folder, storeUrl),
      replica: replicaOf(folder),
    };
  }

  /** Files and rows that are no longer wanted are looked for every now and then, however short processes live. */
  #settings(): MonitorSettings {
    const { share, clock } = this.#options;
    const now = clock.monotonic();
    const tidies = now - this.#tidiedAt >= UPKEEP_MILLIS;
    if (tidies) this.#tidiedAt = now;
    return { ...this.#place, share, tidies };
  }

  #start(): void {
    const { logger, entry, clock } = this.#options;
    const settings = this.#settings();
    this.#watches = true;
    this.#lookedAt ??= clock.now();
    this.#slot = new WorkerSlot<FromMonitor, ToMonitor>({
      name: 'the monitoring process',
      entry: entry ?? new URL('./monitor.child.ts', import.meta.url),
      nodeOptions: NODE_OPTIONS,
      start: () => ({ kind: 'start', settings }),
      onMessage: (message) => this.#hear(message as FromMonitor),
      onEnd: () => undefined,
      onRestart: (reason, delay) =>
        logger.warn({ reason, delay }, 'the monitoring process ended: another one is started'),
      onGiveUp: (error) => {
        logger.error({ error: error.message }, 'monitoring cannot be started: trying again in a minute');
        this.#slot = null;
        this.#pause = GIVEN_UP_LOOKS;
      },
      isTireless: true,
    });
    this.#slot.start();
  }

  #hear(message: FromMonitor): void {
    if (message.kind === 'ask') void this.#answer(message);
    if (message.kind !== 'alive') return;
    this.#lookedAt = message.lookedAt ?? this.#lookedAt;
    void this.#showMemory();
    this.#rest(message.restMillis);
  }

  async #answer({ id, question, args }: Extract<FromMonitor, { kind: 'ask' }>): Promise<void> {
    const slot = this.#slot;
    const epoch = slot?.epoch;
    const { surroundings } = this.#options;
    const ask = surroundings[question].bind(surroundings) as (
      ...given: readonly unknown[]
    ) => Promise<unknown>;
    const answer: ToMonitor = await ask(...args).then(
      (value) => ({ kind: 'answer', id, value }),
      (error: Error) => ({ kind: 'failed', id, reason: error.message }),
    );
    // Another process has asked for nothing yet.
    if (slot?.epoch === epoch) slot?.tell(answer);
  }

  #open(): Promise<MonitoringRuntime> {
    this.#runtime ??= this.#load();
    return this.#runtime;
  }

  async #load(): Promise<MonitoringRuntime> {
    try {
      const { openMonitoringRuntime } = await import('./runtime.ts');
      const { url, replica } = this.#place;
      const onSet = (): void => {
        this.#watches = true;
        this.#pace.wanted();
      };
      return await openMonitoringRuntime({ ...this.#options, url, replica, onSet });
    } catch (error) {
      this.#runtime = null;
      throw error;
    }
  }
}
