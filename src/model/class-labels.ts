import type { ModelStep } from './step.ts';
import { outputsOf } from './step-inference.ts';
import type { LabelSet } from './tensor.ts';
import type { TreeHead } from './tree.ts';

/** The classes that `predict` of a model answers; null of a model that answers numbers, or several labels a row. */
export const classLabelsOf = (step: ModelStep): LabelSet | null =>
  outputsOf(step, { name: 'transform', dtype: 'float64', shape: [-1, -1] }).find(
    ({ name }) => name === 'predict',
  )?.classes ?? null;

/**
 * The same model with other names of its classes, in their order: what `LabelEncoder.inverse_transform` makes of the numbers
 * 0 … k - 1 that `predict` answers. Null where the model keeps no names that could be others.
 */
export function withClassLabels(step: ModelStep, classes: LabelSet): ModelStep | null {
  switch (step.kind) {
    case 'pipeline': {
      const last = step.steps.at(-1);
      const renamed = last === undefined ? null : withClassLabels(last.step, classes);
      if (last === undefined || renamed === null) return null;
      return { ...step, steps: [...step.steps.slice(0, -1), { ...last, step: renamed }] };
    }
    case 'linear-classifier':
    case 'multinomial-nb':
    case 'categorical-nb':
    case 'quadratic-classifier':
      return { ...step, classes };
    case 'tree-ensemble': {
      const head = headWithLabels(step.head, classes);
      return head === null ? null : { ...step, head };
    }
    case 'linear-booster':
      return step.head.classes === null ? null : { ...step, head: { ...step.head, classes } };
    case 'catboost':
      return step.head.kind === 'classes' ? { ...step, head: { ...step.head, classes } } : null;
    case 'projecting-predictor': {
      const predictor = withClassLabels(step.predictor, classes);
      return predictor === null ? null : { ...step, predictor };
    }
    case 'dense-layers':
      return 'classes' in step.head ? { ...step, head: { ...step.head, classes } } : null;
    case 'dummy': {
      const [only, ...others] = step.task === 'classification' ? step.targets : [];
      if (step.task !== 'classification' || only === undefined || others.length > 0) return null;
      return { ...step, targets: [{ ...only, classes }] };
    }
    default:
      return null;
  }
}

function headWithLabels(head: TreeHead, classes: LabelSet): TreeHead | null {
  if (head.kind === 'vote') return head.groups.length === 1 ? { ...head, groups: [classes] } : null;
  if (head.kind === 'boosted') return { ...head, classes };
  return head.kind === 'booster' && head.classes !== null ? { ...head, classes } : null;
}
