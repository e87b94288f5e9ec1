import { lastOf } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';

/** Programs and libraries of Linux (System V ABI, "ELF-64 Object File Format"): 64 bits, little-endian. */

/** Magic, 64 bits, little-endian. */
const HEAD = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SEGMENT_BYTES = 56;
const FLAG_ALLOCATED = 2n;
const SECTION_WITHOUT_BYTES = 8;
const LOADED = 1;
const DYNAMIC = 2;
const INTERPRETER = 3;
const TAG_NEEDED = 1n;
const TAG_STRINGS = 5n;
const latin = new TextDecoder('latin1');

/** Places in the header of a file (figure 3). */
const AT = { segments: 32, sections: 40, segmentCount: 56, sectionCount: 60, sectionNames: 62 } as const;

interface Part {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Where it is in memory. */
  readonly address: number;
  readonly isLoaded: boolean;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const long = (view: DataView, offset: number): number => Number(view.getBigUint64(offset, true));

export const isElf = (bytes: Uint8Array): boolean =>
  bytes.length >= HEADER_BYTES && HEAD.every((byte, i) => bytes[i] === byte);

function segmentsOf(bytes: Uint8Array): Part[] {
  const view = viewOf(bytes);
  return places(view, long(view, AT.segments), view.getUint16(AT.segmentCount, true), SEGMENT_BYTES).map(
    (at) => ({
      type: view.getUint32(at, true),
      offset: long(view, at + 8),
      address: long(view, at + 16),
      size: long(view, at + 32),
      isLoaded: view.getUint32(at, true) === LOADED,
    }),
  );
}

function sectionsOf(bytes: Uint8Array): Part[] {
  const view = viewOf(bytes);
  return places(view, long(view, AT.sections), view.getUint16(AT.sectionCount, true), SECTION_BYTES).map(
    (at) => ({
      type: view.getUint32(at + 4, true),
      offset: long(view, at + 24),
      address: long(view, at + 16),
      size: long(view, at + 32),
      isLoaded: (view.getBigUint64(at + 8, true) & FLAG_ALLOCATED) !== 0n,
    }),
  );
}

function places(view: DataView, start: number, count: number, bytes: number): number[] {
  if (start + count * bytes > view.byteLength)
    throw new PlimsollError('READ_CORRUPT', {
      what: 'an ELF file',
      offset: start,
      found: `${count} entries`,
      wanted: 'as many as fit',
    });
  return Array.from({ length: count }, (_, i) => start + i * bytes);
}

/** Names of the libraries that a program or library asks for (DT_NEEDED), and of its loader. Throws READ_CORRUPT. */
export function neededBy(bytes: Uint8Array): string[] {
  const segments = segmentsOf(bytes);
  const textAt = (offset: number): string => latin.decode(bytes.subarray(offset, bytes.indexOf(0, offset)));
  const loader = segments
    .filter(({ type }) => type === INTERPRETER)
    .map(({ offset }) => lastOf(textAt(offset).split('/')));
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  if (dynamic === undefined) return loader;
  const view = viewOf(bytes);
  const tags = places(view, dynamic.offset, dynamic.size / 16, 16).map((at) => ({
    tag: view.getBigUint64(at, true),
    value: long(view, at + 8),
  }));
  const table = tags.find(({ tag }) => tag === TAG_STRINGS)?.value ?? 0;
  const home = segments.find(
    (part) => part.isLoaded && part.address <= table && table < part.address + part.size,
  );
  if (home === undefined) return loader;
  const strings = table - home.address + home.offset;
  return [
    ...loader,
    ...tags.filter(({ tag }) => tag === TAG_NEEDED).map(({ value }) => textAt(strings + value)),
  ];
}

/**
 * The same program without what is never loaded: symbols and debugging information at its end. Its segments, and so
 * everything it does, stay byte for byte; a file that is laid out otherwise is answered as it is.
 */
export function stripped(bytes: Uint8Array): Uint8Array {
  const sections = sectionsOf(bytes);
  const kept = 1 + sections.findLastIndex(({ isLoaded }) => isLoaded);
  const view = viewOf(bytes);
  const names = sections[view.getUint16(AT.sectionNames, true)];
  const end = Math.max(...segmentsOf(bytes).map(({ offset, size }) => offset + size), 0);
  const isTail = sections.slice(kept).every(({ offset }) => offset >= end);
  const isAhead = sections
    .slice(0, kept)
    .every((part) => part.type === SECTION_WITHOUT_BYTES || part.offset + part.size <= end);
  if (names === undefined || kept === 0 || !isTail || !isAhead) return bytes;
  const namesAt = end;
  const tableAt = Math.ceil((namesAt + names.size) / 8) * 8;
  const result = new Uint8Array(tableAt + (kept + 1) * SECTION_BYTES);
  if (result.length >= bytes.length) return bytes;
  result.set(bytes.subarray(0, end));
  result.set(bytes.subarray(names.offset, names.offset + names.size), namesAt);
  const table = long(view, AT.sections);
  result.set(bytes.subarray(table, table + kept * SECTION_BYTES), tableAt);
  const namesEntry = table + view.getUint16(AT.sectionNames, true) * SECTION_BYTES;
  result.set(bytes.subarray(namesEntry, namesEntry + SECTION_BYTES), tableAt + kept * SECTION_BYTES);
  const written = viewOf(result);
  written.setBigUint64(tableAt + kept * SECTION_BYTES + 24, BigInt(namesAt), true);
  written.setBigUint64(AT.sections, BigInt(tableAt), true);
  written.setUint16(AT.sectionCount, kept + 1, true);
  written.setUint16(AT.sectionNames, kept, true);
  return result;
}
