/**
 * What people say of a model file that the file itself leaves open. It is part of what a version is: the same file with
 * other choices is another version.
 */
export interface ReadingChoices {
  /** Which model is meant in a file that holds several things: a name, or several in a row, `scaler,model`. */
  readonly member?: string | undefined;
  /** The number that is missing beside NaN, to a booster whose file does not store it. */
  readonly missing?: number | undefined;
  /** Iterations of boosting that predict, the first ones; of a forest trees. All of them, or those up to the best one, where it is not said. */
  readonly iterations?: number | undefined;
  /** Names of the columns, as a folder around the file states them, for a model that keeps none. */
  readonly columns?: readonly string[] | undefined;
  /** The library's class whose answers are wanted, `xgboost.sklearn.XGBClassifier`, as a folder states it for a file that holds its booster alone. */
  readonly modelClass?: string | undefined;
  /** How images or sounds become the numbers of an input: the document `preprocessor_config.json`. */
  readonly preprocessor?: Readonly<Record<string, unknown>> | undefined;
}

/** The choices among other fields, without those that were not made. */
export const choicesOf = ({
  member,
  missing,
  iterations,
  columns,
  modelClass,
  preprocessor,
}: ReadingChoices): ReadingChoices => ({
  ...(member === undefined ? {} : { member }),
  ...(missing === undefined ? {} : { missing }),
  ...(iterations === undefined ? {} : { iterations }),
  ...(columns === undefined ? {} : { columns }),
  ...(modelClass === undefined ? {} : { modelClass }),
  ...(preprocessor === undefined ? {} : { preprocessor }),
});
