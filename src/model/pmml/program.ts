import type { PmmlType, PmmlValue } from './value.ts';

/**
 * The fields of a PMML document as one arena: every name is resolved to an index when the file is read. A field refers
 * to fields and models before it only, so that evaluation on demand ends.
 */
export type PmmlField =
  /** A cell of an input column. */
  | { readonly kind: 'input'; readonly name: string; readonly column: number; readonly type: PmmlType }
  /** What a `MiningField` makes of another field. */
  | {
      readonly kind: 'treated';
      readonly name: string;
      readonly type: PmmlType;
      readonly source: number;
      readonly treatment: PmmlTreatment;
    }
  /** `DerivedField`, `OutputField` with an expression, argument of a `DefineFunction`. */
  | {
      readonly kind: 'derived';
      readonly name: string;
      readonly type: PmmlType;
      readonly expression: PmmlExpression;
    }
  /** `OutputField` of the model at index `model`. */
  | {
      readonly kind: 'result';
      readonly name: string;
      readonly type: PmmlType;
      readonly model: number;
      readonly feature: PmmlFeature;
    };

/** What is taken from a model's result; `class` is an index into its classes. */
export type PmmlFeature =
  | { readonly kind: 'predictedValue' }
  | { readonly kind: 'probability'; readonly class: number | null }
  | { readonly kind: 'entityId' }
  | { readonly kind: 'affinity'; readonly class: number | null }
  | { readonly kind: 'reasonCode'; readonly rank: number };

/** An interval of numbers; absent margins are infinite. */
export interface PmmlInterval {
  readonly low: number;
  readonly lowClosed: boolean;
  readonly high: number;
  readonly highClosed: boolean;
}

/** The valid values of a `DataField`: everything where all are empty. */
export interface PmmlDomain {
  readonly valid: readonly PmmlValue[];
  readonly invalid: readonly PmmlValue[];
  readonly missing: readonly PmmlValue[];
  readonly intervals: readonly PmmlInterval[];
}

/** `MiningField`: outliers are looked at where the value is valid, replacements come last. */
export interface PmmlTreatment {
  readonly domain: PmmlDomain;
  readonly invalid: 'returnInvalid' | 'asIs' | 'asMissing' | 'asValue';
  readonly invalidReplacement: PmmlValue;
  /** Whether a missing value refuses the row (`missingValueTreatment="returnInvalid"`). */
  readonly refusesMissing: boolean;
  readonly missingReplacement: PmmlValue;
  readonly outliers: 'asIs' | 'asMissingValues' | 'asExtremeValues';
  readonly low: number;
  readonly high: number;
}

export type PmmlExpression =
  | { readonly kind: 'constant'; readonly value: PmmlValue; readonly type: PmmlType }
  | { readonly kind: 'field'; readonly field: number; readonly missing: PmmlValue; readonly type: PmmlType }
  /** Piecewise linear through (orig, norm), ascending by orig. */
  | {
      readonly kind: 'norm-continuous';
      readonly field: number;
      readonly orig: Float64Array;
      readonly norm: Float64Array;
      readonly outliers: PmmlTreatment['outliers'];
      readonly missing: PmmlValue;
      readonly type: 'double';
    }
  /** 1 where the field has the value, else 0. */
  | {
      readonly kind: 'norm-discrete';
      readonly field: number;
      readonly value: PmmlValue;
      readonly missing: PmmlValue;
      readonly type: 'double';
    }
  | {
      readonly kind: 'discretize';
      readonly field: number;
      readonly bins: readonly (PmmlInterval & { readonly value: PmmlValue })[];
      readonly otherwise: PmmlValue;
      readonly missing: PmmlValue;
      readonly type: PmmlType;
    }
  /** Rows of a table by the values of `fields`: the first that has them all answers. */
  | {
      readonly kind: 'map-values';
      readonly fields: readonly number[];
      readonly rows: readonly { readonly keys: readonly PmmlValue[]; readonly value: PmmlValue }[];
      readonly otherwise: PmmlValue;
      readonly missing: PmmlValue;
      readonly type: PmmlType;
    }
  | {
      readonly kind: 'apply';
      readonly function: string;
      readonly args: readonly PmmlExpression[];
      readonly missing: PmmlValue;
      readonly otherwise: PmmlValue;
      readonly invalid: 'returnInvalid' | 'asIs' | 'asMissing';
      readonly type: PmmlType;
    }
  /** `value` where the predicate holds, else `otherwise`: outputs of segments that may not be evaluated. */
  | {
      readonly kind: 'when';
      readonly predicate: PmmlPredicate;
      readonly value: number;
      readonly otherwise: number | null;
      readonly type: PmmlType;
    };

/** True, false, or unknown where a value that decides is missing. */
export type PmmlPredicate =
  | { readonly kind: 'constant'; readonly value: boolean }
  | {
      readonly kind: 'compare';
      readonly field: number;
      readonly operator: PmmlComparison;
      readonly value: string | number | boolean;
    }
  | { readonly kind: 'missing'; readonly field: number; readonly wanted: boolean }
  | {
      readonly kind: 'set';
      readonly field: number;
      readonly values: readonly PmmlValue[];
      readonly wanted: boolean;
    }
  | {
      readonly kind: 'compound';
      readonly operator: 'and' | 'or' | 'xor' | 'surrogate';
      readonly predicates: readonly PmmlPredicate[];
    };

export const PMML_COMPARISONS = [
  'equal',
  'notEqual',
  'lessThan',
  'lessOrEqual',
  'greaterThan',
  'greaterOrEqual',
] as const;
export type PmmlComparison = (typeof PMML_COMPARISONS)[number];
