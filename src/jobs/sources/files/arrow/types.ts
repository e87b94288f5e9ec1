/** Types and cells of Arrow as those of DuckDB. */
import {
  type DuckDBValue,
  dateValue,
  decimalValue,
  listValue,
  timestampMillisValue,
  timestampNanosValue,
  timestampSecondsValue,
  timestampTZValue,
  timestampValue,
  timeValue,
} from '@duckdb/node-api';
import { type Data, DataType, DateUnit, type Decimal, Precision, TimeUnit, type Vector } from 'apache-arrow';

/** Microseconds of a second, a millisecond, a microsecond: by `TimeUnit`. */
const MICROSECONDS: readonly bigint[] = [1_000_000n, 1_000n, 1n];
const DAY_MS = 86_400_000;
/** Digits that DuckDB's decimals hold. */
const DECIMAL_DIGITS = 38;

/** DuckDB's name of a type; null where there is no equal. */
export function typeName(type: DataType): string | null {
  if (DataType.isDictionary(type)) return typeName(type.dictionary);
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type)) {
    const inner = typeName(type.children[0]!.type);
    return inner !== null && PLAIN.test(inner) ? `${inner}[]` : null;
  }
  if (DataType.isInt(type)) return `${type.isSigned ? '' : 'U'}${INTEGERS[type.bitWidth]}`;
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'DOUBLE' : 'FLOAT';
  if (DataType.isDecimal(type)) {
    const fits = type.bitWidth === 128 && type.precision <= DECIMAL_DIGITS && type.scale >= 0;
    return fits ? `DECIMAL(${type.precision},${type.scale})` : null;
  }
  if (DataType.isTimestamp(type)) return timestampName(type.unit, Boolean(type.timezone));
  if (DataType.isTime(type)) return type.unit === TimeUnit.NANOSECOND ? null : 'TIME';
  if (DataType.isDate(type)) return 'DATE';
  if (DataType.isBool(type)) return 'BOOLEAN';
  if (
    DataType.isNull(type) ||
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isUtf8View(type)
  ) {
    return 'VARCHAR';
  }
  return null;
}

/** What lists may hold: what comes out of them as plain values. */
const PLAIN = /^(U?\w*INT(EGER)?|FLOAT|DOUBLE|BOOLEAN|VARCHAR)(\[\])*$/;
const INTEGERS: Readonly<Record<number, string>> = {
  8: 'TINYINT',
  16: 'SMALLINT',
  32: 'INTEGER',
  64: 'BIGINT',
};

/** DuckDB has zones only with microseconds. */
function timestampName(unit: TimeUnit, zone: boolean): string | null {
  if (zone) return unit === TimeUnit.NANOSECOND ? null : 'TIMESTAMP WITH TIME ZONE';
  return ['TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP', 'TIMESTAMP_NS'][unit] ?? null;
}

/** Gives the cell of a row. */
export type ArrowCells = (row: number) => DuckDBValue;

/** The cells of a column of one batch. */
export function cellsOf(column: Vector): ArrowCells {
  const { type } = column;
  const convert = converterOf(type);
  if (convert === null) return (row) => plain(column.get(row));
  const [data] = column.data as readonly Data[];
  // Without a column of its own there are no rows.
  if (data === undefined) return () => null;
  const { values, stride } = data as unknown as { values: ArrayLike<number | bigint>; stride: number };
  const whole = column.nullCount === 0;
  return (row) => (whole || column.isValid(row) ? convert(values, row * stride) : null);
}

/** Values as they are stored to values of DuckDB, where `Vector.get` would lose something or takes longer; else null. */
function converterOf(
  type: DataType,
): ((values: ArrayLike<number | bigint>, at: number) => DuckDBValue) | null {
  if (DataType.isInt(type)) return (values, at) => values[at]!;
  if (DataType.isFloat(type)) return type.precision === Precision.HALF ? null : (values, at) => values[at]!;
  if (DataType.isDate(type)) {
    const daily = type.unit === DateUnit.DAY;
    return (values, at) => dateValue(daily ? Number(values[at]) : Math.floor(Number(values[at]) / DAY_MS));
  }
  if (DataType.isTime(type)) {
    const micros = MICROSECONDS[type.unit]!;
    return (values, at) => timeValue(BigInt(values[at]!) * micros);
  }
  if (DataType.isDecimal(type)) return decimalOf(type);
  if (!DataType.isTimestamp(type)) return null;
  if (type.timezone) {
    const micros = MICROSECONDS[type.unit]!;
    return (values, at) => timestampTZValue(BigInt(values[at]!) * micros);
  }
  const make = [timestampSecondsValue, timestampMillisValue, timestampValue, timestampNanosValue][type.unit]!;
  return (values, at) => make(BigInt(values[at]!));
}

/** 128 bits in words of 32, the lowest first, in two's complement. */
function decimalOf({
  precision,
  scale,
}: Decimal): (values: ArrayLike<number | bigint>, at: number) => DuckDBValue {
  return (values, at) => {
    let value = 0n;
    for (let word = 3; word >= 0; word--) value = (value << 32n) | BigInt(values[at + word]!);
    return decimalValue(BigInt.asIntN(128, value), precision, scale);
  };
}

/** Lists come as vectors. */
function plain(value: unknown): DuckDBValue {
  if (value === null || typeof value !== 'object') return value as DuckDBValue;
  return listValue(Array.from(value as Iterable<unknown>, plain));
}
