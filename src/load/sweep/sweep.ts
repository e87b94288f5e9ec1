import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadPhase, PhaseOutcome } from '../load-order.ts';
import { type Knee, keepsUp, kneeOf, nextRate, type TriedRate } from './knee.ts';
import { PEAK_TRIES, type TimePlan, timePlan } from './time-plan.ts';

/** A phase with what the machine did meanwhile. */
export type SentPhase<Use> = PhaseOutcome & { readonly use: Use };

/** The same of an open loop, with what is judged of it. */
export type JudgedPhase<Use> = SentPhase<Use> & { readonly keepsUp: boolean };

/** Sends one phase, and drains it. */
export type SendPhase<Use> = (phase: LoadPhase) => Promise<SentPhase<Use>>;

export interface SweepOptions {
  readonly seconds: number;
  /** Milliseconds in which answers are to come; null: by what they take under little load. */
  readonly limit: number | null;
  /** The highest rate that is tried, in requests a second. */
  readonly mostRate: number;
  /** Milliseconds of a steady clock. @default {performance.now} */
  readonly now?: (() => number) | undefined;
}

/** What is under way, and the share of the whole that is done. */
export type SweepProgress = (what: string, share: number) => void;

export interface SweepResult<Use> {
  /** Milliseconds in which answers were to come. */
  readonly limit: number;
  /** Closed loops of one client, and of as many as keep a server busy: what a request costs; null where they were not come to. */
  readonly calm: SentPhase<Use> | null;
  readonly busy: SentPhase<Use> | null;
  /** The closed loop with the most answers a second; null where it was not come to. */
  readonly peak: SentPhase<Use> | null;
  /** Open loops by their rates, the one under little load first. */
  readonly steps: readonly JudgedPhase<Use>[];
  readonly knee: Knee | null;
  readonly half: JudgedPhase<Use> | null;
  readonly nineTenths: JudgedPhase<Use> | null;
  /** Whether the server stopped answering on the way. */
  readonly isGone: boolean;
}

/** Clients of the closed loops that look for the peak: more of them until it grows no more. */
const CLIENTS = [8, 32, 128];
const GROWS = 1.1;
const LIGHT_SHARE = 0.1;
/** Requests that even a slow server is asked for in a second under little load. */
const LIGHT_LEAST = 2;
/**
 * The limit where none is given: so many times the p99 under little load, from 50 ms on. A queue that grows is seen once it is longer than
 * the limit: so an eighth of a step at most, that 12 % too much are too much, but never less than twice what answers take anyway.
 */
const LIMIT = { factor: 10, least: 50, ofStep: 1 / 8, apart: 2 };
/** A step of a slow server goes on until so many have come, as long as there is time for so few steps. */
const STEP_ARRIVALS = 400;
const FEWEST_STEPS = 4;
const HOLDS = { half: 0.5, nineTenths: 0.9 };

const GONE_TRIES = 5;
const GONE_PAUSE_MILLIS = 200;

/** The server answers no more. */
class Gone extends Error {}

/** In milliseconds, of steps of so many seconds. */
const limitOver = (p99: number, step: number): number =>
  Math.max(LIMIT.least, LIMIT.apart * p99, Math.min(LIMIT.factor * p99, LIMIT.ofStep * step * 1000));

const rateOf = ({ ok, seconds }: PhaseOutcome): number => ok / seconds;

/** Looks for the knee of a server: a warm-up, its peak, little load, a sweep of rates, then half and nine tenths of the knee. */
export class Sweep<Use> {
  readonly #send: SendPhase<Use>;
  readonly #options: SweepOptions;
  readonly #time: TimePlan;
  readonly #hear: SweepProgress;
  readonly #now: () => number;
  readonly #began: number;
  #limit: number;
  #calm: SentPhase<Use> | null = null;
  #busy: SentPhase<Use> | null = null;
  #peak: SentPhase<Use> | null = null;
  readonly #steps: JudgedPhase<Use>[] = [];
  #half: JudgedPhase<Use> | null = null;
  #nineTenths: JudgedPhase<Use> | null = null;
  /** Mean milliseconds of an answer under little load. */
  #usual = 0;

  constructor(send: SendPhase<Use>, options: SweepOptions, hear: SweepProgress) {
    this.#send = send;
    this.#options = options;
    this.#time = timePlan(options.seconds);
    this.#hear = hear;
    this.#now = options.now ?? (() => performance.now());
    this.#began = this.#now();
    this.#limit = options.limit ?? LIMIT.least;
  }

  /** What was found, also where the server stopped answering on the way. Throws what sending throws. */
  async run(): Promise<SweepResult<Use>> {
    let isGone = false;
    try {
      await this.#all();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      isGone = true;
    }
    return {
      ...{
        limit: this.#limit,
        calm: this.#calm,
        busy: this.#busy,
        peak: this.#peak,
        steps: this.#steps.toSorted((a, b) => a.rate! - b.rate!),
      },
      ...{ knee: kneeOf(this.#tried()), half: this.#half, nineTenths: this.#nineTenths, isGone },
    };
  }

  async #all(): Promise<void> {
    const { warm, calm, light, hold } = this.#time;
    await this.#phase({ name: 'warm-up', rate: null, seconds: warm, clients: CLIENTS[0] });
    this.#calm = await this.#phase({ name: 'one client', rate: null, seconds: calm, clients: 1 });
    await this.#findPeak();
    const peak = Math.min(this.#options.mostRate, rateOf(this.#peak!));
    const little = await this.#phase({
      ...{ name: 'little load', rate: Math.max(LIGHT_LEAST, LIGHT_SHARE * peak), seconds: light },
    });
    this.#limit = this.#options.limit ?? limitOver(little.latency.p99.value, this.#time.step);
    this.#usual = little.latency.mean;
    this.#steps.push(this.#judged(this.#options.limit === null ? { ...little, inTime: little.ok } : little));
    await this.#climb(peak);
    const knee = kneeOf(this.#tried());
    if (knee === null) return;
    const at = async (name: string, share: number): Promise<JudgedPhase<Use>> =>
      this.#judged(await this.#phase({ name, rate: share * knee.rate, seconds: hold }));
    this.#half = await at('half of the knee', HOLDS.half);
    this.#nineTenths = await at('nine tenths of the knee', HOLDS.nineTenths);
  }

  async #findPeak(): Promise<void> {
    for (const clients of CLIENTS.slice(0, PEAK_TRIES)) {
      const found = await this.#phase({ name: 'peak', rate: null, seconds: this.#time.peak, clients });
      this.#busy ??= found;
      const before = this.#peak;
      if (before === null || rateOf(found) > rateOf(before)) this.#peak = found;
      if (before !== null && rateOf(found) < GROWS * rateOf(before)) return;
    }
  }

  async #climb(peak: number): Promise<void> {
    const end = this.#now() + this.#time.steps * 1000;
    const step = Math.max(this.#time.step, Math.min(STEP_ARRIVALS / peak, this.#time.steps / FEWEST_STEPS));
    for (;;) {
      const rate = nextRate(this.#tried(), peak, this.#options.mostRate);
      if (rate === null || this.#now() >= end) return;
      await this.#try(rate, step);
    }
  }

  /** A rate that is too much is tried once more: a machine that does something else for a moment only ever adds to what answers take. */
  async #try(rate: number, seconds: number): Promise<void> {
    const phase = { name: 'sweep', rate, seconds };
    const first = this.#judged(await this.#phase(phase));
    this.#steps.push(first.keepsUp ? first : this.#judged(await this.#phase(phase)));
  }

  #judged(phase: SentPhase<Use>): JudgedPhase<Use> {
    return { ...phase, keepsUp: keepsUp(phase, this.#usual) };
  }

  #tried(): TriedRate[] {
    return this.#steps.map((step) => ({ rate: step.rate!, keepsUp: step.keepsUp }));
  }

  async #phase(phase: LoadPhase): Promise<SentPhase<Use>> {
    const share = (this.#now() - this.#began) / (this.#options.seconds * 1000);
    this.#hear(phase.rate === null ? phase.name : `${phase.name}, ${Math.round(phase.rate)} a second`, share);
    const outcome = await this.#send({ ...phase, limit: this.#limit });
    if (outcome.ok === 0 && outcome.arrived > 0 && (await this.#isGone())) throw new Gone();
    return outcome;
  }

  /** A machine that is busy elsewhere may leave a server no time for a while: only one that fails again and again is gone. */
  async #isGone(): Promise<boolean> {
    for (let tries = 0; tries < GONE_TRIES; tries++) {
      const { ok } = await this.#send({ name: 'still there', rate: null, seconds: 0, clients: 1 });
      if (ok > 0) return false;
      await sleep(GONE_PAUSE_MILLIS);
    }
    return true;
  }
}
