import type { KerasBackend } from '../../config/keras-backend.ts';
import type { ModelDescription } from '../../model/description.ts';
import { distributionOf, isStandardModule } from '../../python/modules.ts';
import { networkRequirements } from './network-requirements.ts';

/** Libraries whose files need them, as their distributions are called. */
const FRAMEWORKS: ReadonlySet<string> = new Set(['scikit-learn', 'xgboost', 'lightgbm', 'catboost']);

/** Chooses columns, as a rule by the names of a frame; what lies in it may be nothing that can be read. */
const CHOOSES_COLUMNS = /^sklearn\.compose(?:\.|$)/;

/** Wrappers of other libraries that are estimators of scikit-learn: `xgboost.sklearn`, `lightgbm.sklearn`. */
const WRAPS_SKLEARN = /^\w+\.sklearn(?:\.|$)/;

/**
 * Requirements that a file shows by the modules that it names and the release that wrote it; nothing of it is imported.
 * `own` are modules that come with it; `named`: whether its golden rows have names; `backend`: of Keras, where one is asked
 * for. Pure.
 */
export function guessRequirements(
  model: ModelDescription | null,
  own: ReadonlySet<string>,
  named = false,
  backend: KerasBackend | null = null,
): readonly string[] {
  if (model === null) return [];
  const { framework, globals } = model;
  const pinned = FRAMEWORKS.has(framework.name) ? framework.name : undefined;
  const names = new Set<string>();
  for (const { module } of globals) {
    const [root = module] = module.split('.');
    if (own.has(root) || isStandardModule(root)) continue;
    const distribution = distributionOf(root);
    if (distribution === null) continue;
    names.add(distribution);
    if (WRAPS_SKLEARN.test(module)) names.add('scikit-learn');
  }
  if (pinned !== undefined) names.add(pinned);
  if (model.format === 'joblib' || model.format === 'skops') names.add(model.format);
  // Columns that go by their names are given as a frame.
  const columns = model.content?.signature.form === 'table' ? model.content.signature.columns : [];
  const choosing = globals.some(({ module }) => CHOOSES_COLUMNS.test(module));
  if (named || choosing || columns.some((column) => column.named)) names.add('pandas');
  const ofNetwork = networkRequirements(model.format, framework, backend) ?? [];
  for (const line of ofNetwork) names.delete(line.replace(/==.*/, ''));
  return [...names, ...ofNetwork]
    .sort()
    .map((name) => (name === pinned && framework.version !== null ? `${name}==${framework.version}` : name));
}
