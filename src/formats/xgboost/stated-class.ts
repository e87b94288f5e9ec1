import type { LabelSet } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import { type DocumentValue, isObject, itemsOf } from '../json/document.ts';
import { readJson } from '../json/read.ts';
import { type BoosterModel, isSince, outputsOfBooster } from './booster.ts';
import type { EnsembleUse } from './ensemble.ts';
import { boosterUnsupported } from './failure.ts';
import { bestRounds, wrapperUse } from './wrapper.ts';

const BOOSTER = 'Booster';
/** Classes of the library by their names; of subclasses of others nothing is known. */
const WRAPPERS = [
  'XGBClassifier',
  'XGBRegressor',
  'XGBRanker',
  'XGBRFClassifier',
  'XGBRFRegressor',
  'XGBModel',
];
const STATED = /^xgboost\.(?:[a-z_]+\.)*(\w+)$/;

/** The wrapper that a stated class is; null of the booster itself. Errors: MODEL_UNSUPPORTED, of any other class. */
export function wrapperOf(modelClass: string | null): string | null {
  if (modelClass === null) return null;
  const name = STATED.exec(modelClass)?.[1];
  if (name === BOOSTER) return null;
  if (name !== undefined && WRAPPERS.includes(name)) return name;
  const known = `${[BOOSTER, ...WRAPPERS].join(', ')} of xgboost are`;
  throw boosterUnsupported(PLACE, 'the class', JSON.stringify(modelClass.slice(0, 80)), known);
}

/**
 * What a wrapper makes of a booster that it loads from a file, `XGBModel.load_model`: its best iteration, classes by their
 * numbers; up to 1.7 also what the wrapper that was saved wrote beside it.
 */
export function loadedWrapper(model: BoosterModel, wrapper: string, budget: ReadBudget): EnsembleUse {
  const state = stateOf(model, budget);
  const missing = state.get('missing');
  return wrapperUse(model, {
    classes: wrapper.endsWith('Classifier') ? classesOf(model, state) : null,
    rounds: bestRounds(model, null),
    missing: typeof missing === 'number' && !Number.isNaN(missing) ? Math.fround(missing) : null,
  });
}

const PLACE = { path: 'learner', offset: 0 };
const NONE: ReadonlyMap<string, DocumentValue> = new Map();

/** Attributes of the wrapper, which releases before 2.0 wrote and read as JSON; later ones write only what kind it is. */
function stateOf({ attributes, release }: BoosterModel, budget: ReadBudget): typeof NONE {
  const text = attributes.get('scikit_learn');
  if (text === undefined || isSince(release, 2, 0)) return NONE;
  const bytes = new TextEncoder().encode(text);
  const document = readJson(bytes, 'the attribute "scikit_learn"', budget, { dialect: 'loose' });
  return isObject(document) ? document.fields : NONE;
}

function classesOf(model: BoosterModel, state: typeof NONE): LabelSet {
  const outputs = outputsOfBooster(model);
  if (model.targets > 1)
    throw boosterUnsupported(PLACE, 'num_target', `${model.targets} labels a row`, 'one label a row is');
  const count = Math.max(2, outputs);
  const named = labelsOf(itemsOf(encodedClasses(state)) ?? []);
  return named?.values.length === count
    ? named
    : { type: 'int', values: Array.from({ length: count }, (_, i) => i) };
}

/** Labels of the encoder up to 1.5, or of the classifier itself. */
function encodedClasses(state: typeof NONE): DocumentValue | undefined {
  const encoder = state.get('_le');
  return isObject(encoder) ? encoder.fields.get('classes_') : state.get('classes_');
}

function labelsOf(items: readonly DocumentValue[]): LabelSet | null {
  const texts = items.filter((item) => typeof item === 'string');
  if (texts.length === items.length) return { type: 'string', values: texts };
  const numbers = items.filter((item) => typeof item === 'number');
  if (numbers.length !== items.length) return null;
  return { type: numbers.every(Number.isSafeInteger) ? 'int' : 'float', values: numbers };
}
