/** Rows that a model file brings with the answers that it must give to them: `ModelVerification` of PMML. */
export interface FileGoldenRows {
  /** One row each, in the order of `names`. */
  readonly rows: readonly (readonly (number | string | boolean | null)[])[];
  readonly names: readonly string[];
  readonly answers: readonly FileGoldenColumn[];
}

/** What one column of an output must be. */
export interface FileGoldenColumn {
  readonly output: string;
  /** Of a matrix; null where the output has one value a row. */
  readonly column: number | null;
  /** One a row; null where the file says nothing. */
  readonly values: readonly (number | string | boolean | null)[];
  /** Largest |answer - value| / |value|. */
  readonly precision: number;
  /** Numbers up to this one, of either sign, count as 0. */
  readonly zeroThreshold: number;
}
