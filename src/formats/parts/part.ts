import type { CompileBlocker } from '../../model/blocker.ts';
import type { OutlineNode, ReadNote, SourceFramework } from '../../model/description.ts';
import type { ModelStep } from '../../model/step.ts';

/** A model, as far as it can be understood. */
export interface DescribedPart {
  readonly step: ModelStep | null;
  readonly blockers: readonly CompileBlocker[];
  readonly notes: readonly ReadNote[];
  readonly outline: OutlineNode | null;
  readonly framework: SourceFramework;
  /** Whether what it transforms comes out as a sparse matrix, where what goes in is one or not. */
  givesSparse(isSparse: boolean): boolean;
}

interface PartBase {
  /** By which `--member` names it: key of a dict, index of a list, name of a file. */
  readonly name: string;
  /** What it is, in a few words: its class, or the value. */
  readonly what: string;
}

/** A model, a transformer, or the `LabelEncoder` of a target; read when it is asked for, under the path it has in the whole. */
export interface EstimatorPart extends PartBase {
  readonly kind: 'model' | 'encoder';
  describe(path: string): DescribedPart;
}

/** Names of columns. */
export interface ColumnsPart extends PartBase {
  readonly kind: 'columns';
  readonly columns: readonly string[];
}

/** One of several things in a file or a folder. */
export type ModelPart = EstimatorPart | ColumnsPart | (PartBase & { readonly kind: 'other' });

/** What holds the parts, for messages. */
export interface PartsWhole {
  /** `a dict of 2 (scaler, model)`, `the folder "churn"`. */
  readonly what: string;
  readonly class: string;
  readonly offset: number;
  /** Whether models that fit in one order only are joined unasked, as files that were put beside each other are. */
  readonly joins: boolean;
}

/** What a part is, for messages. */
export const describedPart = ({ name, what }: ModelPart): string => `"${name}" is ${what}`;

/**
 * Names under which people keep the names of columns; in a list or tuple nothing has a name. Of a file the ending goes before.
 */
export const COLUMNS_NAME =
  /^\d+$|(?:^|[._ ])(?:columns?|cols|features?|feature_names|feature_columns|feature_cols|names)(?:$|[._ ])/i;
