import { readModelFile } from '../files/read-model.ts';
import { type FolderLayout, SEPARATE_FILES } from './folder-layout.ts';

/** Reads all that may be parts in this process. Throws what reading them throws. */
export function readFolderLayout(folder: string): FolderLayout {
  const { joined, layout } = readModelFile(folder);
  if (layout === undefined) return SEPARATE_FILES;
  const several = joined === undefined ? layout.models > 1 : layout.files > 1;
  return {
    isOne: several && layout.leads === 1,
    members: joined?.members ?? [],
    ways: layout.ways.filter((way) => way.length > 1),
  };
}
