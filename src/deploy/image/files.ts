import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { elementAt, valueInMap } from '../../core/element-at.ts';
import { BLOCK } from './tar.ts';

/** The files of an image by their paths in its layout, of a folder or of one archive. */
export interface ImageFiles {
  /** Folder or archive, as people write it. */
  readonly path: string;
  /** Bytes, or null where it is not there. */
  sizeOf(name: string): number | null;
  /** All of a file that is there. */
  open(name: string): Readable;
  /** A small file; null where it is not there, or is larger than a document may be. */
  read(name: string): Buffer | null;
}

/** As registries have it for manifests, the largest documents there are. */
const DOCUMENT_BYTES_MAX = 4 * 2 ** 20;
/** More members than images of ours have by far. */
const MEMBERS_MAX = 10_000;

/** The image layout at a path, or null where there is neither a folder nor an archive of one. */
export function imageFiles(path: string): ImageFiles | null {
  const found = statSync(path, { throwIfNoEntry: false });
  const files = found?.isDirectory() ? filesOfFolder(path) : found?.isFile() ? filesOfArchive(path) : null;
  return files?.sizeOf('oci-layout') == null ? null : files;
}

function filesOfFolder(path: string): ImageFiles {
  const sizeOf = (name: string): number | null => {
    const found = statSync(join(path, name), { throwIfNoEntry: false });
    return found?.isFile() ? found.size : null;
  };
  return {
    path,
    sizeOf,
    open: (name) => createReadStream(join(path, name), { highWaterMark: 1 << 20 }),
    read: (name) => {
      const size = sizeOf(name);
      return size === null || size > DOCUMENT_BYTES_MAX ? null : readFileSync(join(path, name));
    },
  };
}

interface Place {
  readonly start: number;
  readonly size: number;
}

function filesOfArchive(path: string): ImageFiles {
  const places = placesIn(path);
  const open = (name: string): Readable => {
    const { start, size } = valueInMap(places, name);
    if (size === 0) return Readable.from([]);
    return createReadStream(path, { start, end: start + size - 1, highWaterMark: 1 << 20 });
  };
  const sizeOf = (name: string): number | null => places.get(name)?.size ?? null;
  return {
    path,
    sizeOf,
    open,
    read: (name) => {
      const place = places.get(name);
      return place === undefined || place.size > DOCUMENT_BYTES_MAX ? null : bytesAt(path, place);
    },
  };
}

/**
 * Where the files of a tar archive lie, as far as their names fit a header, which those of a layout do; the bytes between the
 * headers are not read. What is no archive holds nothing.
 */
function placesIn(path: string): Map<string, Place> {
  const places = new Map<string, Place>();
  const file = openSync(path, 'r');
  const block = Buffer.alloc(BLOCK);
  let large: number | null = null;
  try {
    for (let at = 0; places.size < MEMBERS_MAX && readSync(file, block, 0, BLOCK, at) === BLOCK; ) {
      const size: number = large ?? Number.parseInt(textIn(block, 124, 136), 8);
      if (textIn(block, 257, 262) !== 'ustar' || !Number.isSafeInteger(size)) break;
      const start = at + BLOCK;
      at = start + Math.ceil(size / BLOCK) * BLOCK;
      const type = String.fromCharCode(elementAt(block, 156));
      if (isFile(type)) places.set(textIn(block, 0, 100).replace(/^\.\//, ''), { start, size });
      large = type === 'x' && size < PAX_BYTES_MAX ? paxSize(bytesAt(path, { start, size })) : null;
    }
  } finally {
    closeSync(file);
  }
  return places;
}

const PAX_BYTES_MAX = 65_536;
const isFile = (type: string): boolean => type === '0' || type === '\0';

/** Size of the next member, where it fits no header (POSIX pax). */
function paxSize(bytes: Buffer): number | null {
  const found = /(?:^|\n)\d+ size=(\d+)\n/.exec(bytes.toString('latin1'))?.[1];
  return found === undefined ? null : Number(found);
}

const textIn = (block: Buffer, from: number, to: number): string =>
  elementAt(block.toString('latin1', from, to).split('\0'), 0).trim();

function bytesAt(path: string, { start, size }: Place): Buffer {
  const bytes = Buffer.alloc(size);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, size, start));
  } finally {
    closeSync(file);
  }
}

/** Where a layout keeps the bytes of a digest, from its root. */
export const blobName = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;
