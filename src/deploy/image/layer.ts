import { createReadStream } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';
import { type CompressedBlob, compressTo } from './gzip.ts';
import { byPath, padding, TAR_END, type TarEntry, tarHeader } from './tar.ts';

/** What a layer holds; folders on the way to a member need no mention. */
export type LayerMember =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly from: Uint8Array | FileBytes;
    }
  | Exclude<TarEntry, { kind: 'file' }>;

/** Bytes that are read when they are written. */
export interface FileBytes {
  readonly file: string;
  readonly size: number;
}

export const FOLDER_MODE = 0o755;
export const FILE_MODE = 0o644;
export const PROGRAM_MODE = 0o755;

/** Writes a layer, gzipped, to a new file. Throws FILE_CHANGED where a file is not as long as it was. */
export const writeLayer = (path: string, members: readonly LayerMember[]): Promise<CompressedBlob> =>
  compressTo(path, tarOf(members));

/** A tar archive of the members and the folders on the way to them, in the one order there is. */
export async function* tarOf(members: readonly LayerMember[]): AsyncGenerator<Uint8Array> {
  for (const member of withFolders(members).sort(byPath)) {
    if (member.kind !== 'file') {
      yield tarHeader(member);
      continue;
    }
    const { kind, path, mode, from } = member;
    const size = from instanceof Uint8Array ? from.length : from.size;
    yield tarHeader({ kind, path, mode, size });
    if (from instanceof Uint8Array) yield from;
    else yield* bytesOf(from);
    yield padding(size);
  }
  yield TAR_END;
}

function withFolders(members: readonly LayerMember[]): LayerMember[] {
  const named = new Map(members.map((member) => [member.path, member]));
  for (const { path } of members) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (!named.has(folder)) named.set(folder, { kind: 'folder', path: folder, mode: FOLDER_MODE });
    }
  }
  return [...named.values()];
}

async function* bytesOf({ file, size }: FileBytes): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    read += chunk.length;
    if (read > size) break;
    yield chunk;
  }
  if (read !== size) throw new PlimsollError('FILE_CHANGED', { path: file });
}
