import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Folders of one model, a version each: the layout of TensorFlow Serving. */
export interface VersionFolders {
  /** Folder of the newest version. */
  readonly newest: string;
  /** Names of all version folders, oldest first. */
  readonly versions: readonly string[];
}

/** What a folder of a version holds; without it a version is still being copied, or something else. */
const SAVED_MODEL = 'saved_model.pb';
/** A version is a whole number; zeros may stand before it (tensorflow_serving, file_system_storage_path_source.cc). */
const VERSION = /^\d{1,18}$/;
/** Entries of a folder that are looked at. */
const MAX_ENTRIES = 10_000;

/** The versions in a folder that holds `1/saved_model.pb`, `2/saved_model.pb` …; null where it holds none. */
export function versionFoldersIn(folder: string): VersionFolders | null {
  const versions = readdirSync(folder)
    .slice(0, MAX_ENTRIES)
    .filter((name) => VERSION.test(name) && existsSync(join(folder, name, SAVED_MODEL)))
    .sort((a, b) => Number(BigInt(a) - BigInt(b)));
  const last = versions.at(-1);
  return last === undefined ? null : { newest: join(folder, last), versions };
}

/** Versions that are told one by one. */
const MAX_TOLD = 8;

/** Which version is taken, in words. */
export const newestText = ({ newest, versions }: VersionFolders): string => {
  const all = versions.length <= MAX_TOLD ? versions.join(', ') : `${versions.length} versions`;
  return `version ${basename(newest)}, the newest of ${all}`;
};

/** Whether a folder is one version of a model, whose name the folder around it has. */
export const isVersionFolder = (folder: string): boolean =>
  VERSION.test(basename(folder)) && existsSync(join(folder, SAVED_MODEL));
