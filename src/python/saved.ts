/** Manifest of a folder that `plimsoll.save` writes, `plimsoll.json`; `python/plimsoll/manifest.py` is the other side. */
export interface SavedManifest {
  readonly kind: 'plimsoll-model';
  /** Raised when a reader of today could misread what is written. */
  readonly schema: 1;
  /** What it is called where it is registered, if nobody says otherwise. */
  readonly name?: string;
  /** UTC, ISO 8601. */
  readonly created: string;
  /** Version of the package that wrote it. */
  readonly plimsoll: string;
  /** Full version of Python. */
  readonly python: string;
  readonly framework: { readonly name: string; readonly version: string | null };
  /** `format`: how it is read again (`joblib`, `pickle`, `xgboost`, `lightgbm`, `catboost`, `torch`, `keras`). `path` is below the folder. */
  readonly model: { readonly path: string; readonly format: string; readonly class: string };
  /**
   * How the sample was given to the model. The type of a categorical column holds its categories in their order, as
   * JSON after the word: `category["a","b"]`; their codes depend on it.
   */
  readonly call: {
    readonly container: 'frame' | 'array' | 'list' | 'tensors';
    readonly dtype?: string;
    readonly dtypes?: Readonly<Record<string, string>>;
  };
  /** As `Signature` of src/model/signature.ts writes it. */
  readonly signature: unknown;
  /** `golden.json`: rows of the sample with the model's own outputs. */
  readonly golden: string | null;
  /** Rows of the training data, `.csv` or `.parquet`. */
  readonly reference: string | null;
  /** Pins of every distribution that the model's process had imported, and what those need. */
  readonly requirements: string;
  /** Modules that the model needs, below `code/`, which is put on `sys.path`. */
  readonly code: readonly string[];
  /** Every file below the folder but the manifest, with sha256 (hex) and size. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly size: number }[];
}
