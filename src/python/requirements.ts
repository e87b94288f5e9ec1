import { PlimsollError } from '../core/errors.ts';
import { truncate } from '../text/truncate.ts';
import { markerProblem } from './markers.ts';
import { optionProblem, type RequirementLine, unescapedLines } from './requirement-lines.ts';
import { parseVersion } from './versions.ts';
import { DISTRIBUTION } from './wheel.ts';

/** Requirements files as data (PEP 508 and pip's own format, but nothing that reaches elsewhere). Pure. */

/** `==1.2.2`, as it stands in the file. */
export interface VersionSpecifier {
  readonly operator: '==' | '===' | '!=' | '<' | '<=' | '>' | '>=' | '~=';
  readonly version: string;
}

/** One requirement of a file. */
export interface PackageRequirement {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Normalised (PEP 503). */
  readonly name: string;
  /** Normalised, sorted, each once. */
  readonly extras: readonly string[];
  readonly specifiers: readonly VersionSpecifier[];
  /** Environment marker as it stands there, or null. */
  readonly marker: string | null;
  /** `sha256:…`. */
  readonly hashes: readonly string[];
  /** `exact`: `==` without a wildcard or `===`; `any`: no version at all. */
  readonly pin: 'exact' | 'range' | 'any';
}

/** Characters of a file; the lock of a few hundred packages has about one million. */
const TEXT_LIMIT = 8 * 1024 * 1024;
const REQUIREMENTS_LIMIT = 5_000;
/** Characters of one requirement; some packages have hundreds of hashes. */
const LINE_LIMIT = 100_000;
const EXTRAS_LIMIT = 50;
const SPECIFIERS_LIMIT = 20;

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,212}[A-Za-z0-9])?(?![A-Za-z0-9._-])/;
const HASH = /\s--hash[=\s]\s*(\S+)/g;
const HASH_VALUE = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** Name of a distribution as indexes and locks write it (PEP 503): `Scikit_Learn` → `scikit-learn`. */
export const normaliseName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();

/**
 * Reads a requirements file: names, extras, versions, markers, hashes, comments, continued lines. Everything that reaches
 * elsewhere (other files, indexes, URLs, repositories, folders, options) is refused. This program's own package is left out,
 * which `pip freeze` lists where models are saved: it comes with the program. Throws REQUIREMENTS_INVALID with the number of
 * the line.
 */
export function parseRequirements(text: string, path: string): readonly PackageRequirement[] {
  const invalid = (line: number, problem: string): PlimsollError =>
    new PlimsollError('REQUIREMENTS_INVALID', { path, line, problem });
  if (text.length > TEXT_LIMIT) throw invalid(1, `the file has more than ${TEXT_LIMIT} characters`);
  if (text.includes('\0')) throw invalid(1, 'it is no text');
  const lines = unescapedLines(text);
  const excess = lines[REQUIREMENTS_LIMIT];
  if (excess !== undefined) throw invalid(excess.line, `there are more than ${REQUIREMENTS_LIMIT} packages`);
  return lines.filter(isForeign).map(({ line, text: content }) => {
    if (content.length > LINE_LIMIT) throw invalid(line, `it has more than ${LINE_LIMIT} characters`);
    const read = optionProblem(content) ?? readRequirement(content, line);
    if (typeof read === 'string') throw invalid(line, read);
    return read;
  });
}

const isForeign = ({ text }: RequirementLine): boolean =>
  normaliseName(NAME.exec(text)?.[0] ?? '') !== DISTRIBUTION;

/** The requirement that is the text of a line, or what is wrong with it. */
function readRequirement(content: string, line: number): PackageRequirement | string {
  const hashes = [...content.matchAll(HASH)].map(([, hash = '']) => hash.toLowerCase());
  const wrong = hashes.find((hash) => !HASH_VALUE.test(hash));
  if (wrong !== undefined) return 'a hash is none of sha256, sha384 and sha512 in hex';
  const text = content.replace(HASH, '').trim();
  if (/\s--?[A-Za-z]/.test(text)) return 'options of a package are not supported, but --hash';
  const name = NAME.exec(text)?.[0];
  if (name === undefined) return 'it does not begin with the name of a package';
  const parts = splitRest(text.slice(name.length));
  if (typeof parts === 'string') return parts;
  const problem = parts.marker === null ? null : markerProblem(parts.marker);
  if (problem !== null) return problem;
  const specifiers = readSpecifiers(parts.versions);
  if (typeof specifiers === 'string') return specifiers;
  return {
    line,
    name: normaliseName(name),
    extras: [...new Set(parts.extras.map(normaliseName))].sort(),
    specifiers,
    marker: parts.marker,
    hashes: [...new Set(hashes)],
    pin: pinOf(specifiers),
  };
}

interface Rest {
  readonly extras: readonly string[];
  readonly versions: string;
  readonly marker: string | null;
}

/** What follows a name: `[extras] versions ; marker`. */
function splitRest(rest: string): Rest | string {
  const bracket = /^\s*\[([^\]]*)\]/.exec(rest);
  const inside = (bracket?.[1] ?? '').trim();
  const extras = inside === '' ? [] : inside.split(',').map((extra) => extra.trim());
  if (extras.length > EXTRAS_LIMIT) return `it has more than ${EXTRAS_LIMIT} extras`;
  if (extras.some((extra) => NAME.exec(extra)?.[0] !== extra)) return 'its extras are not names';
  const after = rest.slice(bracket?.[0].length ?? 0);
  const semicolon = after.indexOf(';');
  const marker = semicolon < 0 ? null : after.slice(semicolon + 1).trim();
  const versions = (semicolon < 0 ? after : after.slice(0, semicolon)).trim();
  const inBrackets = /^\((.*)\)$/.exec(versions);
  return { extras, versions: (inBrackets?.[1] ?? versions).trim(), marker };
}

function readSpecifiers(text: string): readonly VersionSpecifier[] | string {
  if (text === '') return [];
  // A comma at the end is allowed (packaging takes it).
  const parts = text.replace(/,\s*$/, '').split(',');
  if (parts.length > SPECIFIERS_LIMIT)
    return `it has more than ${SPECIFIERS_LIMIT} conditions on its version`;
  const specifiers: VersionSpecifier[] = [];
  for (const part of parts) {
    const match = /^(===|==|~=|!=|<=|>=|<|>)\s*(\S+)$/.exec(part.trim());
    if (match === null) return `"${shorten(part.trim())}" is no condition on a version (such as ==1.2.2)`;
    const specifier = { operator: match[1] as VersionSpecifier['operator'], version: match[2]! };
    if (!isSpecifier(specifier)) return `"${shorten(part.trim())}" is no version of a package (PEP 440)`;
    specifiers.push(specifier);
  }
  return specifiers;
}

/** Which versions may follow which operator (PEP 440). */
function isSpecifier({ operator, version }: VersionSpecifier): boolean {
  if (operator === '===') return /^[A-Za-z0-9._+!-]{1,128}$/.test(version);
  const isEquality = operator === '==' || operator === '!=';
  const wildcard = version.endsWith('.*');
  const parsed = parseVersion(wildcard ? version.slice(0, -2) : version);
  if (parsed === null || (wildcard && (!isEquality || !parsed.final))) return false;
  if (parsed.local !== null && !isEquality) return false;
  return operator !== '~=' || parsed.release.length > 1;
}

function pinOf(specifiers: readonly VersionSpecifier[]): PackageRequirement['pin'] {
  if (specifiers.length === 0) return 'any';
  const exact = specifiers.some(
    ({ operator, version }) => operator === '===' || (operator === '==' && !version.endsWith('.*')),
  );
  return exact ? 'exact' : 'range';
}

const shorten = (text: string): string => truncate(text, 61);

/** A requirement as a line, without its hashes. */
export function formatRequirement({ name, extras, specifiers, marker }: PackageRequirement): string {
  const versions = specifiers.map(({ operator, version }) => `${operator}${version}`).join(',');
  return `${name}${extras.length > 0 ? `[${extras.join(',')}]` : ''}${versions}${marker === null ? '' : ` ; ${marker}`}`;
}
