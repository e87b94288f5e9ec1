import type { GraphBuilder } from '../builder.ts';
import { ELEMENT_TYPE } from '../dtype.ts';
import type { ValueName } from '../graph.ts';

/** Words of 64 bits in a graph, which wrap round: what hash functions are made of. Values are of uint64. */
export class Words {
  readonly builder: GraphBuilder;

  constructor(builder: GraphBuilder) {
    this.builder = builder;
  }

  word(value: bigint): ValueName {
    return this.builder.constant({
      dtype: 'uint64',
      shape: [],
      data: BigUint64Array.of(BigInt.asUintN(64, value)),
    });
  }

  cast(x: ValueName, dtype: 'int64' | 'uint64' | 'float32'): ValueName {
    return this.builder.add('Cast', [x], { to: BigInt(ELEMENT_TYPE[dtype]) });
  }

  sum(...words: readonly ValueName[]): ValueName {
    return this.#fold('Add', words);
  }

  product(...words: readonly ValueName[]): ValueName {
    return this.#fold('Mul', words);
  }

  xor(...words: readonly ValueName[]): ValueName {
    return this.#fold('BitwiseXor', words);
  }

  and(...words: readonly ValueName[]): ValueName {
    return this.#fold('BitwiseAnd', words);
  }

  left(x: ValueName, bits: number): ValueName {
    return this.#shift(x, bits, 'LEFT');
  }

  right(x: ValueName, bits: number): ValueName {
    return this.#shift(x, bits, 'RIGHT');
  }

  /** Bits that leave at the one end come back at the other, of a word of `width` bits. */
  rotatedRight(x: ValueName, bits: number, width: 32 | 64 = 64): ValueName {
    const turned = this.xor(this.right(x, bits), this.left(x, width - bits));
    return width === 64 ? turned : this.and(turned, this.word(0xffff_ffffn));
  }

  rotatedLeft(x: ValueName, bits: number): ValueName {
    return this.rotatedRight(x, 64 - bits);
  }

  /** `yes` where the condition holds; onnxruntime chooses among signed words only. */
  where(condition: ValueName, yes: ValueName, no: ValueName): ValueName {
    const [a, b] = [this.cast(yes, 'int64'), this.cast(no, 'int64')];
    return this.cast(this.builder.add('Where', [condition, a, b]), 'uint64');
  }

  #shift(x: ValueName, bits: number, direction: 'LEFT' | 'RIGHT'): ValueName {
    return bits === 0 ? x : this.builder.add('BitShift', [x, this.word(BigInt(bits))], { direction });
  }

  #fold(op: string, words: readonly ValueName[]): ValueName {
    return words.reduce((left, right) => this.builder.add(op, [left, right]));
  }
}
