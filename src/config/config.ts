import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Device } from '../core/devices.ts';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { referencesWritten } from '../core/references.ts';
import type { AliasSet } from '../metrics/alias-sets.ts';
import type { AccessSettings, TlsFiles } from './access.ts';
import { accessIn, tlsIn } from './access-settings.ts';
import { type ConnectionSettings, connectionsIn } from './connection-settings.ts';
import { PLAIN } from './contract.ts';
import { type NamedFile, nameFiles } from './models.ts';
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts';

/** Everything `serve` needs to know, checked. */
export interface ServeConfig {
  readonly port: number;
  readonly host: string;
  readonly workers: number;
  /** Largest request body in bytes. */
  readonly maxBody: number;
  readonly connections: ConnectionSettings;
  /** Other servers whose names of metrics are shown, too. */
  readonly metricsAliases: readonly AliasSet[];
  /** Whom it lets in. */
  readonly access: AccessSettings;
  /** What it speaks TLS with, or null. */
  readonly tls: TlsFiles | null;
  readonly dataDir: string;
  /** What graphs run on in onnxruntime. */
  readonly device: Device;
  /** Model files to register; may be none, where the store knows what is served. */
  readonly files: readonly NamedFile[];
  /** URL of the database, or null for one in the data folder. */
  readonly storeUrl: string | null;
  /** Whether rows and their answers are captured for the monitor. */
  readonly captures: boolean;
  /** Share of one processor that looking at what was captured may take. */
  readonly monitorShare: number;
  /** Folder whose new files become versions, or null. */
  readonly watch: string | null;
  /** What the file says that endpoints should be, as it is written. */
  readonly endpoints: WrittenEndpoints | null;
  /** Batch jobs of the file by name, as they are written. */
  readonly jobs: Readonly<Record<string, unknown>>;
  /** What is watched, of the file by endpoint, as it is written. */
  readonly monitors: Readonly<Record<string, unknown>>;
  /** Whether jobs and receivers may go to link-local addresses, and the hosts to which sources may be redirected. */
  readonly linkLocal: boolean;
  readonly redirectHosts: readonly string[];
  /** What jobs and receivers may look up: what is listed, and what the file itself refers to. */
  readonly references: readonly string[];
  /** Address of the router outside that follows an endpoint, by endpoint, as it is written. */
  readonly routers: Readonly<Record<string, unknown>>;
}

/** The grammar of `endpoints` is that of `apply`. */
export interface WrittenEndpoints {
  readonly written: unknown;
  /** The file. */
  readonly path: string;
}

/** What a person gave: command line first, then the environment, then the file, then the defaults. */
export interface GivenSettings {
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of the configuration file; by default `plimsoll.yaml` or `plimsoll.json` where there is one. */
  readonly file?: string | undefined;
  /** Model files, as written on the command line. */
  readonly models: readonly string[];
  readonly name?: string | undefined;
  /** Whether a folder is one model, which its names do not say. @default {none is} */
  readonly isModel?: ((folder: string) => Promise<boolean>) | undefined;
}

const DEFAULT_FILES = ['plimsoll.yaml', 'plimsoll.yml', 'plimsoll.json'];

/** One checked configuration; throws CONFIG_INVALID that names every mistake at once. */
export async function serveConfig(given: GivenSettings): Promise<ServeConfig> {
  const problems: string[] = [];
  const path = given.file ?? defaultFile();
  const file = path === undefined ? {} : checkKeys(await readConfigFile(path), path, problems);
  const value = <N extends SettingName>(name: N): SettingValue<N> =>
    setting(name, given, file, path, problems);
  const config = {
    port: value('port'),
    host: value('host'),
    workers: value('workers'),
    maxBody: value('maxBody'),
    connections: connectionsIn(value),
    metricsAliases: value('metricsAliases'),
    access: accessIn(value, PLAIN, problems),
    tls: tlsIn(value, problems),
    dataDir: value('data'),
    device: value('device'),
    storeUrl: value('store'),
    watch: value('watch'),
    captures: value('capture'),
    monitorShare: value('monitorShare'),
    endpoints: writtenIn(file, path),
    jobs: tableOf(file, 'jobs', problems),
    monitors: tableOf(file, 'monitors', problems),
    routers: tableOf(file, 'routers', problems),
    linkLocal: value('linkLocal'),
    redirectHosts: value('redirectHosts'),
    references: [...value('references'), ...referencesWritten([file['jobs'], file['monitors']])],
    files: withReasons(
      await nameFiles(given.models.length > 0 ? given.models : modelsOf(file, problems), given, problems),
      tableOf(file, 'reasons', problems),
      problems,
    ),
  };
  if (problems.length > 0)
    throw new PlimsollError('CONFIG_INVALID', { problems: problems.join('; '), list: problems });
  return config;
}

/** What `endpoints` of the file is that lies here, or null where there is none. Throws CONFIG_INVALID. */
export async function endpointsHere(): Promise<WrittenEndpoints | null> {
  const path = defaultFile();
  if (path === undefined) return null;
  const parsed = await readConfigFile(path);
  return typeof parsed === 'object' && parsed !== null ? writtenIn({ ...parsed }, path) : null;
}

const defaultFile = (): string | undefined => DEFAULT_FILES.find((name) => existsSync(name));

function writtenIn(
  file: Readonly<Record<string, unknown>>,
  path: string | undefined,
): WrittenEndpoints | null {
  const written = file['endpoints'];
  return written === undefined || path === undefined ? null : { written, path };
}

function setting<N extends SettingName>(
  name: N,
  { flags, env }: GivenSettings,
  file: Readonly<Record<string, unknown>>,
  path: string | undefined,
  problems: string[],
): SettingValue<N> {
  const { env: variable, fallback, wanted, parse } = SETTINGS[name];
  const sources: readonly (readonly [string, unknown])[] = [
    [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, flags[name]],
    [variable, env[variable]],
    [`${path}: ${name}`, file[name]],
  ];
  const [where, text] = sources.find(([, given]) => given !== undefined) ?? ['default', fallback];
  const parsed = parse(String(text));
  if (parsed === undefined)
    problems.push(`${where} is ${withoutPassword(JSON.stringify(text))}, wanted ${wanted}`);
  return (parsed ?? parse(fallback)) as SettingValue<N>;
}

/** What stands between the name and the `@` of a URL is nobody's business. */
const withoutPassword = (text: string): string => text.replaceAll(/(:\/\/[^:/@"]*:)[^@"]*@/g, '$1***@');

async function readConfigFile(path: string): Promise<unknown> {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  try {
    const text = readFileSync(path, 'utf8');
    // A CommonJS package: inside the bundle only its default export is there.
    return extname(path) === '.json' ? JSON.parse(text) : (await import('yaml')).default.parse(text);
  } catch (error) {
    const problems = `${path}: ${messageOf(error)}`;
    throw new PlimsollError('CONFIG_INVALID', { problems, list: [problems] });
  }
}

/** Unknown keys are refused by name: a misspelt limit must not be a limit that is not there. */
function checkKeys(parsed: unknown, path: string, problems: string[]): Readonly<Record<string, unknown>> {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.push(`${path} is no table of settings`);
    return {};
  }
  // Aliases are for `apply` alone.
  const known = [
    ...Object.keys(SETTINGS),
    'models',
    'endpoints',
    'aliases',
    'jobs',
    'monitors',
    'routers',
    'reasons',
  ];
  for (const key of Object.keys(parsed)) {
    if (!known.includes(key))
      problems.push(`${path}: "${key}" is no setting, wanted one of ${known.join(', ')}`);
  }
  return parsed as Record<string, unknown>;
}

/** What each entry says is checked where jobs, or monitors, are. */
function tableOf(
  file: Readonly<Record<string, unknown>>,
  key: 'jobs' | 'monitors' | 'routers' | 'reasons',
  problems: string[],
): Readonly<Record<string, unknown>> {
  const { [key]: written = {} } = file;
  if (isRecord(written)) return written;
  problems.push(`${key} is no table of names`);
  return {};
}

/** `reasons: {churn: reasons.yaml}`: what is said of the columns of a model that is served from a file here. */
function withReasons(
  files: readonly NamedFile[],
  reasons: Readonly<Record<string, unknown>>,
  problems: string[],
): readonly NamedFile[] {
  for (const [name, path] of Object.entries(reasons))
    if (typeof path !== 'string') problems.push(`reasons: ${name} is no path of a file`);
  return files.map((file) => {
    const path = Object.hasOwn(reasons, file.name) ? reasons[file.name] : undefined;
    return typeof path === 'string' ? { ...file, reasons: path } : file;
  });
}

/** `models: {churn: models/churn.joblib}` or a list of files. */
function modelsOf({ models }: Readonly<Record<string, unknown>>, problems: string[]): readonly string[] {
  if (models === undefined) return [];
  if (Array.isArray(models) && models.every((word) => typeof word === 'string')) return models;
  if (
    typeof models === 'object' &&
    models !== null &&
    Object.values(models).every((v) => typeof v === 'string')
  ) {
    return Object.entries(models as Record<string, string>).map(([name, path]) => `${name}=${path}`);
  }
  problems.push('models is neither a list of files nor a table of names and files');
  return [];
}
