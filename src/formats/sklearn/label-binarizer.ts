import type { LabelBinarizerStep } from '../../model/label-binarizer.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

/** Releases before 0.24 keep `y_type_` as well: what it was fitted on. */
export function readLabelBinarizer(view: EstimatorView): LabelBinarizerStep {
  const target = view.choice('y_type_', ['binary', 'multiclass']);
  const classes = view.labels('classes_');
  const [positive, negative] = [view.number('pos_label', 1), view.number('neg_label', 0)];
  if (!Number.isSafeInteger(positive) || !Number.isSafeInteger(negative) || negative >= positive)
    throw view.invalid('pos_label', `${positive} beside ${negative}`, 'an integer above neg_label');
  if (new Set<unknown>(classes.values).size < classes.values.length)
    throw view.invalid('classes_', 'a class twice', 'each class once');
  if ((target === 'binary') !== classes.values.length <= 2)
    throw view.invalid('y_type_', target, `what ${classes.values.length} classes are`);
  const { origin } = view;
  return { kind: 'label-binarizer', origin, features: 1, featureNames: null, classes, positive, negative };
}

export const LABEL_BINARIZER_FAMILIES: readonly Family[] = [
  family('preprocessing', readLabelBinarizer, 'LabelBinarizer'),
];
