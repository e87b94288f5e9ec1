import { basename, dirname } from 'node:path';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { namesFileOf, partFilesIn } from '../files/part-files.ts';
import { availableMemory } from '../process/available-memory.ts';
import { runChildJob } from '../process/child-job.ts';

/** How the model files of a folder belong together. */
export interface FolderLayout {
  /** Whether they are parts of one model: of no more than one that answers by itself. */
  readonly isOne: boolean;
  /** Parts of which that model is made, by their names; empty where it is not clear which. */
  readonly members: readonly string[];
  /** Choices of `--member` that make a model of several parts. */
  readonly ways: readonly (readonly string[])[];
}

export const SEPARATE_FILES: FolderLayout = { isOne: false, members: [], ways: [] };

const LIMIT_MILLIS = 60_000;
const MEMORY_BYTES = 2 * 2 ** 30;

/**
 * The same in a process of its own. A folder that cannot be read as one model is none; one whose files `member` names is, as
 * whoever named them says.
 */
export async function folderLayoutOf(folder: string, member?: string): Promise<FolderLayout> {
  try {
    if (member !== undefined && namesFileOf(folder, member)) return { ...SEPARATE_FILES, isOne: true };
    const files = partFilesIn(folder);
    if (files.length < 2) return SEPARATE_FILES;
    const { memberOf, networkPartsOf } = await import('../files/network-files.ts');
    const network = networkPartsOf(folder, files, member ?? null);
    if (network !== null) return { ...SEPARATE_FILES, isOne: true, members: memberOf(network) };
    return await runChildJob<FolderLayout, never>({
      entry: new URL('./folder-layout.child.ts', import.meta.url),
      execArgv: [],
      memoryBytes: MEMORY_BYTES,
      request: { folder },
      limitMillis: LIMIT_MILLIS,
      late: () => new PlimsollError('ACCEPT_TIMEOUT', { path: folder, limit: LIMIT_MILLIS }),
      ended: (reason) => new PlimsollError('ACCEPT_CRASHED', { path: folder, reason }),
      hear: () => undefined,
    });
  } catch (error) {
    if (isPlimsollError(error)) return SEPARATE_FILES;
    throw error;
  }
}

/** Files beside a model are looked at where that takes a moment. */
const NEARBY = { files: 12, bytes: 64 * 2 ** 20 };

/**
 * The folder of a file, where it holds others that may be parts of the same model; null where it does not, or too many, or where
 * a look at them could take memory that whoever is served needs.
 */
export function folderOfParts(path: string): string | null {
  if (availableMemory() < MEMORY_BYTES) return null;
  const folder = dirname(path);
  try {
    const files = partFilesIn(folder);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const isNear = files.length > 1 && files.length <= NEARBY.files && bytes <= NEARBY.bytes;
    return isNear && files.some(({ name }) => name === basename(path)) ? folder : null;
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

/** Parts beside a file that make one model with it, and the words that say so to a command; null where none do. */
export interface PartsBeside {
  readonly names: readonly string[];
  /** `--member scaler.pkl,model.pkl`, where the folder alone does not say it. */
  readonly member: string | null;
}

export function partsBeside(path: string, { isOne, members, ways }: FolderLayout): PartsBeside | null {
  const name = basename(path);
  const isOf = (part: string): boolean => part === name || part.startsWith(`${name}.`);
  const others = (parts: readonly string[]): readonly string[] => parts.filter((part) => !isOf(part));
  if (isOne && members.some(isOf) && others(members).length > 0)
    return { names: others(members), member: null };
  const way = ways.find((parts) => parts.some(isOf));
  return way === undefined ? null : { names: others(way), member: way.join(',') };
}
