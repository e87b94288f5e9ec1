/** The list of parts that a folder consists of. Pure. */
import { isRecord } from '../../../core/record.ts';
import type { ChunkTotals } from '../../chunk.ts';

export const FOLDER_MANIFEST = '_manifest.json';

export interface ManifestPart {
  readonly name: string;
  readonly rows: number;
  readonly size: number;
  readonly sha256: string;
}

/** Parts with rows, in order; of a run without any row, the first part, which has the columns. */
export function partsWithRows(
  accounts: readonly Pick<ChunkTotals, 'part' | 'counts'>[],
): readonly ManifestPart[] {
  const parts = accounts.flatMap(({ part, counts }) =>
    part === null ? [] : [{ name: part.name, rows: counts.ok, size: part.size, sha256: part.digest }],
  );
  const filled = parts.filter(({ rows }) => rows > 0);
  return filled.length > 0 ? filled : parts.slice(0, 1);
}

/** A part's name in the folder: those of two runs never meet. */
export const publicName = (run: string, part: string): string => `${run}-${part}`;

/** A name that this program gave a part; anything else in a manifest that is found is left alone. */
const PUBLIC_NAME = /^[A-Za-z0-9][\w.-]*-part-\d{8}-\d+\.(?:parquet|csv|jsonl)$/;

/** Names of the parts that a manifest lists; whatever is wrong with it, none. */
export function listedParts(text: string): readonly string[] {
  const names = entries(text).map((part) => (isRecord(part) ? part['name'] : undefined));
  return names.filter((name): name is string => typeof name === 'string' && PUBLIC_NAME.test(name));
}

function entries(text: string): readonly unknown[] {
  try {
    const manifest: unknown = JSON.parse(text);
    return isRecord(manifest) && Array.isArray(manifest['parts']) ? manifest['parts'] : [];
  } catch {
    return [];
  }
}
