import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerConfig } from '../../config/container.ts';
import { stem } from '../../config/models.ts';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { FolderLayout } from '../../registry/folder-layout.ts';
import { isClutter, type PlacedBundle } from './bundles.ts';
import type { LazyFolder } from './workspace.ts';

/** Files by which a folder is a model as a whole. */
const WHOLE = ['MLmodel', 'saved_model.pb', 'config.json'];
/** What asks for code to be run: never because it lies there. */
const CODE = /^code$|\.py$/;
/** The one of several files that platforms' own images read. */
const MODEL_FILE = /^model\.[a-z0-9]+$/i;
/** What the platform says of a mounted model: its name, and what was chosen of it. */
export type MountedModel = Pick<ContainerConfig, 'model' | 'choices'>;

/** What names a model whose platform says no name. */
const UNNAMED = 'model';

/**
 * The path of the model in a folder that somebody has put a raw model into: its one entry, the folder itself where
 * that is a saved model or its files are parts of one, or `model.EXT` beside the files that belong to it. Throws
 * MOUNT_UNCLEAR. Pure.
 */
export function modelIn(
  dir: string,
  entries: readonly string[],
  { isOne, ways }: Pick<FolderLayout, 'isOne' | 'ways'>,
): string {
  const names = entries.filter((name) => !isClutter(name)).sort();
  const unclear = (found: string): PlimsollError => new PlimsollError('MOUNT_UNCLEAR', { path: dir, found });
  const code = names.find((name) => CODE.test(name));
  if (code !== undefined) throw unclear(`it holds code ("${code}"), which nobody has trusted`);
  if (names.some((name) => WHOLE.includes(name))) return dir;
  const [first] = names;
  if (first === undefined) throw unclear('it is empty');
  if (names.length === 1) return join(dir, first);
  if (isOne) return dir;
  const [way] = ways;
  if (way !== undefined) throw unclear(`of its files some fit together (${way.join(', ')}), others do not`);
  const models = names.filter((name) => MODEL_FILE.test(name));
  if (models.length === 1) return join(dir, elementAt(models, 0));
  throw unclear(`it holds ${names.slice(0, 10).join(', ')}`);
}

/**
 * Proves a raw model as `serve FILE` does, with what was chosen of it, into a bundle that lasts as long as the process. Throws
 * what accepting throws.
 */
export async function provedMount(
  dir: string,
  { model: name, choices }: MountedModel,
  workspace: LazyFolder,
): Promise<PlacedBundle> {
  const { folderLayoutOf } = await import('../../registry/folder-layout.ts');
  const path = modelIn(dir, readdirSync(dir), await folderLayoutOf(dir, choices.member));
  const model = name ?? (path === dir ? UNNAMED : stem(path));
  const { admitFile } = await import('../../registry/admit.ts');
  const options = { dataDir: workspace.folder('proved'), name: model, ...choices };
  const { bundle, version } = await admitFile(path, options);
  return { model, version, bundle };
}
