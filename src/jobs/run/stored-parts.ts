/** What plans, receipts and records of runs are made of, as it is kept. Pure. */
import {
  anyInteger,
  anyNumber,
  anyText,
  anything,
  choice,
  either,
  list,
  nullable,
  schemaOf,
  shape,
  tableOf,
  type ValueSchema,
} from '../../schema/value-schema.ts';

export const maybe = <T>(of: ValueSchema<T>): ValueSchema<T | null> => schemaOf(nullable(of));
export const word = <const T extends string>(text: T): ValueSchema<T> => choice([text]);

export const TYPED_COLUMNS = list(shape({ name: anyText, type: anyText }));
export const ROW_COUNTS = shape({
  read: anyInteger,
  ...{ ok: anyInteger, rejected: anyInteger, failed: anyInteger, skipped: anyInteger },
});

export const FROZEN_FILE = {
  ...{ kind: word('file'), path: anyText, size: anyNumber, digest: anyText },
  partition: tableOf(anyText, anyText),
};
export const FROZEN_TABLE = {
  ...{ kind: word('table'), path: anyText, digest: anyText },
  snapshot: tableOf(anyText, maybe(either(anyText, anyNumber))),
};
const LAYOUT = { layout: anything };

/** What a run works on, frozen. */
export const FROZEN_INPUT = shape({
  items: list(either(shape({ ...FROZEN_FILE, mtimeMs: anyNumber }, LAYOUT), shape(FROZEN_TABLE, LAYOUT))),
  columns: TYPED_COLUMNS,
  rows: maybe(anyNumber),
});

const BOUND = maybe(either(anyNumber, anyText));
export const CHUNK_BOUNDS = { index: anyInteger, item: anyInteger, from: BOUND, to: BOUND };
export const CHUNKS = list(shape({ ...CHUNK_BOUNDS, rows: maybe(anyNumber) }, { line: anyNumber }));

/** Columns that a model answers. */
export const OUTPUT_COLUMNS = list(
  shape(
    { name: anyText, type: choice(['number', 'integer', 'string', 'bool']) },
    { nullable: schemaOf<true>({ const: true }) },
  ),
);

/** How a cluster has scored a run. */
export const SPARK_REPORT = shape({
  master: anyText,
  spark: anyText,
  sample: shape({ rows: anyNumber, rowsPerSecond: anyNumber, cells: anyNumber }),
  forecast: shape({
    ...{ seconds: maybe(anyNumber), cost: maybe(anyNumber), rows: maybe(anyNumber) },
    ...{ rowsPerSecond: anyNumber, cores: anyNumber },
  }),
  seconds: anyNumber,
});
