/** Where the ledger of a data folder is. */
import { join } from 'node:path';

/** Path of the ledger in a data folder, where it is a file. */
export const ledgerPath = (dataDir: string): string => join(dataDir, 'jobs.sqlite');

/** Beside the store where that is a file, else in the same PostgreSQL. */
export const ledgerUrl = (dataDir: string, storeUrl: string | null): string =>
  storeUrl !== null && /^postgres(?:ql)?:/.test(storeUrl) ? storeUrl : `sqlite:${ledgerPath(dataDir)}`;
