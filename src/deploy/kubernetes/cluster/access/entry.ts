/** What one entry of a list of a kubeconfig says, checked. */
import { dirname, resolve } from 'node:path';
import type { PemSource } from './pem.ts';

export type EntryFields = Readonly<Record<string, unknown>>;

/** One entry of a list of a kubeconfig, and the file that it is from. */
export interface KubeconfigEntry {
  readonly file: string;
  readonly name: string;
  readonly fields: EntryFields;
}

/** A text of an entry; empty is none. */
export function entryTextOf({ file, name, fields }: KubeconfigEntry, key: string): string | null {
  const value = fields[key] ?? '';
  if (typeof value !== 'string') throw new Error(`${key} of "${name}" in ${file} is no text`);
  return value === '' ? null : value;
}

export function wantedText(entry: KubeconfigEntry, key: string): string {
  const value = entryTextOf(entry, key);
  if (value === null) throw new Error(`"${entry.name}" in ${entry.file} has no ${key}`);
  return value;
}

/** A path is that of a file beside the kubeconfig. */
export const entryPathOf = (entry: KubeconfigEntry, key: string): string | null => {
  const value = entryTextOf(entry, key);
  return value === null ? null : resolve(dirname(entry.file), value);
};

/** What is written in the kubeconfig goes before a file. */
export function pemOf(entry: KubeconfigEntry, key: string): PemSource | null {
  const data = entryTextOf(entry, `${key}-data`);
  if (data !== null) return { data: Buffer.from(data, 'base64') };
  const file = entryPathOf(entry, key);
  return file === null ? null : { file };
}

export function textsOf(value: unknown, key: string, { name, file }: KubeconfigEntry): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(`${key} of "${name}" in ${file} is no list of texts`);
}
