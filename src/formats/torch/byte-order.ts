import { modelUnsupported } from '../../model/way-past.ts';
import type { ZipArchive } from '../zip/archive.ts';

/** What a short text in an archive says. */
export const shortText = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 64)).trim();

/** Refuses numbers of a big-endian machine; archives before torch 2.1 say nothing, and are little-endian. */
export function requireLittleEndian(archive: ZipArchive, name: string): void {
  if (!archive.has(name)) return;
  const order = shortText(archive.read(name));
  if (order === 'little') return;
  throw modelUnsupported({
    path: 'the archive',
    class: 'torch',
    offset: 0,
    field: 'byteorder',
    found: JSON.stringify(order),
    wanted: '"little" is',
  });
}
