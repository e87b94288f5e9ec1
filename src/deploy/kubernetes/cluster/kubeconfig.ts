import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isRecord } from '../../../core/record.ts';
import { recordsAt, valueAt } from './live.ts';

/** A user of a kubeconfig as the client library keeps it; it takes a file of a token so. */
interface KnownUser {
  readonly name: string;
  authProvider?: unknown;
}

/** Fields of a user that the library does not know, and that say who we are (k8s.io/client-go, `clientcmd/api/v1`). */
const UNKNOWN = ['as-uid', 'as-groups', 'as-user-extra'];

/**
 * Adds what the client library drops without a word: the file of a token. Throws an Error where a user is to be somebody that it
 * cannot be, rather than be somebody else.
 */
export function completeUser(user: KnownUser | null, kubeconfig: string | undefined): void {
  if (user === null) return;
  for (const path of filesOf(kubeconfig)) {
    const document: unknown = parse(readFileSync(path, 'utf8'));
    const entry = recordsAt(document, 'users').find(({ name }) => name === user.name);
    const written = valueAt(entry, 'user');
    if (!isRecord(written)) continue;
    const [unknown] = UNKNOWN.filter((field) => written[field] !== undefined);
    if (unknown !== undefined)
      throw new Error(`user "${user.name}" of ${path} has ${unknown}, which is not understood here`);
    const { tokenFile } = written;
    if (typeof tokenFile === 'string' && written['token'] === undefined)
      user.authProvider = { name: 'tokenFile', config: { tokenFile: resolve(dirname(path), tokenFile) } };
    return;
  }
}

/** Where the library has looked: the file that is given, those of KUBECONFIG, or the usual one. */
function filesOf(kubeconfig: string | undefined): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return (named.length > 0 ? named : [join(homedir(), '.kube/config')]).filter((path) => existsSync(path));
}
