import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Writes a certificate of two days, `NAME.pem`, and its key, `NAME.key`: an authority, or a server of this machine that `by` has signed. */
export function certificate(
  folder: string,
  name: string,
  by?: string,
): { readonly cert: string; readonly key: string } {
  const at = (file: string): string => join(folder, file);
  const [cert, key] = [at(`${name}.pem`), at(`${name}.key`)];
  const signed =
    by === undefined
      ? ['-addext', 'basicConstraints=critical,CA:TRUE']
      : [
          '-CA',
          at(`${by}.pem`),
          '-CAkey',
          at(`${by}.key`),
          '-addext',
          'subjectAltName=DNS:localhost,IP:127.0.0.1',
        ];
  const written = ['-subj', `/CN=${name}`, '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...NEW_KEY, '-days', '2', ...written, ...signed], {
    stdio: 'pipe',
  });
  return { cert, key };
}
