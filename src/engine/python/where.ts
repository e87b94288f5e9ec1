import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PlimsollError } from '../../core/errors.ts';

/** From this folder in a checkout, and from the flat bundle in `dist/`. */
const PYTHON = import.meta.url.endsWith('.ts') ? '../../../python/' : '../python/';

/**
 * What an interpreter is started with, as a path.
 *
 * @throws INTERNAL where the installation lacks it
 */
export function workerScript(): string {
  const path = fileURLToPath(new URL(`${PYTHON}plimsoll/worker/__main__.py`, import.meta.url));
  if (existsSync(path)) return path;
  throw new PlimsollError('INTERNAL', { action: 'starting Python', reason: `${path} is not there` });
}
