import type { ModelStep } from '../../../model/step.ts';
import type { PyObject } from '../../pickle/value.ts';
import { readerOf } from '../registry.ts';
import { floats, instance, objects, testReading } from './values.ts';

/** Small fitted predictors for tests, and what the readers of their classes make of them. */

/** A classifier of two columns, with decisions alone. */
export const svc = (...classes: readonly unknown[]): PyObject => {
  const rows = classes.length === 2 ? 1 : classes.length;
  return instance('sklearn.svm._classes.LinearSVC', {
    classes_: objects(...classes),
    coef_: floats(new Array(2 * rows).fill(1), [rows, 2]),
    intercept_: floats(new Array(rows).fill(0)),
  });
};

/** A regressor of some columns, of one target or several. */
export const ridge = (columns = 2, targets: number | null = null): PyObject =>
  instance('sklearn.linear_model._ridge.Ridge', {
    coef_: floats(
      new Array(columns * (targets ?? 1)).fill(1),
      targets === null ? [columns] : [targets, columns],
    ),
    intercept_: targets === null ? 0 : floats(new Array(targets).fill(0)),
  });

/** The step of an object; throws the first reason why there is none. */
export function fittedStep(object: PyObject): ModelStep {
  const reading = testReading((view) => {
    const reader = readerOf(view.origin.class);
    if (reader === null) throw view.unsupported('the class', view.origin.class, 'others are');
    return reader(view);
  });
  return reading.required(object, '', null);
}
