/** The spec of a job as the ledger keeps it: what a release has written, checked when it is read. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { EXPLANATION_METHODS } from '../../explain/explanation.ts';
import { decode } from '../../schema/read-value.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
  tableOf,
  type ValueSchema,
} from '../../schema/value-schema.ts';
import { FORMATS, STAMPS } from './document.ts';
import type { JobSpec } from './spec.ts';

/** What of a row of the ledger is read, for errors. */
export interface StoredPart {
  readonly table: 'jobs' | 'runs' | 'chunks';
  readonly key: string;
  readonly column: string;
}

/** A JSON column of the ledger. Throws STORE_ROW_INVALID. */
export const readStored = <T>(of: ValueSchema<T>, kept: unknown, { table, key, column }: StoredPart): T =>
  decode<ValueSchema<T>>(of, kept, (list) => {
    const problems = list.map((problem) => `${column}: ${problem}`).join('; ');
    return new PlimsollError('STORE_ROW_INVALID', { table, key, problems, list });
  });

const texts = list(anyText);
/** Null or left out where there is none. */
const orNull = <T>(of: ValueSchema<T>): ValueSchema<T | null> => schemaOf(nullable(of));
const format = orNull(choice(FORMATS));

export const STORED_SOURCE = shape({ uri: anyText, format }, { only: texts });

/** As `batch run` writes it down, without secrets. */
export const JOB_SPEC: ValueSchema<JobSpec> = shape(
  {
    job: anyText,
    model: anyText,
    source: STORED_SOURCE,
    key: anyText,
    columns: texts,
    features: orNull(texts),
    sink: shape({
      ...{ uri: anyText, format, mode: choice(['append', 'upsert']), publish: choice(['whole', 'chunks']) },
      stamps: list(choice(STAMPS)),
    }),
    options: shape({
      ...{ chunkRows: anyInteger, lanes: anyInteger },
      budget: shape({ rows: orNull(anyNumber), share: orNull(anyNumber) }),
      duplicates: choice(['fail', 'skip', 'allow']),
      ...{ holdDistance: orNull(anyNumber), holdRows: orNull(anyNumber), hourlyCost: orNull(anyNumber) },
    }),
  },
  {
    choices: shape({}, { member: anyText, missing: anyNumber, iterations: anyInteger }),
    rejects: anyText,
    explain: shape({
      ...{ top: anyInteger, reasons: orNull(flag), output: orNull(anyText) },
      method: orNull(choice(EXPLANATION_METHODS)),
    }),
    carried: STORED_SOURCE,
    spark: shape({ master: anyText, conf: tableOf(anyText, anyText), staging: orNull(anyText) }),
  },
);

/** Throws STORE_ROW_INVALID. */
export const jobSpecOf = ({ name, spec }: { readonly name: string; readonly spec: unknown }): JobSpec =>
  readStored(JOB_SPEC, spec, { table: 'jobs', key: `name ${JSON.stringify(name)}`, column: 'spec' });

/** Of a run: the spec of its job when it began. Throws STORE_ROW_INVALID. */
export const runSpecOf = ({ id, spec }: { readonly id: string; readonly spec: unknown }): JobSpec =>
  readStored(JOB_SPEC, spec, { table: 'runs', key: `id ${JSON.stringify(id)}`, column: 'spec' });
