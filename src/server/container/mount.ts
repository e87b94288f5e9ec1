import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stem } from '../../config/models.ts';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isClutter, type PlacedBundle } from './bundles.ts';
import type { LazyFolder } from './workspace.ts';

/** Files by which a folder is a model as a whole. */
const WHOLE = ['MLmodel', 'saved_model.pb', 'config.json'];
/** What asks for code to be run: never because it lies there. */
const CODE = /^code$|\.py$/;
/** The one of several files that platforms' own images read. */
const MODEL_FILE = /^model\.[a-z0-9]+$/i;
/** What names a model whose platform says no name. */
const UNNAMED = 'model';

/**
 * The path of the model in a folder that somebody has put a raw model into: its one entry, the folder itself where
 * that is a saved model, or `model.EXT` beside the files that belong to it. Throws MOUNT_UNCLEAR. Pure but for the listing.
 */
export function modelIn(dir: string, entries: readonly string[] = readdirSync(dir)): string {
  const names = entries.filter((name) => !isClutter(name)).sort();
  const unclear = (found: string): PlimsollError => new PlimsollError('MOUNT_UNCLEAR', { path: dir, found });
  const code = names.find((name) => CODE.test(name));
  if (code !== undefined) throw unclear(`it holds code ("${code}"), which nobody has trusted`);
  if (names.some((name) => WHOLE.includes(name))) return dir;
  const [first] = names;
  if (first === undefined) throw unclear('it is empty');
  if (names.length === 1) return join(dir, first);
  const models = names.filter((name) => MODEL_FILE.test(name));
  if (models.length === 1) return join(dir, elementAt(models, 0));
  throw unclear(`it holds ${names.slice(0, 10).join(', ')}`);
}

/** Proves a raw model as `serve FILE` does, into a bundle that lasts as long as the process. Throws what accepting throws. */
export async function provedMount(
  dir: string,
  name: string | null,
  workspace: LazyFolder,
): Promise<PlacedBundle> {
  const path = modelIn(dir);
  const model = name ?? (path === dir ? UNNAMED : stem(path));
  const { admitFile } = await import('../../registry/admit.ts');
  const { bundle, version } = await admitFile(path, { dataDir: workspace.folder('proved'), name: model });
  return { model, version, bundle };
}
