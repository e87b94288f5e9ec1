/** Who pushes: from the environment, else from where `docker login` keeps it. Nothing of it gets into a message. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { elementAt } from '../../core/element-at.ts';
import { systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { runProgram } from '../../process/run-program.ts';

export type RegistryCredentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A refresh token, to be given for a bearer's token (https://distribution.github.io/distribution/spec/auth/oauth/). */
  | { readonly kind: 'identity'; readonly token: string };

/** Finds the credentials of a registry; null where there are none, which many registries take for reading. */
export type FindCredentials = (registry: string) => Promise<RegistryCredentials | null>;

const USER = 'PLIMSOLL_REGISTRY_USER';
const PASSWORD = 'PLIMSOLL_REGISTRY_PASSWORD';
const HELPER_MILLIS = 30_000;
const HELPER_BYTES = 65_536;
const HELPER_NAME = /^[\w.-]+$/;
/** What helpers say where they know nobody (docker-credential-helpers). */
const UNKNOWN_TO_HELPER = /credentials not found|not found in native keychain/i;
/** How Docker names its hub in its own files. */
const HUB_KEYS = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'];

/** Throws CREDENTIALS_UNREADABLE where a file or a helper is there and does not say. */
export const credentialsFrom =
  (environment: NodeJS.ProcessEnv): FindCredentials =>
  async (registry) => {
    const user = environment[USER];
    const password = environment[PASSWORD];
    if (user !== undefined && password !== undefined) return { kind: 'password', user, password };
    if (user !== undefined || password !== undefined)
      throw unreadable('the environment', `${user === undefined ? USER : PASSWORD} is missing`);
    const path = join(environment['DOCKER_CONFIG'] ?? join(homedirOf(environment), '.docker'), 'config.json');
    const config = readConfig(path);
    return config === null ? null : fromConfig(config, registry, path, environment);
  };

const homedirOf = (environment: NodeJS.ProcessEnv): string => environment['HOME'] ?? homedir();

type Config = Readonly<Record<string, unknown>>;

function readConfig(path: string): Config | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error) ?? 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(path, code);
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed)) return parsed;
  } catch {
    // Said below: the message of the parser would show a piece of the file.
  }
  throw unreadable(path, 'it is no JSON object');
}

/** A helper of the registry's own, then its entry, then the helper of all. */
async function fromConfig(
  config: Config,
  registry: string,
  path: string,
  environment: NodeJS.ProcessEnv,
): Promise<RegistryCredentials | null> {
  const keys = registry === 'docker.io' ? HUB_KEYS : [registry, `https://${registry}`, `http://${registry}`];
  const lookUp = (group: string): unknown => {
    const entries = config[group];
    if (!isRecord(entries)) return undefined;
    const key =
      keys.find((one) => Object.hasOwn(entries, one)) ??
      Object.keys(entries).find((one) => hostIn(one) === registry);
    return key === undefined ? undefined : entries[key];
  };
  const own = lookUp('credHelpers');
  if (typeof own === 'string') return fromHelper(own, elementAt(keys, 0), environment);
  const entry = lookUp('auths');
  const kept = isRecord(entry) ? fromEntry(entry, path) : null;
  const store = config['credsStore'];
  return kept === null && typeof store === 'string'
    ? fromHelper(store, elementAt(keys, 0), environment)
    : kept;
}

/** Some have logged in to an address: `https://HOST/v2/`. */
const hostIn = (key: string): string => elementAt(key.replace(/^https?:\/\//, '').split('/'), 0);

function fromEntry(entry: Config, path: string): RegistryCredentials | null {
  const { identitytoken, auth, username, password } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '')
    return { kind: 'identity', token: identitytoken };
  if (typeof username === 'string' && typeof password === 'string')
    return { kind: 'password', user: username, password };
  if (typeof auth !== 'string' || auth === '') return null;
  const [, user, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
  if (user === undefined || secret === undefined)
    throw unreadable(path, '"auth" of the registry is no user and password in base64');
  // Docker pads what it writes on some systems.
  return { kind: 'password', user, password: secret.replace(/\0+$/, '') };
}

async function fromHelper(
  name: string,
  server: string,
  environment: NodeJS.ProcessEnv,
): Promise<RegistryCredentials | null> {
  if (!HELPER_NAME.test(name)) throw unreadable('the configuration of Docker', `"${name}" names no helper`);
  const program = `docker-credential-${name}`;
  const { status, stdout, stopped, isMissing } = await runProgram(program, ['get'], {
    ...{ env: environment, limitMillis: HELPER_MILLIS, maxOutputBytes: HELPER_BYTES },
    input: `${server}\n`,
  });
  if (status !== 0) {
    if (UNKNOWN_TO_HELPER.test(stdout)) return null;
    const reason = isMissing ? 'there is no such program in PATH' : (stopped ?? `exit code ${status}`);
    throw unreadable(program, reason);
  }
  const said = parsed(stdout);
  if (!isRecord(said)) throw unreadable(program, 'what it says is no JSON object');
  const { Username: user, Secret: secret } = said;
  if (typeof user !== 'string' || typeof secret !== 'string')
    throw unreadable(program, 'it says no Username and Secret');
  if (user === '' && secret === '') return null;
  return user === '<token>'
    ? { kind: 'identity', token: secret }
    : { kind: 'password', user, password: secret };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const unreadable = (where: string, reason: string): PlimsollError =>
  new PlimsollError('CREDENTIALS_UNREADABLE', { where, reason });
