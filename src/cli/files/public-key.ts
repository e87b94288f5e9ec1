import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../files/text-file.ts';

export interface PublicKeyOptions {
  readonly data: string;
  /** Path of a public key in PEM form. */
  readonly publicKey?: string;
}

/**
 * The key to check signatures with, in PEM form: the one that is given, else that of this installation. A key is never made
 * in order to check with it. Throws FILE_NOT_FOUND, SIGNING_KEY_INVALID.
 */
export async function publicKeyFor({ publicKey, data }: PublicKeyOptions): Promise<string> {
  if (publicKey !== undefined) return readTextFile(publicKey);
  const given = process.env['PLIMSOLL_SIGNING_KEY'];
  const own = join(resolve(data), 'keys', 'signing.pem');
  if (given === undefined && !existsSync(own)) throw new PlimsollError('FILE_NOT_FOUND', { path: own });
  const { openSigner } = await import('../../signing/signer.ts');
  return openSigner(resolve(data), given).publicKey.publicKey;
}
