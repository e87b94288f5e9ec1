import { statSync } from 'node:fs';
import type { NamedFile } from '../../config/models.ts';
import { newestText, versionFoldersIn } from '../../config/version-folders.ts';
import { shellWord } from '../../text/shell.ts';
import type { Terminal } from '../output/terminal.ts';

/** Files beside which others are looked for. */
const TOLD_FILES = 5;

/** Whether the files of a folder are parts of one model: as they fit, or as `--member` names them. */
export async function isOneModel(
  folder: string,
  member: string | undefined,
  terminal: Terminal,
): Promise<boolean> {
  const { folderLayoutOf } = await import('../../registry/folder-layout.ts');
  const { isOne, ways } = await folderLayoutOf(folder, member);
  if (!isOne && ways.length > 0) {
    const words = ways.map((way) => `--member ${shellWord(way.join(','))}`).join(' or ');
    terminal.note(`Each file of ${folder} is served by itself; some of them fit together: ${words}`);
  }
  return isOne;
}

/** Says of folders in the layout of TensorFlow Serving which version is served. */
export function tellVersions(files: readonly NamedFile[], terminal: Terminal): void {
  for (const { path } of files) {
    const versions = statSync(path).isDirectory() ? versionFoldersIn(path) : null;
    if (versions !== null) terminal.note(`${path}: ${newestText(versions)}`);
  }
}

/** Says of files that were named whether others beside them belong to the same model. */
export async function tellPartsBeside(
  files: readonly NamedFile[],
  member: string | undefined,
  terminal: Terminal,
): Promise<void> {
  const named = files.filter(({ found }) => !found).slice(0, TOLD_FILES);
  if (named.length === 0 || member !== undefined) return;
  const { folderOfParts, folderLayoutOf, partsBeside } = await import('../../registry/folder-layout.ts');
  for (const { path } of named) {
    const folder = folderOfParts(path);
    const beside = folder === null ? null : partsBeside(path, await folderLayoutOf(folder));
    if (folder === null || beside === null) continue;
    const { besideText } = await import('../model/parts-beside.ts');
    terminal.note(`${path}: ${besideText(beside, folder)}`);
  }
}
