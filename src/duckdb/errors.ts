import type { DuckDBConnection } from '@duckdb/node-api';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { type DuckDBSettings, withDuckDB } from './open.ts';

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

/** What is asked of a single file, such as its columns and its rows. */
const FILE_SETTINGS: DuckDBSettings = { memoryLimit: '300MB' };

/** Runs queries about the file at `path` over a DuckDB of its own. Errors: INPUT_INVALID about `path`, LANE_MEMORY. */
export async function queryFile<T>(
  path: string,
  work: (db: DuckDBConnection) => Promise<T>,
  settings: DuckDBSettings | null = FILE_SETTINGS,
): Promise<T> {
  try {
    return await withDuckDB(settings, work);
  } catch (error) {
    throw inputError(path, error);
  }
}
