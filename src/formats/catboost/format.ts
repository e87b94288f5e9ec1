import type { ModelDescription, OutlineNode } from '../../model/description.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { ReadBudget } from '../budget.ts';
import { contentOrBlocker } from '../content-or-blocker.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../format.ts';
import { wholeFile } from '../whole-file.ts';
import { isCbm, readCbm } from './cbm.ts';
import { refusalsAt } from './failure.ts';
import { firstTrees } from './first-trees.ts';
import { type WrapperClass, wrapperNamed } from './head.ts';
import { shownInfo, versionOf } from './info.ts';
import { isCatBoostJson, readCatBoostJson } from './json.ts';
import type { CatBoostFile } from './model-file.ts';
import { catboostStep } from './step.ts';

/** What a model file is of; it does not say which class of the library trained it. */
const ORIGIN: StepOrigin = { path: '', class: 'catboost.CatBoost', offset: 0 };

/** CatBoost's binary format, `save_model(…)`. */
export const cbmFormat: FileFormatReader = {
  id: 'catboost-cbm',
  match: isCbm,
  read: (source, context) => describe('catboost-cbm', source, context, readCbm),
};

/** CatBoost's JSON, `save_model(…, format='json')`. */
export const catboostJsonFormat: FileFormatReader = {
  id: 'catboost-json',
  match: isCatBoostJson,
  read: (source, context) =>
    describe('catboost-json', source, context, (bytes, budget) =>
      readCatBoostJson(bytes, budget, refusalsAt(ORIGIN)),
    ),
};

type ReadBytes = (bytes: Uint8Array, budget: ReadBudget) => CatBoostFile;

function describe(
  format: string,
  source: ByteSource,
  context: ReadContext,
  read: ReadBytes,
): ModelDescription {
  const budget = new ReadBudget(context);
  const file = read(wholeFile(source, budget), budget);
  const base = {
    format,
    framework: { name: 'catboost', version: versionOf(file.info) },
    compression: null,
    outline: outlineOf(file),
    globals: [],
    notes: [],
  };
  return {
    ...base,
    ...contentOrBlocker(() => {
      const wrapper = statedWrapper(context.modelClass ?? null);
      const origin = wrapper === null ? ORIGIN : { ...ORIGIN, class: `catboost.${wrapper}` };
      return firstTrees(catboostStep(file, wrapper, origin), context.iterations);
    }),
  };
}

/** The class that whoever keeps the file states; the library trains no other. Errors: MODEL_UNSUPPORTED. */
function statedWrapper(modelClass: string | null): WrapperClass | null {
  if (modelClass === null) return null;
  const wrapper = wrapperNamed(modelClass.replace(/^catboost\.(?:core\.)?/, ''));
  if (wrapper !== undefined) return wrapper;
  const known = 'CatBoost, CatBoostClassifier, CatBoostRegressor and CatBoostRanker are';
  throw refusalsAt(ORIGIN).unsupported('the class', JSON.stringify(modelClass.slice(0, 80)), known);
}

/** What `inspect` shows: the loss, and how much of what there is. */
function outlineOf(file: CatBoostFile): OutlineNode {
  const counts = {
    trees: file.trees.sizes.length,
    features: file.floats.length + file.categories.length + file.others.length,
    categorical: file.categories.length,
    dimensions: file.dimensions,
  };
  const params = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
  return { ...ORIGIN, params: { ...shownInfo(file.info), ...params }, children: [] };
}
