import type { ReadBudget } from '../../budget.ts';
import type { DecompressionCodec } from '../../format.ts';
import type { ZipArchive } from '../../zip/archive.ts';
import { type ProgramSource, programRoot, readProgramArchive } from './archive.ts';
import { isFlatProgram, readFlatProgram } from './flat-archive.ts';

/** The program in an archive of either layout; null where it holds none. */
export function openProgram(
  archive: ZipArchive,
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): ProgramSource | null {
  if (isFlatProgram(archive)) return readFlatProgram(archive, codecs, budget);
  const root = programRoot(archive);
  return root === null ? null : readProgramArchive(archive, root, budget);
}
