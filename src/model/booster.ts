import { classSpec, labelSpec, numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { LabelSet } from './tensor.ts';

/**
 * How margins become predictions, in the precision of the sums and the order of operations of the library:
 * - `sigmoid`: 1 / (1 + exp(min(-factor·m, limit)));
 * - `softmax`: exp(m - max) / Σ a row, the sum in float64;
 * - `exp`: exp(m);
 * - `log1p-exp`: log(1 + exp(m));
 * - `signed-square`: sign(m)·m·m;
 * - `hinge`: 1 where m > 0, else 0;
 * - `argmax`: the index of the greatest of the row, the lowest on ties.
 */
export type MarginLink =
  | { readonly kind: 'identity' | 'softmax' | 'exp' | 'log1p-exp' | 'signed-square' | 'hinge' | 'argmax' }
  | { readonly kind: 'sigmoid'; readonly factor: number; readonly limit: number };

/** Last stage of the boosters of XGBoost and LightGBM: margins through `link`. */
export interface BoosterHead {
  readonly kind: 'booster';
  readonly link: MarginLink;
  /** What margins are divided by before the link (random forests of LightGBM, whose raw scores are sums); absent: 1. */
  readonly divisor?: number;
  /**
   * Null: `predict` gives what the link gives. Classes of a classifier: `predict` gives labels, the greatest of a row or
   * where one number stands for two classes the second one above 1/2; `predict_proba` gives what the link gives, of one
   * number p the two columns [1 - p, p].
   */
  readonly classes: LabelSet | null;
  /** Whether `predict` and the margins of one number a row are `[N]`, else `[N, 1]`. */
  readonly flat: boolean;
  /** Name of the output that holds the margins, as the library's own option says. */
  readonly margins: 'margin' | 'raw_score';
}

type Precision = 'float32' | 'float64';

/** Outputs of a booster of so many margins a row. */
export function boosterSpecs(head: BoosterHead, scores: number, dtype: Precision): readonly OutputSpec[] {
  const { classes, link, margins } = head;
  const typed = (spec: OutputSpec): OutputSpec => ({ ...spec, dtype });
  const margin = typed(numberSpec(margins, head.flat && scores === 1 ? null : scores));
  if (classes !== null) return [labelSpec(classes), typed(classSpec('predict_proba', classes)), margin];
  const predicted = link.kind === 'argmax' || (head.flat && scores === 1) ? null : scores;
  return [typed(numberSpec('predict', predicted)), margin];
}

/** Whether an output is what a link with exp computed, not a margin, a label or a choice. */
export function isLinked({ link, classes }: BoosterHead, output: string): boolean {
  const answers = output === 'predict_proba' || (output === 'predict' && classes === null);
  return answers && ['sigmoid', 'softmax', 'exp', 'log1p-exp'].includes(link.kind);
}
