import { PlimsollError } from '../core/errors.ts';
import type { ReadContext } from './format.ts';
import type { LimitName, ReadLimits } from './limits.ts';

/** What is left of the limits while one file is read; shared by its nested pickles, side files and codecs. */
export class ReadBudget {
  readonly limits: ReadLimits;
  /** Whether trees keep their covers. */
  readonly covers: boolean;
  readonly #now: () => number;
  readonly #onBytes: ReadContext['onBytes'];
  #isPacked = false;
  readonly #start: number;
  readonly #used = new Map<LimitName, number>();
  #bytes = 0;
  #objects = 0;
  readonly #decoded = new WeakSet<Uint8Array>();
  #opcodes = 0;

  constructor(context: Pick<ReadContext, 'limits' | 'now' | 'onBytes' | 'covers'>) {
    this.limits = context.limits;
    this.covers = context.covers ?? false;
    this.#now = context.now;
    this.#onBytes = context.onBytes;
    this.#start = context.now();
  }

  /** Bytes charged so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Charges an allocation of about `bytes` bytes against `totalBytes`. */
  charge(bytes: number, what: string, offset: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.limits.totalBytes) throw this.over('totalBytes', this.#bytes, what, offset);
  }

  /** The same for small objects, of which there may be many more than bytes; they count against `objectBytes`, too. */
  chargeObjects(bytes: number, what: string, offset: number): void {
    this.#objects += bytes;
    if (this.#objects > this.limits.objectBytes) throw this.over('objectBytes', this.#objects, what, offset);
    this.charge(bytes, what, offset);
  }

  /**
   * Charges an array of about `bytes` bytes that is decoded from `data`, bytes of the file. Those were charged with the
   * file: the first array over them is charged what it takes beyond them, for a file of numbers must fit as it is.
   */
  chargeDecoded(data: Uint8Array, bytes: number, what: string, offset: number): void {
    const charged = this.#decoded.has(data) ? 0 : data.length;
    this.#decoded.add(data);
    this.charge(Math.max(0, bytes - charged), what, offset);
  }

  /** Refuses `found` where it exceeds the limit `name`. */
  check(name: LimitName, found: number, what: string, offset: number): void {
    if (found > this.limits[name]) throw this.over(name, found, what, offset);
  }

  /** Counts one more of something that has a limit of its own. */
  count(name: LimitName, what: string, offset: number): void {
    const used = (this.#used.get(name) ?? 0) + 1;
    this.#used.set(name, used);
    this.check(name, used, what, offset);
  }

  /** Counts opcodes run, and looks at the clock. */
  opcodes(count: number, offset: number): void {
    this.#opcodes += count;
    this.check('opcodes', this.#opcodes, 'a pickle', offset);
    this.checkTime('a pickle', offset);
  }

  /** From here on offsets are those of what a file unpacks to. */
  unpacks(): void {
    this.#isPacked = true;
  }

  /** Called now and then by long loops. */
  checkTime(what: string, offset: number): void {
    this.#onBytes?.(this.#isPacked ? null : offset);
    const elapsed = Math.round(this.#now() - this.#start);
    if (elapsed > this.limits.cpuMs) throw this.over('cpuMs', elapsed, what, offset);
  }

  over(name: LimitName, found: number, what: string, offset: number): PlimsollError {
    return new PlimsollError('READ_LIMIT', { what, offset, found, limit: this.limits[name], name });
  }
}
