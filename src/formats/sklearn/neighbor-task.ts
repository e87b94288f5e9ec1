import type { NeighborTask } from '../../model/neighbors.ts';
import type { LabelSet, Matrix } from '../../model/tensor.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** The classes of the points by output, or their targets. */
export function readNeighborTask(view: EstimatorView, points: number): NeighborTask {
  const targets = view.array('_y');
  const outputs = targets.shape.length === 2 ? targets.shape[1]! : 1;
  const values = view.matrix('_y');
  if (targets.shape.length > 2 || targets.shape[0] !== points || outputs === 0)
    throw view.invalid('_y', show(targets), `${points} targets, one a point`);
  const data = { rows: points, cols: outputs, data: values.data };
  if (view.className.endsWith('Classifier'))
    return {
      kind: 'classification',
      targets: classGroups(view, outputs).map((classes, k) => ({
        classes,
        codes: codesOf(view, classes, data, k),
      })),
    };
  if (targets.dtype.code === 'f' && targets.dtype.itemSize !== 8)
    throw view.unsupported('_y', 'targets in float32, of which means are float32 too', 'float64 is');
  return { kind: 'regression', values: data, flat: targets.shape.length === 1 };
}

function classGroups(view: EstimatorView, outputs: number): readonly LabelSet[] {
  const several = view.flag('outputs_2d_', outputs > 1);
  const held = several ? view.items('classes_') : [view.required('classes_')];
  if (held.length !== outputs) throw view.invalid('classes_', `${held.length} outputs`, `${outputs} outputs`);
  const groups = held.map((one) => view.toLabels('classes_', one));
  if (new Set(groups.map(({ type }) => type)).size > 1)
    throw view.unsupported('classes_', 'outputs with labels of several types', 'one type for all outputs is');
  return groups;
}

function codesOf(
  view: EstimatorView,
  classes: LabelSet,
  { rows, cols, data }: Matrix,
  k: number,
): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    const code = data[row * cols + k]!;
    if (!Number.isInteger(code) || code < 0 || code >= classes.values.length)
      throw view.invalid('_y', String(code), `the index of one of ${classes.values.length} classes`);
    return code;
  });
}

/** `weights`: all alike (None is `uniform`) or by 1 / distance. */
export const readWeighting = (view: EstimatorView): 'uniform' | 'distance' =>
  view.get('weights') === null ? 'uniform' : view.choice('weights', ['uniform', 'distance']);
