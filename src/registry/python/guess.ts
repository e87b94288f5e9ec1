import type { ReadModel } from '../../files/read-model.ts';
import { distributionOf, isStandardModule } from '../../python/modules.ts';

/** Distributions that name their release in the files they write. */
const FRAMEWORKS: Readonly<Record<string, string>> = { 'scikit-learn': 'scikit-learn' };

/**
 * Requirements that a file shows by the modules that it names and the release that wrote it; nothing of it is imported.
 * `own` are modules that come with it. Pure.
 */
export function guessRequirements(model: ReadModel | null, own: ReadonlySet<string>): readonly string[] {
  if (model === null) return [];
  const { framework, globals } = model;
  const pinned = FRAMEWORKS[framework.name];
  const names = new Set<string>();
  for (const { module } of globals) {
    const root = module.split('.')[0]!;
    if (own.has(root) || isStandardModule(root)) continue;
    const distribution = distributionOf(root);
    if (distribution !== null) names.add(distribution);
  }
  if (pinned !== undefined) names.add(pinned);
  if (model.format === 'joblib') names.add('joblib');
  // Columns that go by their names are given as a frame.
  const columns = model.content?.signature.form === 'table' ? model.content.signature.columns : [];
  if (columns.some(({ named }) => named)) names.add('pandas');
  return [...names]
    .sort()
    .map((name) => (name === pinned && framework.version !== null ? `${name}==${framework.version}` : name));
}
