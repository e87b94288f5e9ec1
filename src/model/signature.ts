import type { InputContent } from './input-content.ts';
import type { DType, LabelSet } from './tensor.ts';

/** What one input column holds. Booleans and integers are numbers unless the file's categories are booleans. */
export interface ColumnSpec {
  readonly name: string;
  /** False where the file knows no name and `name` was made up (`x0`, `x1`, …). */
  readonly named: boolean;
  readonly type: 'number' | 'string' | 'bool';
  /** Set where an integer stands for its digits in a column of strings, as a category. */
  readonly integers?: true;
  /** Whether the model accepts a missing value here. */
  readonly nullable: boolean;
  /** Known categories where the column is categorical (null = missing is a category). */
  readonly categories?: readonly (string | number | boolean | null)[];
  /** What an unknown category does; absent where the column is not categorical. */
  readonly unknown?: 'error' | 'ignore';
  /** Largest magnitude accepted; absent where an infinity will do, too. */
  readonly largest?: number;
  /** Set where no step reads this column (dropped by a ColumnTransformer): any value, or none, will do. */
  readonly ignored?: true;
}

/** One input tensor of a graph model; -1 is a free dimension, the first is the batch. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** What may stand for its numbers, where that is declared. */
  readonly content?: InputContent;
}

export interface OutputSpec {
  readonly name: string;
  readonly dtype: DType;
  /** With the batch dimension first (-1). */
  readonly shape: readonly number[];
  /** Present for label outputs and for class-wise scores. */
  readonly classes?: LabelSet;
  /** Number of matrices where the output is a list (multi-output `predict_proba`). */
  readonly parts?: number;
}

/**
 * Named, typed, ordered inputs and outputs of a version.
 * - `table`: rows of columns; `text`: one string a row; `labels`: one label a row (LabelEncoder);
 * - `tensors`: named tensors.
 * `open` is set where the file does not say how many columns there are (DummyClassifier before 1.6): `columns` is
 * empty then and rows of numbers of any one width are accepted.
 */
export type Signature = {
  readonly outputs: readonly OutputSpec[];
  /** Outputs that are computed only where a request names them. */
  readonly extras?: readonly OutputSpec[];
  /** Classes of the main label output, or null. */
  readonly classes: LabelSet | null;
} & (
  | {
      readonly form: 'table' | 'text' | 'labels';
      readonly columns: readonly ColumnSpec[];
      readonly open?: true;
    }
  | { readonly form: 'tensors'; readonly tensors: readonly TensorSpec[] }
);
