import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Surroundings } from './parse.ts';

/** This machine and its current folder: what is relative in a job is relative to where command or server were started. */
export const surroundingsHere = (): Surroundings => ({
  cores: availableParallelism(),
  folder: process.cwd(),
  isThere: (path) => existsSync(path),
});
