/** Where a step came from in the file: for messages, `inspect` and `diff`. */
export interface StepOrigin {
  /** Dotted path from the root: `steps.scaler`, `transformers.num.steps.imputer`; empty for the root. */
  readonly path: string;
  /** Class as the file names it: `sklearn.preprocessing._data.StandardScaler`. */
  readonly class: string;
  /** Byte offset in the (uncompressed) stream where the object was built. */
  readonly offset: number;
}

/** An origin as messages name it: the path of the root is empty. */
export const placeOf = ({ path, ...rest }: StepOrigin): StepOrigin => ({
  path: path || 'the model',
  ...rest,
});

export interface StepBase {
  readonly origin: StepOrigin;
  /** Number of input columns (`n_features_in_`), or null where the step does not care or the file does not say. */
  readonly features: number | null;
  /** `feature_names_in_`, or null. */
  readonly featureNames: readonly string[] | null;
  /** Set where this step refuses missing values although its kind takes them (older releases, `validate=True`). */
  readonly refusesMissing?: true;
}
