import { queryFile } from '../../../duckdb/errors.ts';
import type { FlatColumn } from '../../../scorer/flatten.ts';
import { identifier, literal, PARQUET } from '../../../sql/identifiers.ts';

const SQL_TYPES = { number: 'DOUBLE', integer: 'BIGINT', string: 'VARCHAR', bool: 'BOOLEAN' } as const;

/** Writes columns of equal length as a Parquet file. */
export async function writeParquet(path: string, columns: readonly FlatColumn[]): Promise<void> {
  await queryFile(
    path,
    async (connection) => {
      const declared = columns.map(({ name, type }) => `${identifier(name)} ${SQL_TYPES[type]}`);
      await connection.run(`CREATE TABLE answers (${declared.join(', ')})`);
      const appender = await connection.createAppender('answers');
      const rows = columns[0]?.values.length ?? 0;
      for (let i = 0; i < rows; i++) {
        for (const { values, type } of columns) {
          if (i >= values.length) appender.appendNull();
          else if (type === 'number') appender.appendDouble(values[i] as number);
          else if (type === 'integer') appender.appendBigInt(values[i] as bigint);
          else if (type === 'bool') appender.appendBoolean(values[i] === 1);
          else appender.appendVarchar(values[i] as string);
        }
        appender.endRow();
      }
      appender.closeSync();
      await connection.run(`COPY answers TO ${literal(path)} (${PARQUET})`);
    },
    null,
  );
}
