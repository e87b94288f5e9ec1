/** What waits to be read in a data folder, and whose it is. */
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { blockIdOf, spoolPath } from '../../capture/paths.ts';

/** Files that serving has left behind; 0 where there is no folder. */
export function waitingFiles(dataDir: string): number {
  try {
    return readdirSync(spoolPath(dataDir)).filter((name) => blockIdOf(name) !== null).length;
  } catch {
    return 0;
  }
}

/** Tells the server of this folder from others that share a database. */
export const replicaOf = (dataDir: string): string => `${hostname()}:${dataDir}`;
