import type { DuckDBConnection } from '@duckdb/node-api';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';

/** What DuckDB says about a file becomes INPUT_INVALID, in one line. */
export function inputError(path: string, error: unknown): unknown {
  if (isPlimsollError(error)) return error;
  const [first = ''] = String((error as Error).message).split('\n');
  // DuckDB names the kind of its error, and the file, which is said already.
  const reason = first.replace(/^[A-Z][A-Za-z -]* Error: /, '').replaceAll(`"${path}"`, 'the file');
  return new PlimsollError('INPUT_INVALID', { problem: `${path}: ${reason}` }, { cause: error });
}

/** Runs work on a private DuckDB of one thread that keeps nothing. Errors: INPUT_INVALID about `path`. */
export async function withDuckDB<T>(path: string, work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '300MB' });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } catch (error) {
    throw inputError(path, error);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
