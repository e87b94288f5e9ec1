import type { BoosterHead } from '../../model/booster.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { type BoosterModel, isSince } from './booster.ts';
import type { EnsembleUse } from './ensemble.ts';

/** What a wrapper of scikit-learn's kind says beside its booster. */
export interface WrapperState {
  /** Labels of a classifier, else null. */
  readonly classes: LabelSet | null;
  /** Rounds that are used; all of them where undefined. */
  readonly rounds: number | undefined;
  /** A number that is missing beside NaN, or null. */
  readonly missing: number | null;
}

/** What XGBClassifier, XGBRegressor and the others make of their booster: a classifier answers labels and probabilities. */
export const wrapperUse = (
  { release }: BoosterModel,
  { classes, rounds, missing }: WrapperState,
): EnsembleUse => ({
  rounds,
  head: classes === null ? undefined : (head) => classifierHead(head, classes),
  weighted: isSince(release, 1, 4) && !isSince(release, 3, 3) ? inplaceProduct : undefined,
  missing,
});

/** Rounds up to the best iteration that is stated, or that an attribute of the model names. */
export function bestRounds({ attributes }: BoosterModel, stated: number | null): number | undefined {
  const best = stated ?? Number(attributes.get('best_iteration') ?? Number.NaN);
  return Number.isSafeInteger(best) && best >= 0 ? best + 1 : undefined;
}

/** `Dart::InplacePredict` took the base score off what a tree and the base score gave, and multiplied what was left. */
const inplaceProduct = (value: number, weight: number, base: number): number =>
  Math.fround(Math.fround(Math.fround(value + base) - base) * weight);

/** `multi:softmax` answers classes, but of a classifier probabilities are asked as well (`XGBClassifier.predict_proba`). */
const classifierHead = (head: BoosterHead, classes: LabelSet): BoosterHead => ({
  ...head,
  link: head.link.kind === 'argmax' ? { kind: 'softmax' } : head.link,
  classes,
});
