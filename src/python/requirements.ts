import { PlimsollError } from '../core/errors.ts';

/** `==1.2.2`, as it stands in the file. */
export interface Specifier {
  readonly operator: '==' | '===' | '!=' | '<' | '<=' | '>' | '>=' | '~=';
  readonly version: string;
}

/** One line of a requirements file. */
export interface Requirement {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Normalised (PEP 503). */
  readonly name: string;
  /** Normalised, sorted, each once. */
  readonly extras: readonly string[];
  readonly specifiers: readonly Specifier[];
  /** Environment marker as it stands there, or null. */
  readonly marker: string | null;
  /** `sha256:…`. */
  readonly hashes: readonly string[];
  /** `exact`: `==` without a wildcard or `===`; `any`: no version at all. */
  readonly pin: 'exact' | 'range' | 'any';
}

/** Name of a distribution as indexes and locks write it (PEP 503): `Scikit_Learn` → `scikit-learn`. */
export const normaliseName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();

/**
 * Reads a requirements file: names, extras, versions, markers, hashes, comments, continued lines. Everything that reaches
 * elsewhere (other files, indexes, URLs, repositories, folders, options) is refused. Throws REQUIREMENTS_INVALID with the
 * number of the line. Pure.
 */
export function parseRequirements(_text: string, path: string): readonly Requirement[] {
  throw new PlimsollError('INTERNAL', { action: `reading ${path}`, reason: 'not written yet' });
}
