/**
 * The licences of what is bundled, as one text: those that packages bring, word for word; of packages that only name theirs,
 * the text of that name. Texts of the native libraries lie in `tools/notices/`, since their packages of npm bring none: as PyPI
 * has them, of onnxruntime in its wheel, of DuckDB in its source archive, of the same version.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledFolder, BundledPackage } from './bundled.ts';

/** Some texts, and what they are about. */
interface Notice {
  readonly about: readonly string[];
  readonly text: string;
}

const TEXT =
  /^(?:(?:un)?licen[cs]e|copying|notice|copyright|third[-_ ]?party)[\w-]*(?:\.(?:md|txt|rst|markdown))?$/i;
const TEXT_NAMED_OTHERWISE = /^[\w-]*(?:copyright|licen[cs]e)[\w-]*\.txt$/i;
const HEADING = /^#{1,6}\s*licen[cs]e\b.*$/im;
const RULE = '='.repeat(100);
const HEAD = `Plimsoll is under the Apache License 2.0. What follows are the licences and notices of the work of others
that is in the files beside this one.`;

/** Throws where the licence of a package is nowhere to be found: nothing is bundled without it. */
export function noticesOf(
  root: string,
  folders: readonly BundledFolder[],
  more: readonly Notice[] = [],
): string {
  const grouped = new Map<string, string[]>();
  for (const folder of folders)
    for (const { about, text } of noticesIn(root, folder))
      grouped.set(text, [...(grouped.get(text) ?? []), ...about]);
  const notices = [...grouped].map(([text, about]): Notice => ({ about, text }));
  return `${[HEAD, ...[...notices, ...more].map(written)].join(`\n\n${RULE}\n`)}\n`;
}

const written = ({ about, text }: Notice): string => `${about.join('\n')}\n\n${text}`;

const titleOf = ({ name, version, license, contains }: BundledPackage): string => {
  const inside = contains === undefined ? '' : `\n  with ${contains.join(', ')} in it`;
  return `${name} ${version} (${license ?? 'licence below'})${inside}`;
};

/** What a package says of its licence: its own files, else its readme, else the text of the licence that it names. */
function noticesIn(root: string, folder: BundledFolder): readonly Notice[] {
  const own = ownTexts(root, folder);
  if (isFilled(own)) return own.map((text) => ({ about: [titleOf(folder)], text }));
  const { name, version, license } = folder;
  const standard = join(root, 'tools/notices', `${license}.txt`);
  if (license === null || !existsSync(standard))
    throw new Error(`${name} ${version} is in the bundle, and its licence (${license}) is nowhere in it`);
  const about = [titleOf(folder), `  Copyright: ${authorOf(root, folder)}; it brings no text of its licence`];
  return [{ about: [about.join('\n')], text: clean(readFileSync(standard, 'utf8')) }];
}

function authorOf(root: string, { folder, name }: BundledFolder): string {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const nameOf = (one: Person | undefined): string | undefined => (typeof one === 'string' ? one : one?.name);
  const found = [manifest.author, ...(manifest.contributors ?? [])].map(nameOf).find((one) => one);
  return found ?? `the authors of ${name}`;
}

type Person = string | { readonly name?: string };
interface Manifest {
  readonly author?: Person;
  readonly contributors?: readonly Person[];
}

const isFilled = (texts: readonly string[]): boolean => texts.length > 0;

function ownTexts(root: string, { folder, files }: BundledFolder): readonly string[] {
  const names = readdirSync(join(root, folder)).filter(
    (name) => (TEXT.test(name) || TEXT_NAMED_OTHERWISE.test(name)) && !/\.[cm]?[jt]s\./.test(name),
  );
  const beside = files.map((file) => `${file}.LICENSE.txt`).filter((file) => existsSync(join(root, file)));
  const paths = [...names.sort().map((name) => join(folder, name)), ...beside];
  const texts = paths.map((path) => clean(readFileSync(join(root, path), 'utf8'))).filter(Boolean);
  return isFilled(texts) ? texts : readmeTexts(root, folder);
}

function readmeTexts(root: string, folder: string): readonly string[] {
  const name = readdirSync(join(root, folder)).find((one) => /^readme(?:\.\w+)?$/i.test(one));
  const text = name === undefined ? '' : readFileSync(join(root, folder, name), 'utf8');
  const [heading] = HEADING.exec(text) ?? [];
  if (heading === undefined) return [];
  const section = text.slice(text.indexOf(heading) + heading.length).split(/^#{1,6}\s/m)[0]!;
  // A word and a link are no licence.
  return /copyright/i.test(section) ? [clean(section)] : [];
}

const clean = (text: string): string =>
  text
    .replaceAll(/\uFEFF|\r/g, '')
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/^\n+|\n+$/g, '');

/** Of a native library in the version that is installed. Throws where `tools/notices/` has them of another. */
export function nativeNotices(root: string, name: string, packages: readonly string[]): Notice {
  const versions = packages.map((one): string => {
    const path = join(root, 'node_modules', one, 'package.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  });
  const version = /^[\d.]+\d/.exec(versions[0]!)![0];
  const path = join(root, 'tools/notices', `${name}-${version}.txt`);
  if (!existsSync(path))
    throw new Error(
      `${packages[0]} is installed in version ${version}, and there is no ${path}: see tools/notices.ts`,
    );
  return {
    about: packages.map((one, index) => `${one} ${versions[index]}`),
    text: clean(readFileSync(path, 'utf8')),
  };
}
