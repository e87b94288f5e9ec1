import { readFileSync } from 'node:fs';

/** A certificate or key: written in a kubeconfig, or in a file that somebody may replace. */
export type PemSource = { readonly data: Buffer } | { readonly file: string };

/** Its text; a file is read each time, since whoever writes it renews it. */
export const pemText = (pem: PemSource): string =>
  'data' in pem ? pem.data.toString('utf8') : readFileSync(pem.file, 'utf8');
