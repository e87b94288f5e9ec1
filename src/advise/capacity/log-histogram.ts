/** Quantiles of many positive numbers, in one pass and constant room. Pure. */

/** 64 bins in each doubling: a bin is 1.1 % wide, and its middle at most 0.55 % from any value in it. */
const BIN_BITS = 6;
const SHIFT = 20 - BIN_BITS;
/** Of 2^-32 to 2^32. */
const [LOWEST, HIGHEST] = [highWordOf(2 ** -32) >>> SHIFT, highWordOf(2 ** 32) >>> SHIFT];

/** The upper half of a double: its exponent and the first bits of its mantissa grow with its value (IEEE 754). */
function highWordOf(value: number): number {
  return new DataView(new Float64Array([value]).buffer).getUint32(4, true);
}

/** Counts values by their first bits. */
export class LogHistogram {
  readonly #value = new Float64Array(1);
  readonly #words = new Uint32Array(this.#value.buffer);
  readonly #counts = new Uint32Array(HIGHEST - LOWEST + 1);
  #count = 0;
  #sum = 0;

  get mean(): number {
    return this.#sum / this.#count;
  }

  add(value: number): void {
    this.#value[0] = value;
    const bin = (this.#words[1]! >>> SHIFT) - LOWEST;
    this.#counts[Math.min(this.#counts.length - 1, Math.max(0, bin))]!++;
    this.#count++;
    this.#sum += value;
  }

  /** The value that a share `q` of all is not above, within 0.6 %. */
  quantile(q: number): number {
    let left = q * this.#count;
    const bin = this.#counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return middleOf(bin < 0 ? this.#counts.length - 1 : bin);
  }
}

function middleOf(bin: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, (((bin + LOWEST) << SHIFT) | (1 << (SHIFT - 1))) >>> 0);
  return view.getFloat64(0);
}
