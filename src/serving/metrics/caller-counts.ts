import { murmur3 } from '../../bytes/murmur3.ts';
import { addHash, emptyRegisters, estimateDistinct, mergeRegisters } from '../../statistics/hyperloglog.ts';

/** What may be told of the callers of one model, as it crosses to another process: plain data, no id. */
export interface CallerCounts {
  readonly model: string;
  /** Requests of units with an id, and of none. */
  readonly named: number;
  readonly nameless: number;
  /** Sketch of the ids (`hyperloglog.ts`). */
  readonly registers: Uint8Array;
}

/** Distinct units with an id, about. */
export const distinctUnits = ({ registers }: Pick<CallerCounts, 'registers'>): number =>
  estimateDistinct(registers);

/** Any seed does, the same in all processes. */
const SEED = 0x63616c6c;

/** How many distinct units ask a model, whether or not a rollout runs: some hundred nanoseconds a request. */
export class CallerSeries implements CallerCounts {
  readonly model: string;
  readonly registers = emptyRegisters();
  named = 0;
  nameless = 0;

  constructor(model: string) {
    this.model = model;
  }

  note(unit: string | null): void {
    if (unit === null) this.nameless++;
    else {
      this.named++;
      addHash(this.registers, murmur3(unit, SEED));
    }
  }

  /** Adds what another process has noted. */
  add({ named, nameless, registers }: CallerCounts): void {
    this.named += named;
    this.nameless += nameless;
    mergeRegisters(this.registers, registers);
  }

  /** A copy that stays as it is. */
  counts(): CallerCounts {
    const { model, named, nameless, registers } = this;
    return { model, named, nameless, registers: registers.slice() };
  }
}
