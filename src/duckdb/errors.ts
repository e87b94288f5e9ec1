import type { DuckDBConnection } from '@duckdb/node-api';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';

/** How DuckDB begins its messages. */
const KIND = /^[A-Z][A-Za-z -]* Error: /;

/** How it says that its memory is full. */
const FULL = /failed to allocate [^\n]*/;

/** That rows take more memory than DuckDB has becomes LANE_MEMORY; any other error stays what it is. `path` is where they are. */
export function memoryError(path: string, error: unknown): unknown {
  if (isPlimsollError(error) || !(error instanceof Error)) return error;
  const full = FULL.exec(error.message);
  return full === null
    ? error
    : new PlimsollError('LANE_MEMORY', { path, reason: full[0] }, { cause: error });
}

/** What DuckDB says about a file becomes INPUT_INVALID, in one line, or LANE_MEMORY; any other error stays what it is. */
export function inputError(path: string, error: unknown): unknown {
  const coded = memoryError(path, error);
  const [first = ''] = error instanceof Error ? error.message.split('\n') : [];
  if (isPlimsollError(coded) || !KIND.test(first)) return coded;
  // The file is said already.
  const reason = first
    .replace(KIND, '')
    .replaceAll(/(?:file )?"([^"]+)"/g, (whole, named) => (named === path ? 'the file' : whole));
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
