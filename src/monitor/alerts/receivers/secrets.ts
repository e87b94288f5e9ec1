/** Secrets are named, never written: `env:NAME` is a variable of the environment, `file:PATH` a file. */
import { readFile } from 'node:fs/promises';
import { systemCodeOf } from '../../../core/error-text.ts';
import { OWN_REFERENCES, REFERENCES_VARIABLE } from '../../../core/references.ts';
import type { ReceiverEnvironment } from './receiver.ts';

/** Bytes of a file that holds a secret. */
const MAX_SECRET = 65_536;

/** Where is looked, and what may be. */
type Looked = Pick<ReceiverEnvironment, 'env' | 'references'>;

type Resolved =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problem: string };

/** The value that a reference names; the problem names the reference, which is no secret. */
export async function resolveSecret(
  reference: string,
  { env, references = OWN_REFERENCES }: Looked,
): Promise<Resolved> {
  if (/^(?:env|file):/.test(reference) && !references.allows(reference)) {
    const problem = `${reference} is not among the references of this server: list it where it is started, ${REFERENCES_VARIABLE}=${reference}`;
    return { ok: false, problem };
  }
  if (reference.startsWith('env:')) {
    const value = env[reference.slice('env:'.length)];
    if (value === undefined || value === '') {
      return { ok: false, problem: `${reference} is not set where monitoring runs` };
    }
    return { ok: true, value };
  }
  if (!reference.startsWith('file:')) return { ok: false, problem: 'a secret must be env:NAME or file:PATH' };
  try {
    const text = await readFile(reference.slice('file:'.length), 'utf8');
    const value = text.trim();
    if (value === '' || text.length > MAX_SECRET)
      return { ok: false, problem: `${reference} holds no secret` };
    return { ok: true, value };
  } catch (error) {
    const code = systemCodeOf(error);
    return { ok: false, problem: `${reference} cannot be read: ${code ?? 'unknown'}` };
  }
}

/** Something to be resolved that may be written out as well: an address. */
export const resolveText = (text: string, looked: Looked): Promise<Resolved> =>
  /^(?:env|file):/.test(text) ? resolveSecret(text, looked) : Promise.resolve({ ok: true, value: text });

/** A text without the secrets in it. */
export const redactSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret.length > 3)
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
