import type { ModelDescription, OutlineNode, ReadNote, SourceFramework } from '../../model/description.ts';
import type { ReadBudget } from '../budget.ts';
import { contentOrBlocker } from '../content-or-blocker.ts';
import type { ReadContext } from '../format.ts';
import { chosenIterations } from '../iterations.ts';
import { type BoosterModel, outputsOfBooster } from './booster.ts';
import { roundsOfBooster, treesOfRounds } from './ensemble.ts';
import { loadedWrapper, wrapperOf } from './stated-class.ts';
import { stepsOfBooster } from './steps.ts';

/**
 * What a booster file holds, as a neutral description: margins and what the objective predicts, of all trees, or of the first
 * iterations; or what the class that was stated makes of it.
 */
export function describeBooster(
  model: BoosterModel,
  format: string,
  { iterations = null, modelClass = null }: Pick<ReadContext, 'iterations' | 'modelClass'>,
  budget: ReadBudget,
): ModelDescription {
  const description = {
    format,
    framework: frameworkOfBooster(model),
    compression: null,
    outline: outlineOfBooster(model, '', 0),
    globals: [],
    notes: iterations === null && modelClass === null ? notesOf(model) : [],
  };
  return {
    ...description,
    ...contentOrBlocker(() => {
      const wrapper = wrapperOf(modelClass);
      const use = wrapper === null ? {} : loadedWrapper(model, wrapper, budget);
      const base = {
        origin: { path: '', class: `xgboost.${wrapper ?? 'Booster'}`, offset: 0 },
        features: model.features,
        featureNames: model.featureNames,
      };
      const rounds = chosenIterations(iterations, roundsOfBooster(model)) ?? use.rounds;
      return stepsOfBooster(model, base, { ...use, rounds });
    }),
  };
}

/** XGBoost and the release that wrote the booster. */
const frameworkOfBooster = ({ release }: BoosterModel): SourceFramework => ({
  name: 'xgboost',
  version: release.text,
});

/** The booster as `inspect` shows it. */
function outlineOfBooster(model: BoosterModel, path: string, offset: number): OutlineNode {
  const params: Record<string, string> = {
    objective: model.objective,
    booster: model.booster,
    features: String(model.features),
  };
  if (model.booster !== 'gblinear') params['trees'] = String(model.trees.length);
  if (model.parallelTrees > 1) params['parallel_trees'] = String(model.parallelTrees);
  if (outputsOfBooster(model) > 1) params['outputs'] = String(outputsOfBooster(model));
  const best = model.attributes.get('best_iteration');
  if (best !== undefined) params['best_iteration'] = best;
  return { path, class: 'xgboost.Booster', offset, params, children: [] };
}

function notesOf(model: BoosterModel): readonly ReadNote[] {
  const best = model.attributes.get('best_iteration');
  // Releases up to 1.7 name the last round where nothing stopped the training.
  if (best === undefined || treesOfRounds(model, Number(best) + 1) >= model.trees.length) return [];
  const text =
    `training stopped early at best_iteration ${best}: as Booster.predict, this uses all trees; ` +
    'XGBClassifier and XGBRegressor use those up to the best iteration';
  return [{ level: 'info', text }];
}
