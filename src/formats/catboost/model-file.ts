import type { CtrType } from '../../model/catboost.ts';

/** What a CatBoost file holds, whichever way it was written: as the file says it, checked only for its own shape. */

/** A feature as the file numbers it: `index` among those of its kind, `column` among all (`flat_feature_index`). */
export interface NumberedFeature {
  readonly index: number;
  readonly column: number;
  /** `feature_id`; empty where the training data had no names. */
  readonly name: string;
}

export interface FloatFeature extends NumberedFeature {
  readonly borders: Float32Array;
  /** Whether the training data had missing values here; without, a missing value is below every border. */
  readonly hasNans: boolean;
  readonly nanTreatment: NanTreatment;
}

export type NanTreatment = (typeof NAN_TREATMENTS)[number];
/** As ENanValueTreatment numbers them (catboost/libs/model/flatbuffers/features.fbs). */
export const NAN_TREATMENTS = ['AsIs', 'AsFalse', 'AsTrue'] as const;

/** Values of a categorical feature that are asked for one by one; `feature` is its `index`. */
export interface OneHotFeature {
  readonly feature: number;
  readonly values: Int32Array;
}

/** What is hashed into the key of a CTR table, in this order. Features go by their `index`. */
export interface FileProjection {
  readonly categories: readonly number[];
  readonly floats: readonly { readonly feature: number; readonly border: number }[];
  readonly oneHots: readonly { readonly feature: number; readonly value: number }[];
}

/** What names a CTR table. */
export interface CtrBase {
  readonly projection: FileProjection;
  readonly type: CtrType;
  /** Which binarization of the target was counted. */
  readonly classifier: number;
}

export interface CtrFeature {
  readonly base: CtrBase;
  readonly targetBorder: number;
  readonly priorNumerator: number;
  readonly priorDenominator: number;
  readonly shift: number;
  readonly scale: number;
  readonly borders: Float32Array;
}

/** The content of one CTR table. Keys are 64 bits each, low word first. */
export interface FileTable {
  readonly base: CtrBase;
  readonly keys: Uint32Array;
  /** Counts of `classes` a key; of means the number of values behind each sum. */
  readonly counts: Int32Array;
  readonly classes: number;
  /** Sums of the target a key; null for counts. */
  readonly sums: Float32Array | null;
  readonly denominator: number;
}

export type FileTrees =
  | { readonly kind: 'oblivious'; readonly sizes: Int32Array; readonly splits: Int32Array }
  /** Nodes of all trees: how far its two children are behind a node, 0 where it is itself the leaf on that side. */
  | {
      readonly kind: 'nodes';
      readonly sizes: Int32Array;
      readonly splits: Int32Array;
      readonly steps: Uint16Array | Uint32Array;
      /** Where the values of a node that is a leaf begin. */
      readonly leaves: Uint32Array;
    };

export interface CatBoostFile {
  readonly dimensions: number;
  readonly floats: readonly FloatFeature[];
  readonly categories: readonly NumberedFeature[];
  /** Text and embedding features. */
  readonly others: readonly (NumberedFeature & { readonly kind: 'text' | 'embedding' })[];
  /** Features that are computed from text or embeddings. */
  readonly estimated: number;
  readonly oneHots: readonly OneHotFeature[];
  readonly ctrs: readonly CtrFeature[];
  readonly trees: FileTrees;
  readonly leafValues: Float64Array;
  /** Weight of the training rows at each leaf; empty where it is not kept. */
  readonly leafWeights: Float64Array;
  readonly scale: number;
  /** One number a dimension; one for all, or none, in older files. */
  readonly bias: Float64Array;
  /** `model_info`: what was trained, as texts; parameters are JSON. */
  readonly info: ReadonlyMap<string, string>;
  readonly tables: readonly FileTable[];
}

/** What a table is looked up by. */
export const baseKey = ({ projection, type, classifier }: CtrBase): string =>
  JSON.stringify([
    type,
    classifier,
    projection.categories,
    projection.floats.map(({ feature, border }) => [feature, border]),
    projection.oneHots.map(({ feature, value }) => [feature, value]),
  ]);
