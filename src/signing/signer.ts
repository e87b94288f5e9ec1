import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCodeOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';

/** A signed document (https://github.com/secure-systems-lab/dsse, protocol 1.0); base64 throughout. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export interface PublicKey {
  /** sha256 of the key's DER form, hex. */
  readonly keyId: string;
  /** PEM. */
  readonly publicKey: string;
}

/** Signs with the one key of this installation. */
export class Signer {
  readonly #key: KeyObject;
  readonly publicKey: PublicKey;

  constructor(key: KeyObject) {
    this.#key = key;
    const open = createPublicKey(key);
    this.publicKey = {
      keyId: createHash('sha256')
        .update(open.export({ type: 'spki', format: 'der' }))
        .digest('hex'),
      publicKey: String(open.export({ type: 'spki', format: 'pem' })),
    };
  }

  sign(payloadType: string, document: unknown): Envelope {
    const payload = Buffer.from(JSON.stringify(document));
    const sig = sign(null, preAuthenticated(payloadType, payload), this.#key).toString('base64');
    return {
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: this.publicKey.keyId, sig }],
    };
  }
}

/**
 * The bytes of a signed document of this type, if `publicKey` (PEM) has signed them; else null. Takes any value: an
 * envelope comes from a stranger.
 */
export function signedBytes(envelope: unknown, payloadType: string, publicKey: string): Buffer | null {
  if (!isEnvelope(envelope) || envelope.payloadType !== payloadType) return null;
  const payload = Buffer.from(envelope.payload, 'base64');
  const key = publicKeyOf(publicKey);
  if (key === null) return null;
  const isSigned = envelope.signatures.some(({ sig }) =>
    verify(null, preAuthenticated(payloadType, payload), key, Buffer.from(sig, 'base64')),
  );
  return isSigned ? payload : null;
}

/** Null where it is no key for Ed25519. */
function publicKeyOf(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

function isEnvelope(value: unknown): value is Envelope {
  if (!isRecord(value) || typeof value['payload'] !== 'string' || !Array.isArray(value['signatures']))
    return false;
  return value['signatures'].every((one: unknown) => isRecord(one) && typeof one['sig'] === 'string');
}

/** What is signed: the type, too, so that no document passes for one of another kind. */
const preAuthenticated = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

/**
 * The signer of a data folder: the key of PLIMSOLL_SIGNING_KEY (PEM, or the path of one) where it is given, else
 * DATA/keys/signing.pem, made at first use. Throws SIGNING_KEY_INVALID.
 */
export function openSigner(dataDir: string, given: string | undefined): Signer {
  if (given !== undefined)
    return signerOf(given.includes('-----BEGIN') ? given : readKey(given), 'PLIMSOLL_SIGNING_KEY');
  const path = join(dataDir, 'keys', 'signing.pem');
  if (!existsSync(path)) makeKey(path);
  return signerOf(readKey(path), path);
}

function signerOf(pem: string, where: string): Signer {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new PlimsollError('SIGNING_KEY_INVALID', { where, found: 'no private key in PEM form' });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new PlimsollError('SIGNING_KEY_INVALID', {
      where,
      found: `a key of type ${key.asymmetricKeyType}`,
    });
  return new Signer(key);
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error);
    throw new PlimsollError('SIGNING_KEY_INVALID', { where: path, found: `no readable file (${code})` });
  }
}

/** Complete or not there at all; of two processes that make one, the first one's is kept. */
function makeKey(path: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(draft, pem, { mode: 0o600, flush: true });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
