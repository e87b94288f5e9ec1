/** The one place that turns the spec of a source into a source. */
import { PlimsollError } from '../../core/errors.ts';
import { filledUri, shownUri } from '../spec/redaction.ts';
import { type UriKind, uriKindOf } from '../spec/uri.ts';
import type { OpenSource } from './source.ts';

/** Each kind is loaded when it is used. */
const OPENERS: Readonly<Partial<Record<UriKind, () => Promise<OpenSource>>>> = {
  file: async () => (await import('./files/files.ts')).openFiles,
  postgres: async () => (await import('./postgres/postgres.ts')).openPostgresSource,
  sqlite: async () => (await import('./sqlite/sqlite.ts')).openSqliteSource,
  duckdb: async () => (await import('./duckdb/duckdb.ts')).openDuckDBSource,
  s3: async () => (await import('./s3/s3.ts')).openS3,
  http: async () => (await import('./http/http.ts')).openHttp,
};

/**
 * Opens a source; what has no scheme is a path. Its kind gets the URI with the secrets in it. Throws SOURCE_INVALID
 * where there is no such kind, and what that kind throws.
 */
export const openSource: OpenSource = async (spec, secrets, folder) => {
  const uri = filledUri(spec.source.uri, secrets);
  const kind = uriKindOf(uri);
  const opener = kind === null ? undefined : OPENERS[kind];
  if (opener === undefined) {
    const reason = `it is of no kind that is read: a path, ${Object.keys(OPENERS).slice(1).join(', ')}`;
    throw new PlimsollError('SOURCE_INVALID', { where: `"${shownUri(spec.source.uri)}"`, reason });
  }
  const open = await opener();
  return open({ ...spec, source: { ...spec.source, uri } }, secrets, folder);
};
