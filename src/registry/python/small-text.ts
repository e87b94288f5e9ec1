import { PlimsollError } from '../../core/errors.ts';
import { openFile } from '../../files/file-source.ts';

/** Bytes of a text that describes a model: manifests, requirements, environments. */
const TEXT_BYTES = 4 * 2 ** 20;

/** Text of a small file. Errors: FILE_NOT_FOUND, FILE_UNREADABLE, READ_LIMIT. */
export function smallText(path: string, limit = TEXT_BYTES): string {
  const source = openFile(path);
  if (source.size > limit)
    throw new PlimsollError('READ_LIMIT', {
      what: `"${path}"`,
      offset: 0,
      found: `${source.size} bytes`,
      limit,
      name: 'textBytes',
    });
  return new TextDecoder().decode(source.slice(0, source.size));
}

/** A file of requirements, with its text. */
export const requirementsAt = (path: string): { readonly path: string; readonly text: string } => ({
  path,
  text: smallText(path),
});
