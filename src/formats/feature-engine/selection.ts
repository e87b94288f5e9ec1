import type { ModelStep } from '../../model/step.ts';
import { frameStep } from '../frame-step.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { columnTexts, featureFrame, keptBlocks } from './frame.ts';

/** Selectors: all columns but `features_to_drop_`. */
export function readDrop(view: EstimatorView): ModelStep {
  const frame = featureFrame(view);
  const dropped = columnTexts(view, 'features_to_drop_', view.required('features_to_drop_'));
  return frameStep(frame.base, keptBlocks(frame, new Set(frame.placesOf(dropped, 'features_to_drop_'))));
}

/** Classes that give other columns than they take, behind those that they leave alone. */
const CREATORS = ['OneHotEncoder', 'PolynomialFeatures'];

/** SklearnTransformerWrapper: a transformer of scikit-learn over `variables_`, in their places, or behind the others. */
export function readWrapper(view: EstimatorView): ModelStep | null {
  const frame = featureFrame(view);
  const names = columnTexts(view, 'variables_', view.required('variables_'));
  const places = frame.placesOf(names, 'variables_');
  const inner = view.child('transformer_');
  if (inner.has('features_to_drop_') || view.has('features_to_drop_')) return readDrop(view);
  const step = view.step('transformer_');
  if (step === null) return null;
  const behind = frameStep(frame.base, [...keptBlocks(frame, new Set(places)), { columns: places, step }]);
  if (CREATORS.includes(inner.className)) return behind;
  return restored(view, behind, frame.names.length, places);
}

/** Columns from behind the others back to where they were. */
function restored(
  view: EstimatorView,
  behind: ModelStep,
  width: number,
  places: readonly number[],
): ModelStep {
  const kept = Array.from({ length: width }, (_, column) => column).filter(
    (column) => !places.includes(column),
  );
  const at = (column: number): number => {
    const moved = places.indexOf(column);
    return moved < 0 ? kept.indexOf(column) : kept.length + moved;
  };
  const order = Array.from({ length: width }, (_, column) => at(column));
  if (order.every((column, i) => column === i)) return behind;
  const base = { origin: view.origin, features: width, featureNames: null };
  return {
    kind: 'pipeline',
    origin: behind.origin,
    features: behind.features,
    featureNames: behind.featureNames,
    steps: [
      { name: 'transformer_', step: behind },
      { name: 'columns', step: frameStep(base, [{ columns: order, step: null }]) },
    ],
  };
}
