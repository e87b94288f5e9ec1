/** What blueprints say of a model, of what its bundle says. Pure. */
import type { BundleManifest } from '../../registry/version.ts';
import type { BlueprintModel, BlueprintPlace } from './blueprint.ts';
import { trialRows } from './trial-rows.ts';

export function blueprintModel(
  name: string,
  { runtime, signature, example }: Pick<BundleManifest, 'runtime' | 'signature' | 'example'>,
  place: BlueprintPlace,
): BlueprintModel {
  return { name, runtime, ...trialRows(signature, example), ...place };
}
