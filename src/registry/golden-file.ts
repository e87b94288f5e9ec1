import { PlimsollError } from '../core/errors.ts';
import { openFile } from '../files/file-source.ts';
import { type GoldenReplay, parseGolden } from './golden.ts';

/** Golden rows from a file. Throws GOLDEN_INVALID. */
export function readGolden(path: string): GoldenReplay {
  try {
    const source = openFile(path);
    const text = new TextDecoder().decode(source.slice(0, source.size));
    return parseGolden(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new PlimsollError('GOLDEN_INVALID', { path, reason: error.message });
    throw error;
  }
}
