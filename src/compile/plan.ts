import type { TextVectorizerStep } from '../model/text.ts';
import type { OnnxModel } from '../onnx/graph.ts';

/**
 * How close a compiled step comes to the library:
 * - `bit-exact`: the same bits for every accepted input;
 * - `ulp`: within a few units in the last place of the library's own float64 result;
 * - `tolerance`: within 1e-9·|b| + 1e-13·Σ|terms| (another summation order, as another BLAS would give).
 */
export type ExactnessClass = 'bit-exact' | 'ulp' | 'tolerance';

export interface StepCertification {
  readonly exactness: ExactnessClass;
  readonly bound: string;
  readonly note: string;
}

/** One line of `compile --certificate`. */
export interface CertificateEntry extends StepCertification {
  readonly path: string;
  readonly class: string;
  /** ONNX operators that the step itself emitted, each once, in order of first use. */
  readonly ops: readonly string[];
}

/** A string column that native code turns into numbers before the graph. */
export interface PrefixInput {
  /** Graph input `[N, width]` float64 that holds them. */
  readonly input: string;
  /** Column of the signature that it replaces. */
  readonly column: number;
  /** Counts of terms, or the hash of a category as CatBoost makes it. */
  readonly step: TextVectorizerStep | 'category-hash';
}

/** A column of the signature and the graph input `[N, 1]` that takes it. */
export interface ColumnInput {
  readonly input: string;
  readonly column: number;
}

export interface CompiledPlan {
  readonly model: OnnxModel;
  /** Native steps in front of the graph. */
  readonly prefix: readonly PrefixInput[];
  /** Inputs that take one column each; empty where one input `input` takes the whole matrix. */
  readonly columns: readonly ColumnInput[];
  /** Graph output `[N]` of booleans: rows that the library refuses, whose answers mean nothing; null for none. */
  readonly refused: string | null;
  readonly certificate: readonly CertificateEntry[];
}
