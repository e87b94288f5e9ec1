import { createHash } from 'node:crypto';
import { closeSync, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { openFile } from '../files/file-source.ts';
import { choicesOf, type ReadingChoices } from '../model/reading-choices.ts';

/** Hashing one piece takes half a millisecond: what else the process does goes on in between. */
const PIECE = 1 << 18;

const opened = promisify(open);
/** Reads on into the buffer; answers how many bytes. The stream of `node:fs` would load more code than it saves. */
const readInto = promisify(read);

/**
 * sha256 of a file's bytes in hex, without holding the process, as `digestFile` does. Errors: FILE_NOT_FOUND,
 * FILE_UNREADABLE.
 */
export async function digestOfModelFile(path: string): Promise<string> {
  openFile(path);
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const file = await opened(path, 'r');
  try {
    for (let size = -1; size !== 0; ) {
      size = (await readInto(file, piece, 0, PIECE, null)).bytesRead;
      hash.update(piece.subarray(0, size));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

export interface SideFile {
  readonly name: string;
  readonly digest: string;
}

/**
 * What names a version: the digest of its file, or one over it and its side files, since a graph whose weights are
 * beside it stays the same when they change; and over what was chosen of it.
 */
export function identityOf(
  digest: string,
  sideFiles: readonly SideFile[],
  choices: ReadingChoices = {},
): string {
  const said = Object.entries(choicesOf(choices));
  if (sideFiles.length === 0 && said.length === 0) return digest;
  const lines = sideFiles.map((side) => `${side.digest}  ${side.name}\n`).sort();
  for (const [name, value] of said) lines.push(`${name} ${JSON.stringify(value)}\n`);
  return createHash('sha256')
    .update(`${digest}\n${lines.join('')}`)
    .digest('hex');
}
