/** What blueprints say of a model, of what its bundle says. Pure. */
import type { BundleManifest } from '../../registry/version.ts';
import type { BlueprintModel, BlueprintPlace } from './blueprint.ts';
import { trialRows } from './trial-rows.ts';

export function blueprintModel(
  name: string,
  { runtime, signature, example }: Pick<BundleManifest, 'runtime' | 'signature' | 'example'>,
  place: BlueprintPlace,
): BlueprintModel {
  const { key, lines } = trialRows(signature, example);
  return { name, runtime, key, example: lines, ...place };
}
