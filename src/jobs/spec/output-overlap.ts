/** Whether an output would be taken for input by the next run. Pure. */
import { globExpression, isGlob } from '../sources/files/glob.ts';
import { splitUri } from './uri.ts';

/** A name that a part of a folder could have. */
const PART = 'part.parquet';
/** Files and folders that listings leave out. */
const HIDDEN = /(?:^|\/)[_.]/;

/**
 * Whether what is written to `output` is, or lies in, what `input` names: a file, a pattern, or a folder with all that is
 * below it. Both are in full. Databases tell their tables apart by themselves.
 */
export function wouldBeRead(output: string, input: string): boolean {
  const [to, from] = [splitUri(output), splitUri(input)];
  if (to.kind !== from.kind || (to.kind !== 'file' && to.kind !== 's3')) return false;
  const path = to.head.endsWith('/') ? `${to.head}${PART}` : to.head;
  if (isGlob(from.head)) return matches(path, from.head) && !HIDDEN.test(path.slice(fixed(from.head)));
  if (path === from.head) return true;
  const folder = from.head.endsWith('/') ? from.head : `${from.head}/`;
  return path.startsWith(folder) && !HIDDEN.test(path.slice(folder.length));
}

/** Characters of a pattern before its first name that is one. */
const fixed = (pattern: string): number => pattern.slice(0, pattern.search(/[*?[{]/)).lastIndexOf('/') + 1;

function matches(path: string, pattern: string): boolean {
  try {
    return globExpression(pattern).test(path);
  } catch {
    // It is told by what lists its files.
    return false;
  }
}
