import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stem } from '../../config/models.ts';
import { PlimsollError } from '../../core/errors.ts';
import { BUNDLE_MANIFEST, ORIGINAL, readManifest } from '../../registry/bundle.ts';
import { requireIntegrity } from '../../registry/integrity.ts';
import { isFolder } from '../../registry/python/folder.ts';
import type { AcceptedVersion } from '../../registry/version.ts';

/** A bundle that lies where it is to be served from. */
export interface PlacedBundle {
  readonly model: string;
  readonly version: number;
  /** Folder of the bundle. */
  readonly bundle: string;
}

const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;
const VERSION = /^[1-9]\d{0,8}$/;

/** What people, volumes and archives leave beside what matters. */
export const isClutter = (name: string): boolean => name.startsWith('.') || name === 'lost+found';

const entriesOf = (dir: string): readonly string[] => readdirSync(dir).filter((name) => !isClutter(name));

/** Whether a folder is there and holds more than clutter. */
export const isFilled = (dir: string): boolean => isFolder(dir) && entriesOf(dir).length > 0;

/** Libraries call the notes in their own folders as a bundle calls its manifest, but have no original beside it. */
const isBundle = (dir: string): boolean =>
  existsSync(join(dir, BUNDLE_MANIFEST)) && isFolder(join(dir, ORIGINAL));

/** Whether a folder is a bundle itself, or a tree of them; null where it is neither. */
export function bundleForm(dir: string): 'bundle' | 'tree' | null {
  if (isBundle(dir)) return 'bundle';
  const isTree = entriesOf(dir).some(
    (model) =>
      isFolder(join(dir, model)) &&
      entriesOf(join(dir, model)).some((version) => isBundle(join(dir, model, version))),
  );
  return isTree ? 'tree' : null;
}

/**
 * The bundles of a tree `NAME/VERSION/`, or the one that the folder is. Whatever else lies there is refused: it was meant
 * to be served. Throws BUNDLES_UNREADABLE.
 */
export function bundlesIn(dir: string, name: string | null = null): readonly PlacedBundle[] {
  if (!isFolder(dir)) throw unreadable(dir, 'it is no folder');
  if (bundleForm(dir) === 'bundle') {
    const called = name ?? stem(manifestOf({ model: dir, version: 1, bundle: dir }).file);
    return [{ model: called, version: 1, bundle: dir }];
  }
  const found = entriesOf(dir).flatMap((model) => versionsIn(dir, model));
  if (found.length === 0) throw unreadable(dir, 'it is empty');
  return called(dir, found, name);
}

function versionsIn(dir: string, model: string): readonly PlacedBundle[] {
  const folder = join(dir, model);
  if (!NAME.test(model) || !isFolder(folder)) throw unreadable(dir, `it holds ${JSON.stringify(model)}`);
  return entriesOf(folder).map((version) => {
    const bundle = join(folder, version);
    if (!VERSION.test(version) || !isBundle(bundle))
      throw unreadable(dir, `it holds ${JSON.stringify(join(model, version))}`);
    return { model, version: Number(version), bundle };
  });
}

/** A platform may say what the one model of a tree is called; of several, it must be one. Throws BUNDLES_UNREADABLE. */
function called(dir: string, found: readonly PlacedBundle[], name: string | null): readonly PlacedBundle[] {
  const names = new Set(found.map(({ model }) => model));
  if (name === null || names.has(name)) return found;
  if (names.size > 1) throw unreadable(dir, `it holds ${[...names].join(', ')}, but no "${name}"`);
  return found.map((placed) => ({ ...placed, model: name }));
}

const unreadable = (path: string, found: string): PlimsollError =>
  new PlimsollError('BUNDLES_UNREADABLE', { path, found });

/** Throws BUNDLES_UNREADABLE where the manifest is none that this program takes. */
function manifestOf({ bundle }: PlacedBundle): AcceptedVersion['manifest'] {
  const manifest = readManifest(bundle);
  if (manifest !== null) return manifest;
  throw unreadable(bundle, `its ${BUNDLE_MANIFEST} is damaged, or of another generation of this program`);
}

/**
 * Proves that a bundle holds the bytes that were packaged. Throws BUNDLES_UNREADABLE, BUNDLE_DAMAGED.
 */
export async function provedBundle(placed: PlacedBundle): Promise<AcceptedVersion> {
  const accepted = { ...placed, manifest: manifestOf(placed) };
  await requireIntegrity(accepted);
  return accepted;
}
