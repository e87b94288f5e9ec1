import type { ContainerConfig } from '../../config/container.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { bundleForm, bundlesIn, isFilled, type PlacedBundle } from './bundles.ts';
import { type MountedModel, provedMount } from './mount.ts';
import type { LazyFolder } from './workspace.ts';

export interface ModelSearch {
  readonly config: ContainerConfig;
  readonly logger: Logger;
  /** Where what has to be fetched or proved may be kept. */
  readonly workspace: LazyFolder;
}

/**
 * What is to be served: what the platform has mounted or stored, else what came with the image. Throws CONTAINER_EMPTY
 * where there is nothing, and what reading the place throws.
 */
export async function findBundles({
  config,
  logger,
  workspace,
}: ModelSearch): Promise<readonly PlacedBundle[]> {
  const { mount, storage, bundles } = config.places;
  if (mount !== null && isFilled(mount)) {
    if (bundles !== null)
      logger.info({ mount, bundles }, 'what is mounted is served, not what came with the image');
    return inFolder(mount, config, workspace);
  }
  if (storage !== null) {
    const { fetchFolder } = await import('./google-storage.ts');
    const folder = workspace.folder('fetched');
    await fetchFolder(storage, folder, { env: process.env, logger });
    return inFolder(folder, config, workspace);
  }
  if (bundles !== null) return bundlesIn(bundles, config.model);
  const places = [mount ?? '', 'PLIMSOLL_BUNDLES (not set)'].filter((place) => place !== '').join(', ');
  throw new PlimsollError('CONTAINER_EMPTY', { places });
}

/** Bundles as they are; a raw model is proved first, as `serve FILE` does it. */
export async function inFolder(
  dir: string,
  mounted: MountedModel,
  workspace: LazyFolder,
): Promise<readonly PlacedBundle[]> {
  if (bundleForm(dir) !== null) return bundlesIn(dir, mounted.model);
  return [await provedMount(dir, mounted, workspace)];
}
