import type { DuckDBConnection } from '@duckdb/node-api';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';

/**
 * Runs work on a private in-memory DuckDB (its native library loads here: about 50 ms). What DuckDB says about the
 * file at `path` becomes INPUT_INVALID.
 */
export async function withRowFileDuckDB<T>(
  work: (connection: DuckDBConnection) => Promise<T>,
  path: string,
): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return await work(connection);
  } catch (error) {
    if (isPlimsollError(error)) throw error;
    const [problem] = String((error as Error).message).split('\n');
    throw new PlimsollError('INPUT_INVALID', { problem: `${path}: ${problem}` }, { cause: error });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
