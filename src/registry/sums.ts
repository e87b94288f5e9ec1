import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { digestOfModelFile } from './digest.ts';
import { isBelow } from './python/folder.ts';

/** Digests of all files of a packaged bundle, in the form of `sha256sum`: what a manifest does not name is proved, too. */
export const SUMS = 'SHA256SUMS';

/** What is wrong with a file of a bundle. */
export interface FileDamage {
  readonly file: string;
  readonly found: string;
  readonly wanted: string;
}

/** The text of `SHA256SUMS` for a folder: `DIGEST  PATH` of every file but itself, sorted by path. */
export async function sumsOf(dir: string): Promise<string> {
  let text = '';
  for (const file of filesBelow(dir)) text += `${await digestOfModelFile(join(dir, file))}  ${file}\n`;
  return text;
}

/**
 * The first file that is not what `SHA256SUMS` says, is not there, or is not named by it; null where all are, or where the
 * folder has no such list.
 */
export async function damageOf(dir: string): Promise<FileDamage | null> {
  const path = join(dir, SUMS);
  if (!existsSync(path)) return null;
  const wanted = new Map<string, string>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const [, digest, file] = LINE.exec(line) ?? [];
    if (digest === undefined || file === undefined || !isBelow(file))
      return { file: SUMS, found: `damaged at ${JSON.stringify(line.slice(0, 80))}`, wanted: 'DIGEST  PATH' };
    wanted.set(file, digest);
  }
  for (const file of filesBelow(dir))
    if (!wanted.has(file)) return { file, found: 'there', wanted: `no file that ${SUMS} does not name` };
  for (const [file, digest] of wanted) {
    if (!existsSync(join(dir, file))) return { file, found: 'not there', wanted: digest };
    const found = await digestOfModelFile(join(dir, file));
    if (found !== digest) return { file, found, wanted: digest };
  }
  return null;
}

const LINE = /^([0-9a-f]{64}) [ *](.+)$/;

/** Paths of the files below a folder, with `/` between, sorted; neither `SHA256SUMS` itself nor where links lead. */
function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file !== SUMS && lstatSync(join(dir, file)).isFile())
    .map((file) => file.split(sep).join('/'))
    .sort();
}
