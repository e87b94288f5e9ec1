import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ReadBudget } from '../../../formats/budget.ts';
import { DEFAULT_LIMITS } from '../../../formats/limits.ts';
import { ZipArchive } from '../../../formats/zip/archive.ts';
import { type TestMember, zipOf } from '../../../formats/zip/testing/zips.ts';
import { CODECS } from '../../codecs.ts';

/** A file that wants something of its reader, made where the tests run. */
export interface FileAttack {
  readonly format: string;
  /** What the file does, as a sentence goes on after "a file that". */
  readonly attack: string;
  /**
   * How the reading ends: the code of the error, the field of the first blocker of what is described, or `read` where what is
   * bad is left alone.
   */
  readonly outcome: string;
  /** Writes it below a folder of its own, and answers its path. Where something in it ran, `canary` would be written. */
  readonly make: (folder: string, canary: string) => string;
}

const FIXTURES = join(import.meta.dirname, '../../../../fixtures');

export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(join(FIXTURES, path)));

/** Writes one file and answers its path. */
export function put(folder: string, name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Files of an archive of the fixtures. */
export function filesOfArchive(path: string): TestMember[] {
  const context = { limits: DEFAULT_LIMITS, now: () => 0 };
  const archive = new ZipArchive(fixture(path), CODECS, new ReadBudget(context));
  return [...archive.names].map((name) => ({ name, content: archive.read(name) }));
}

/** The archive with the content of one file replaced. */
export function archiveWith(
  path: string,
  member: RegExp,
  change: (content: string) => Uint8Array | string,
): Uint8Array {
  const members = filesOfArchive(path).map((one) => {
    if (!member.test(one.name)) return one;
    return { ...one, content: change(Buffer.from(one.content).toString('latin1')) };
  });
  return zipOf(members);
}

/** The same, where that file is a document of JSON. */
export const archiveWithJson = (path: string, member: RegExp, change: (document: Json) => void): Uint8Array =>
  archiveWith(path, member, (content) => {
    const document: Json = JSON.parse(Buffer.from(content, 'latin1').toString());
    change(document);
    return JSON.stringify(document);
  });

/** A document whose form the fixture fixes. */
// biome-ignore lint/suspicious/noExplicitAny: paths into JSON of fixtures
export type Json = any;
