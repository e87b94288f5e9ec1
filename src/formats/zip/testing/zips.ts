import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../../bytes/crc32.ts';

/** For tests: zip archives written by hand, right unless a member says otherwise. */
export interface TestMember {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly deflated?: boolean;
  /** What the headers say instead. */
  readonly local?: Partial<TestHeader>;
  readonly central?: Partial<TestHeader>;
}

interface TestHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly name: string;
  readonly offset: number;
}

const u16 = (...values: readonly number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);

/** The bytes of an archive; `end` replaces fields of the end record. */
export function zipOf(
  members: readonly TestMember[],
  end: { readonly entries?: number; readonly comment?: string; readonly start?: number } = {},
): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const content = Buffer.from(member.content);
    const packed = member.deflated ? deflateRawSync(content) : content;
    const header: TestHeader = {
      ...{ flags: 0, method: member.deflated ? 8 : 0, crc: crc32(content), packedSize: packed.length },
      ...{ size: content.length, name: member.name, offset: at },
    };
    const local = { ...header, ...member.local };
    const piece = Buffer.concat([
      ...[
        u32(0x04034b50),
        u16(20, local.flags, local.method, 0, 0),
        u32(local.crc, local.packedSize, local.size),
      ],
      ...[u16(Buffer.byteLength(local.name), 0), Buffer.from(local.name), packed],
    ]);
    const central = { ...header, ...member.central };
    directory.push(
      ...[u32(0x02014b50), u16(20, 20, central.flags, central.method, 0, 0)],
      ...[
        u32(central.crc, central.packedSize, central.size),
        u16(Buffer.byteLength(central.name), 0, 0, 0, 0),
      ],
      ...[u32(0, central.offset), Buffer.from(central.name)],
    );
    parts.push(piece);
    at += piece.length;
  }
  const list = Buffer.concat(directory);
  const { entries = members.length, comment = '', start = at } = end;
  const record = [u32(0x06054b50), u16(0, 0, entries, entries), u32(list.length, start), u16(comment.length)];
  return new Uint8Array(Buffer.concat([...parts, list, ...record, Buffer.from(comment)]));
}
