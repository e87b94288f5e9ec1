/**
 * The footers of Parquet files that are put one behind the other: row groups stay what they are, only the places in them
 * move. Pure. Numbers of fields: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import {
  decodeThrift,
  encodeThrift,
  THRIFT,
  type ThriftStruct,
  type ThriftValue,
} from '../../../bytes/thrift.ts';
import { PlimsollError } from '../../../core/errors.ts';

/** `FileMetaData`. */
const SCHEMA = 2;
const ROWS = 3;
const GROUPS = 4;
/** `RowGroup`; its number in the file is optional, and another one here. */
const COLUMNS = 1;
const GROUP_PLACES = [5];
const ORDINAL = 7;
/** `ColumnChunk`: itself, the index of its pages, the index of its values. */
const CHUNK_PLACES = [2, 4, 6];
const META_DATA = 3;
/** `ColumnMetaData`: data, index, dictionary, Bloom filter. */
const META_PLACES = [9, 10, 11, 14];

/** What the file that parts become is told of in the end. */
export class JoinedFooter {
  readonly #groups: Uint8Array[] = [];
  #rows = 0n;
  #first: ThriftStruct | null = null;
  #schema: string | null = null;

  /** Adds a part whose bytes lie `shift` further than in its own file. Throws INTERNAL where it has other columns than those before. */
  add(footer: Uint8Array, shift: number): void {
    const struct = decodeThrift(footer);
    const schema = textOf(struct);
    this.#first ??= new Map(
      [...struct].map(([id, field]) => [id, id === GROUPS ? { ...field, value: NONE } : field]),
    );
    this.#schema ??= schema;
    if (schema !== this.#schema) throw unfit('it has other columns than those before it');
    this.#rows += integer(struct, ROWS);
    for (const group of structs(struct, GROUPS))
      this.#groups.push(encodeThrift(movedGroup(group, BigInt(shift))));
  }

  /** The footer of the whole. Throws INTERNAL where there was no part. */
  encode(): Uint8Array {
    if (this.#first === null) throw unfit('there is none');
    const whole = new Map(this.#first);
    whole.set(ROWS, { type: THRIFT.i64, value: this.#rows });
    whole.set(GROUPS, { type: THRIFT.list, value: { of: THRIFT.struct, items: this.#groups } });
    return encodeThrift(whole);
  }
}

const NONE: ThriftValue = { of: THRIFT.struct, items: [] };

const unfit = (reason: string): PlimsollError =>
  new PlimsollError('INTERNAL', { action: 'putting a part of Parquet behind others', reason });

function movedGroup(group: ThriftStruct, shift: bigint): ThriftStruct {
  const columns = structs(group, COLUMNS).map((chunk) => movedColumn(chunk, shift));
  const moved = new Map(movedPlaces(group, GROUP_PLACES, shift));
  moved.set(COLUMNS, { type: THRIFT.list, value: { of: THRIFT.struct, items: columns } });
  moved.delete(ORDINAL);
  return moved;
}

function movedColumn(chunk: ThriftStruct, shift: bigint): ThriftStruct {
  const moved = new Map(movedPlaces(chunk, CHUNK_PLACES, shift));
  const data = chunk.get(META_DATA)?.value;
  if (!(data instanceof Map)) throw unfit('a column has no data');
  moved.set(META_DATA, { type: THRIFT.struct, value: movedPlaces(data, META_PLACES, shift) });
  return moved;
}

/** Places that are given; 0 is where no column can be, and means that there is none. */
const movedPlaces = (struct: ThriftStruct, places: readonly number[], shift: bigint): ThriftStruct =>
  new Map(
    [...struct].map(([id, { type, value }]) => {
      const moves = places.includes(id) && typeof value === 'bigint' && value > 0n;
      return [id, { type, value: moves ? value + shift : value }];
    }),
  );

function integer(struct: ThriftStruct, id: number): bigint {
  const value = struct.get(id)?.value;
  if (typeof value !== 'bigint') throw unfit(`field ${id} is no number`);
  return value;
}

function structs(struct: ThriftStruct, id: number): readonly ThriftStruct[] {
  const value = struct.get(id)?.value;
  const items = typeof value === 'object' && 'items' in value ? value.items : null;
  if (items?.every((item) => item instanceof Map)) return items as readonly ThriftStruct[];
  throw unfit(`field ${id} is no list of structs`);
}

/** The schema, to be compared. */
const textOf = (struct: ThriftStruct): string => {
  const field = struct.get(SCHEMA);
  return field === undefined ? '' : Buffer.from(encodeThrift(new Map([[SCHEMA, field]]))).toString('latin1');
};
