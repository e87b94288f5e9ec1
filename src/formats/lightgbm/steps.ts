import type { BoosterHead, MarginLink } from '../../model/booster.ts';
import type { TableColumn } from '../../model/encoding.ts';
import type { ModelStep, TreeEnsembleStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { behindCodes, codedColumn } from '../coded-columns.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import type { LightgbmModel } from './model-text.ts';
import { type LightgbmObjective, OBJECTIVES, parseObjective } from './objective.ts';
import { pandasCategories } from './pandas-categories.ts';

/** What whoever holds the booster adds to its text. */
export interface BoosterUse {
  /** Labels of a classifier, else null. */
  readonly classes: LabelSet | null;
}

/** The steps of a booster: trees, behind the codes of pandas columns where it was trained on such. */
export function boosterSteps(model: LightgbmModel, base: StepBase, use: BoosterUse): ModelStep {
  const width = model.columnNames.length;
  if (base.features !== null && base.features !== width)
    throw stepInvalid(base.origin, '_n_features', String(base.features), `${width}, as the booster has`);
  const own = { ...base, features: width, featureNames: model.columnNames };
  const trees = treeStep(model, own, use);
  const categories = pandasCategories(model, base.origin);
  if (categories.size === 0) return trees;
  const columns = new Map(
    Array.from(categories, ([column, known]): [number, TableColumn] => [
      column,
      codedColumn(
        known,
        Float64Array.from({ length: known.values.length }, (_, code) => code),
        'missing',
      ),
    ]),
  );
  return behindCodes(trees, own, { name: 'pandas_categorical', columns });
}

function treeStep(model: LightgbmModel, base: StepBase, { classes }: BoosterUse): TreeEnsembleStep {
  const objective = objectiveOf(model, base);
  const scores = model.treesPerIteration;
  const { arena } = model;
  const trees = arena.roots.length;
  if (trees === 0) throw stepUnsupported(base.origin, 'Tree', 'none', 'at least one tree is');
  return {
    kind: 'tree-ensemble',
    ...base,
    arena,
    input: 'float64',
    split: 'le',
    acceptsMissing: true,
    scores,
    target: scores === 1 ? null : Int32Array.from(arena.roots, (_, tree) => tree % scores),
    base: { kind: 'constant', scores: new Float64Array(scores) },
    sums: 'float64',
    aggregate: 'sum',
    head: headOf(model, objective, base, trees / scores, classes),
  };
}

/** `Booster.predict` with its raw scores, or a classifier's labels and probabilities of them. */
function headOf(
  { averageOutput, treesPerIteration: scores }: LightgbmModel,
  objective: LightgbmObjective,
  { origin }: StepBase,
  iterations: number,
  classes: LabelSet | null,
): BoosterHead {
  const wanted = scores === 1 ? 2 : scores;
  if (classes !== null && classes.values.length !== wanted)
    throw stepUnsupported(
      origin,
      'classes_',
      `${classes.values.length} classes over ${scores} scores a row`,
      'two classes over one score, or a score a class, are',
    );
  return {
    kind: 'booster',
    link: linkOf(objective),
    ...(averageOutput ? { divisor: iterations } : {}),
    classes,
    flat: true,
    margins: 'raw_score',
  };
}

function linkOf({ link, sigmoid }: LightgbmObjective): MarginLink {
  return link === 'sigmoid' ? { kind: link, factor: sigmoid, limit: Infinity } : { kind: link };
}

function objectiveOf(model: LightgbmModel, { origin }: StepBase): LightgbmObjective {
  const objective = parseObjective(model.objective);
  if (objective === null)
    throw stepUnsupported(
      { ...origin, offset: model.objectiveOffset },
      'objective',
      JSON.stringify(model.objective.slice(0, 80)),
      `${OBJECTIVES.join(', ')} are`,
    );
  const { name, classes } = objective;
  const wanted =
    name === 'none' ? model.treesPerIteration : name.startsWith('multiclass') ? model.classes : 1;
  if (model.treesPerIteration !== wanted || (classes !== null && classes !== wanted))
    throw stepInvalid(
      origin,
      'num_tree_per_iteration',
      `${model.treesPerIteration} for the objective ${JSON.stringify(model.objective.slice(0, 80))} of ${model.classes} classes`,
      `${wanted} trees an iteration`,
    );
  return objective;
}
