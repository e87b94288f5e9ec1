/** Parts of an installation that may be left out: packages with native code, optional dependencies of this one. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { elementWhere } from './element-at.ts';
import { messageOf, systemCodeOf } from './error-text.ts';
import { isPlimsollError, PlimsollError } from './errors.ts';
import { unwritableError } from './unwritable.ts';

const VERSIONS: Readonly<Record<string, string>> = packageJson.optionalDependencies;
/** What the loader's words name → what people call it, and its package. */
const PARTS = [
  { pattern: /onnxruntime[-_](?:node|common|binding)/, part: 'onnxruntime', name: 'onnxruntime-node' },
  { pattern: /@duckdb|duckdb\.node|duckdb native/, part: 'DuckDB', name: '@duckdb/node-bindings' },
] as const;
const NOT_FOUND: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * PART_MISSING, with the line that installs it, where an error says that an optional part is not there; PART_UNUSABLE where it is
 * there and has nothing that runs on this machine. null of every other error.
 */
export function partError(error: unknown): PlimsollError | null {
  if (!(error instanceof Error)) return null;
  const [code, message] = [systemCodeOf(error), messageOf(error)];
  const isLoading =
    NOT_FOUND.has(code) || code === 'ERR_DLOPEN_FAILED' || /native binding: unsupported/.test(message);
  const found = isLoading ? PARTS.find(({ pattern }) => pattern.test(message)) : undefined;
  if (found === undefined) return null;
  const { part, name } = found;
  // DuckDB's platforms are packages of their own: on a platform that it knows, one that is missing was left out.
  if (NOT_FOUND.has(code) && !message.includes('onnxruntime_binding'))
    return new PlimsollError('PART_MISSING', { part, install: installLine(name) }, { cause: error });
  const platform = `${process.platform}-${process.arch}`;
  const [reason = ''] = message.split('\n');
  return new PlimsollError('PART_UNUSABLE', { part, platform, reason }, { cause: error });
}

/** PART_MISSING where an optional part was left out, before anything of it is needed; else null. */
export function missingPart(part: (typeof PARTS)[number]['part']): PlimsollError | null {
  const { name } = elementWhere(PARTS, (one) => one.part === part);
  try {
    createRequire(import.meta.url).resolve(name);
    return null;
  } catch (error) {
    return partError(error);
  }
}

/** A coded error as it is, one about the machine as such, any other as a defect with its stack. */
export function asCodedError(error: unknown, action: string): PlimsollError {
  if (isPlimsollError(error)) return error;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return machineError(error) ?? new PlimsollError('INTERNAL', { action, reason }, { cause: error });
}

/** What an error says of the machine, for an operator to mend: a part that is missing, a disk that cannot be written to. null of a defect. */
export const machineError = (error: unknown): PlimsollError | null =>
  partError(error) ?? unwritableError(error);

/** Scripts of packages are not run: that of onnxruntime fetches what only a graphics card needs. */
function installLine(name: string): string {
  const root = rootOf(import.meta.url);
  const modules = join(root, '..');
  if (basename(modules) !== 'node_modules') return 'npm ci --include=optional';
  const isGlobal = !existsSync(join(modules, '../package.json'));
  return `npm install ${isGlobal ? '--global ' : ''}--ignore-scripts ${name}@${VERSIONS[name]}`;
}

const rootOf = (url: string): string => fileURLToPath(new URL(url.endsWith('.ts') ? '../..' : '..', url));
