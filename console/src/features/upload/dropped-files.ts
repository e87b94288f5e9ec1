/** Files of a drop, those in folders with their paths below what was dropped. */
import type { FoundFile } from './chosen-files.ts';

export type FoundContent = FoundFile<File>;

/** Of a list that a field gives: a folder's files say where they lie. */
export const listedFiles = (files: Iterable<File>): readonly FoundContent[] =>
  Array.from(files, (file) => found(file, file.webkitRelativePath || file.name));

const found = (content: File, path: string): FoundContent => ({ path, size: content.size, content });

/** More are not looked at: somebody has dropped their home. */
const FILES_MOST = 2000;

export async function droppedFiles({ items }: DataTransfer): Promise<readonly FoundContent[]> {
  // What was dropped is gone once the event is over: entries are taken before anything is waited for.
  const waiting = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files: FoundContent[] = [];
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (files.length > FILES_MOST) break;
    if (isFile(entry)) files.push(found(await fileOf(entry), entry.fullPath.slice(1)));
    if (isFolder(entry)) waiting.push(...(await inside(entry)));
  }
  return files;
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A reader gives a hundred at a time, and none at the end. */
async function inside(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0 || all.length > FILES_MOST) return all;
    all.push(...some);
  }
}
