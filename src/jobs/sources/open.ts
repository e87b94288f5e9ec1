/** The one place that turns the spec of a source into a source. */
import { PlimsollError } from '../../core/errors.ts';
import type { OpenSource } from './source.ts';

/** Kinds of sources by the scheme of their URI. Each is loaded when it is used. */
const SCHEMES: Readonly<Record<string, () => Promise<OpenSource>>> = {
  file: async () => (await import('./files/files.ts')).openFiles,
  postgres: async () => (await import('./postgres/postgres.ts')).openPostgres,
  postgresql: async () => (await import('./postgres/postgres.ts')).openPostgres,
};

/**
 * Opens a source; what has no scheme is a path. Throws SOURCE_INVALID where no kind of source has the scheme, and what
 * that kind throws.
 */
export const openSource: OpenSource = async (spec, secrets) => {
  const [, scheme = 'file', slashes] = /^([a-z][a-z0-9+]+):(\/\/)?/i.exec(spec.source.uri) ?? [];
  const known = Object.hasOwn(SCHEMES, scheme.toLowerCase());
  if (!known && slashes) {
    const reason = `"${scheme}:" is no kind of source; there are paths and ${Object.keys(SCHEMES).join(', ')}`;
    throw new PlimsollError('SOURCE_INVALID', { where: `"${scheme}://"`, reason });
  }
  const open = await SCHEMES[known ? scheme.toLowerCase() : 'file']!();
  return open(spec, secrets);
};
