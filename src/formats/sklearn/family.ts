import type { Reader } from './reading.ts';

/** One family: classes of a package (modules below it moved between releases), and how they are read. */
export interface Family {
  readonly module: string;
  readonly classes: readonly string[];
  readonly read: Reader;
}

export const family = (module: string, read: Reader, ...classes: readonly string[]): Family => ({
  module: module.includes('.') ? module : `sklearn.${module}`,
  classes,
  read,
});

/** Classes of a library that has each in a module of its own. */
export const library = (module: string, read: Reader, ...classes: readonly string[]): Family => ({
  module,
  classes,
  read,
});
