import type { DuckDBConnection } from '@duckdb/node-api';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';

/** How DuckDB begins its messages. */
const KIND = /^[A-Z][A-Za-z -]* Error: /;

/** What DuckDB says about a file becomes INPUT_INVALID, in one line; any other error stays what it is. */
export function inputError(path: string, error: unknown): unknown {
  const [first = ''] = error instanceof Error ? error.message.split('\n') : [];
  if (isPlimsollError(error) || !KIND.test(first)) return error;
  // The file is said already.
  const reason = first.replace(KIND, '').replaceAll(`"${path}"`, 'the file');
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
