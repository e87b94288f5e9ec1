import { elementAt } from '../../core/element-at.ts';
import type { FunctionStep } from '../../model/function.ts';
import type {
  ColumnBranch,
  ColumnTransformerStep,
  FeatureUnionStep,
  ModelStep,
  NamedStep,
  PipelineStep,
  UnionBranch,
} from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { transformWidth } from '../../model/step-inference.ts';
import { dictGet } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from './arrays.ts';
import { type FittedTable, fittedTableOf, selectColumns } from './columns.ts';
import { show } from './show.ts';
import { withSparseInput } from './sparse-output.ts';
import type { EstimatorView } from './view.ts';

/** `(name, estimator[, columns])` tuples of a composite. */
function entriesOf(
  view: EstimatorView,
  attribute: string,
  arity: number,
): readonly { name: string; rest: readonly PyValue[] }[] {
  return view.items(attribute).map((entry) => {
    const [first, ...rest] = arrayItemsOf(entry) ?? [];
    const name = toText(first);
    if (name === null || rest.length + 1 < arity)
      throw view.invalid(attribute, show(entry), `tuples of ${arity}`);
    return { name, rest };
  });
}

const identity = (view: EstimatorView, path: string): FunctionStep => ({
  kind: 'function',
  origin: { ...view.origin, path },
  features: null,
  featureNames: null,
  function: 'identity',
});

/**
 * Pipeline. 'passthrough' and None are left out, but for the last step: a pipeline that ends so transforms, whatever
 * the step before could do more.
 */
export function readPipeline(view: EstimatorView): PipelineStep | null {
  return pipelineOf(view, entriesOf(view, 'steps', 2));
}

/** Modules of imbalanced-learn whose classes change the rows of training, and nothing of those that are predicted. */
const SAMPLERS = /^imblearn\.(over_sampling|under_sampling|combine)\.|^imblearn\.base\.FunctionSampler$/;

/** Pipeline of imbalanced-learn: its samplers are skipped at predict. */
export function readImbalancedPipeline(view: EstimatorView): PipelineStep | null {
  const entries = entriesOf(view, 'steps', 2);
  const isSampler = ({ rest: [step] }: (typeof entries)[number]): boolean =>
    isType(step, 'object') && SAMPLERS.test(`${step.cls.module}.${step.cls.name}`);
  return pipelineOf(
    view,
    entries.filter((entry, i) => i === entries.length - 1 || !isSampler(entry)),
  );
}

const stepOf = ({ step }: NamedStep): ModelStep => step;

function pipelineOf(view: EstimatorView, entries: ReturnType<typeof entriesOf>): PipelineStep | null {
  const steps: NamedStep[] = [];
  let blocked = false;
  let isSparse = false;
  for (const [i, { name, rest }] of entries.entries()) {
    const path = view.pathTo(`steps.${name}`);
    const estimator = elementAt(rest, 0);
    if (estimator === null || estimator === 'passthrough') {
      if (i === entries.length - 1) steps.push({ name, step: identity(view, path) });
      continue;
    }
    const step = view.reading.step(estimator, path, view.release);
    if (step === null) blocked = true;
    else steps.push({ name, step: isSparse ? withSparseInput(step, steps.map(stepOf)) : step });
    // What was read whole is neither too deep nor in itself.
    if (!blocked) isSparse = view.reading.sparse.of(estimator, isSparse);
  }
  if (entries.length === 0) throw view.invalid('steps', 'empty', 'at least one step');
  if (blocked) return null;
  checkWidths(view, steps);
  const first = elementAt(steps, 0).step;
  return {
    kind: 'pipeline',
    origin: view.origin,
    features: first.features,
    featureNames: first.featureNames,
    steps,
  };
}

/** What one step gives must be what the next was fitted on. */
function checkWidths(view: EstimatorView, steps: readonly NamedStep[]): void {
  let width: number | null = steps[0]?.step.features ?? null;
  for (const { name, step } of steps) {
    if (width !== null && step.features !== null && step.features !== width) {
      throw view.invalid(
        `steps.${name}`,
        `${step.features} columns wide`,
        `${width}, as the step before gives`,
      );
    }
    width = transformWidth(step, step.features ?? width);
  }
}

function weights(view: EstimatorView): (name: string) => number | null {
  const value = view.get('transformer_weights');
  if (value === undefined || value === null) return () => null;
  if (!isType(value, 'dict')) throw view.invalid('transformer_weights', show(value), 'a dict of numbers');
  return (name) => {
    const weight = dictGet(value, name);
    if (weight === undefined || weight === null) return null;
    const number = toNumber(weight);
    if (number === null) throw view.invalid(`transformer_weights[${name}]`, show(weight), 'a number');
    return number;
  };
}

/** FeatureUnion: 'drop' and None are left out. */
export function readFeatureUnion(view: EstimatorView): FeatureUnionStep | null {
  const weightOf = weights(view);
  const branches: UnionBranch[] = [];
  let blocked = false;
  for (const { name, rest } of entriesOf(view, 'transformer_list', 2)) {
    const path = view.pathTo(`transformer_list.${name}`);
    const estimator = elementAt(rest, 0);
    if (estimator === null || estimator === 'drop') continue;
    const step =
      estimator === 'passthrough' ? identity(view, path) : view.reading.step(estimator, path, view.release);
    if (step === null) blocked = true;
    else branches.push({ name, step, weight: weightOf(name) });
  }
  if (blocked) return null;
  return { kind: 'feature-union', ...unionBase(view, branches), branches };
}

function unionBase(view: EstimatorView, branches: readonly UnionBranch[]): StepBase {
  const own = view.base();
  const known = branches.find((branch) => branch.step.features !== null)?.step;
  const features = own.features ?? known?.features ?? null;
  const other = branches.find(({ step }) => step.features !== null && step.features !== features);
  if (other !== undefined)
    throw view.invalid(
      `transformer_list.${other.name}`,
      `${other.step.features} columns wide`,
      `${features}, as the others`,
    );
  return { ...own, features, featureNames: own.featureNames ?? known?.featureNames ?? null };
}

/**
 * ColumnTransformer after fit: `transformers_` holds the fitted branches with callables already resolved, the
 * remainder as its last entry; from 1.0 `_transformer_to_input_indices` has every selection as indexes.
 */
export function readColumnTransformer(view: EstimatorView): ColumnTransformerStep | null {
  const table = fittedTableOf(view);
  const weightOf = weights(view);
  const branches: ColumnBranch[] = [];
  let blocked = false;
  for (const { name, rest } of entriesOf(view, 'transformers_', 3)) {
    const [estimator, spec] = rest as [PyValue, PyValue];
    if (estimator === 'drop' || spec === null) continue;
    const { indexes, scalar } = selectColumns(view, `transformers_.${name}`, spec, table);
    if (indexes.length === 0) continue;
    view.reading.repeat(indexes.length, view.origin);
    const step =
      estimator === 'passthrough'
        ? null
        : view.reading.step(estimator, view.pathTo(`transformers.${name}`), view.release);
    if (step === null && estimator !== 'passthrough') blocked = true;
    checkBranch(view, name, step, indexes.length);
    branches.push({
      name,
      columns: indexes,
      scalar,
      weight: weightOf(name),
      step: isPlainIdentity(step) ? null : step,
    });
  }
  if (blocked) return null;
  const own = view.base();
  return {
    kind: 'column-transformer',
    ...own,
    features: own.features ?? widest(branches),
    featureNames: namesOf(table),
    branches,
  };
}

const isPlainIdentity = (step: ModelStep | null): boolean =>
  step?.kind === 'function' && step.function === 'identity' && step.refusesMissing !== true;

function checkBranch(view: EstimatorView, name: string, step: ModelStep | null, width: number): void {
  if (step !== null && step.features !== null && step.features !== width) {
    throw view.invalid(`transformers_.${name}`, `${step.features} columns wide`, `${width}, as selected`);
  }
}

const widest = (branches: readonly ColumnBranch[]): number =>
  branches.reduce((width, branch) => branch.columns.reduce((most, c) => Math.max(most, c + 1), width), 0);

const namesOf = (table: FittedTable): readonly string[] | null => table.names;
