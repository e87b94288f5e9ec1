import { ByteCursor } from '../../bytes/cursor.ts';
import type { Tensor } from '../../model/tensor.ts';
import { decodeUtf8 } from '../pickle/text.ts';
import { elementsIn, readDataspace } from './dataspace.ts';
import { readDatatype } from './datatype.ts';
import { decodeElements, type ElementReader } from './elements.ts';
import { expectVersion } from './file-bytes.ts';

const WHAT = 'an attribute';

/** An attribute that is decoded where it is asked for. */
export interface RawAttribute {
  readonly name: string;
  readonly value: () => Tensor;
}

/** Reads an attribute message, versions 1 to 3 (specification, section IV.A.2.m). */
export function readAttribute(reader: ElementReader, body: Uint8Array, offset: number): RawAttribute {
  const { budget } = reader.file;
  const cursor = new ByteCursor(body);
  const version = expectVersion(cursor, [1, 2, 3], WHAT);
  cursor.advance(1, WHAT);
  const sizes = [cursor.u16(WHAT), cursor.u16(WHAT), cursor.u16(WHAT)] as const;
  if (version === 3) cursor.advance(1, WHAT);
  // In version 1 each part is filled up to a multiple of eight bytes.
  const [rawName, type, space] = sizes.map((size) => {
    const part = cursor.take(size, WHAT);
    if (version === 1) cursor.advance(Math.ceil(size / 8) * 8 - size, WHAT);
    return part;
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const end = rawName.indexOf(0);
  const name = decodeUtf8(end < 0 ? rawName : rawName.subarray(0, end), 'the name of an attribute', offset);
  const value = (): Tensor => {
    const datatype = readDatatype(new ByteCursor(type));
    const shape = readDataspace(new ByteCursor(space), budget);
    const size = elementsIn(shape, budget, offset) * datatype.size;
    return decodeElements(
      reader,
      datatype,
      shape,
      cursor.bytes.subarray(cursor.offset, cursor.offset + size),
      offset,
    );
  };
  return { name, value };
}
