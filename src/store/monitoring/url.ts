/** Where what monitoring remembers is. */
import { join } from 'node:path';

/** Path of the database in a data folder, where it is a file. */
export const monitoringPath = (dataDir: string): string => join(dataDir, 'monitoring.sqlite');

/** Beside the store where that is a file, else in the same PostgreSQL. */
export const monitoringUrl = (dataDir: string, storeUrl: string | null): string =>
  storeUrl !== null && /^postgres(?:ql)?:/.test(storeUrl) ? storeUrl : `sqlite:${monitoringPath(dataDir)}`;
