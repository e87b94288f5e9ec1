import type { ModelDescription } from '../../model/description.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { ReadBudget } from '../budget.ts';
import { contentOrBlocker } from '../content-or-blocker.ts';
import type { FileFormatReader } from '../format.ts';
import { chosenIterations } from '../iterations.ts';
import { wholeFile } from '../whole-file.ts';
import { iterationsOf, looksLikeLightgbm, readModelText } from './model-text.ts';
import { boosterOutline } from './outline.ts';
import { boosterSteps } from './steps.ts';

const ORIGIN: StepOrigin = { path: '', class: 'lightgbm.Booster', offset: 0 };

/** Text files of `Booster.save_model`: a booster predicts as the library's own, with all the trees of the file. */
export const lightgbmFormat: FileFormatReader = {
  id: 'lightgbm',
  match: looksLikeLightgbm,
  read(source, context): ModelDescription {
    const budget = new ReadBudget(context);
    const what = `"${source.name}"`;
    const { iterations } = context;
    const model = readModelText(wholeFile(source, budget, what), what, budget, iterations ?? 0);
    chosenIterations(iterations, iterationsOf(model));
    const base = { origin: ORIGIN, features: null, featureNames: null };
    const { content, blockers } = contentOrBlocker(() => boosterSteps(model, base, { classes: null }));
    return {
      format: 'lightgbm',
      framework: { name: 'lightgbm', version: null },
      compression: null,
      outline: boosterOutline(model, ORIGIN),
      globals: [],
      notes: [],
      blockers,
      content,
    };
  },
};
