import { plural } from '../../facts/words.ts';

interface VersionPage {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

/** How many versions are shown, and whether there are older ones. Pure. */
export const versionsWords = ({ items, next }: VersionPage): string =>
  next === null ? plural(items.length, 'version') : `The newest ${plural(items.length, 'version')}`;
