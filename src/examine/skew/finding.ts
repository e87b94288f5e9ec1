/** What is told of a file that other releases load, and what it is told by. Pure. */
import type { NamedGlobal } from '../../model/description.ts';

export interface SkewFinding {
  /** `breaks`: it does not load, or does not answer; `warns`: it goes on, with a warning. */
  readonly level: 'breaks' | 'warns';
  /** Releases that it happens in: `scikit-learn 1.6.1 and newer`. */
  readonly where: string;
  /** What happens there. */
  readonly what: string;
  /** What in the file it is told by. */
  readonly seen: string;
}

/** A file as the rules see it. */
export interface SkewSubject {
  /** Release of scikit-learn that wrote it, as `[1, 3]`; null where the file does not say. */
  readonly release: readonly [major: number, minor: number] | null;
  /** The same as the file says it. */
  readonly version: string | null;
  /** The first name of the file that fits. */
  find(pattern: RegExp): NamedGlobal | null;
}

/** A module and the name in it, and where the file names it. */
export const seenText = ({ module, name, offset }: NamedGlobal): string =>
  `${module}.${name} at byte ${offset}`;
