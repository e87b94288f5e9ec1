import { PlimsollError } from '../core/errors.ts';
import type { OnnxLimits } from './limits.ts';

/** Spends the record and integer limits of one file while it is decoded. */
export class DecodeBudget {
  readonly limits: OnnxLimits;
  #records = 0;
  #varints = 0;

  constructor(limits: OnnxLimits) {
    this.limits = limits;
  }

  /** @throws READ_LIMIT when the file holds too many records */
  record(offset: number): void {
    this.#records += 1;
    if (this.#records > this.limits.onnxRecords)
      throw this.over('onnxRecords', 'records', this.#records, offset);
  }

  /** @throws READ_LIMIT when the file holds too many varint-coded numbers */
  varints(count: number, offset: number): void {
    this.#varints += count;
    if (this.#varints > this.limits.onnxVarints)
      throw this.over('onnxVarints', 'integers', this.#varints, offset);
  }

  /** Checks `depth` against one of the depth limits. */
  depth(depth: number, name: 'onnxGraphDepth' | 'onnxTypeDepth', offset: number): void {
    if (depth > this.limits[name]) throw this.over(name, 'nesting', depth, offset);
  }

  over(name: keyof OnnxLimits, what: string, found: number, offset: number): PlimsollError {
    return new PlimsollError('READ_LIMIT', {
      what: `ONNX ${what}`,
      offset,
      found,
      limit: this.limits[name],
      name,
    });
  }
}
