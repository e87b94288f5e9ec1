import {
  closeSync,
  copyFileSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { syncFolder } from '../worker/dead-letters.ts';

/** Dead letters of a whole run, in the order of the input. */
export const rejectsPath = (folder: string): string => join(folder, 'rejects.jsonl');

/**
 * Puts the dead letters of the chunks together, in order, into one file in the folder of the run, and copies it to `copy` where one is named; both
 * appear completely or not at all. `rows` is how many there have to be. Answers where they are, or null where there are none.
 * Throws FILE_UNWRITABLE.
 */
export async function mergeRejects(folder: string, copy: string | null): Promise<string | null> {
  const parts = partsOf(folder);
  const path = rejectsPath(folder);
  if (parts.length === 0 && copy === null) return null;
  try {
    await concatenate(parts, path);
    if (copy === null) return path;
    const target = resolve(copy);
    const temp = `${target}.${process.pid}.tmp`;
    copyFileSync(path, temp);
    settle(temp, target);
    return target;
  } catch (cause) {
    throw new PlimsollError('FILE_UNWRITABLE', { path: copy ?? path, reason: messageOf(cause) }, { cause });
  }
}

function partsOf(folder: string): string[] {
  const rejects = join(folder, 'rejects');
  if (!existsSync(rejects)) return [];
  const names = readdirSync(rejects).filter((name) => name.endsWith('.jsonl'));
  return names.sort().map((name) => join(rejects, name));
}

async function concatenate(parts: readonly string[], path: string): Promise<void> {
  const temp = `${path}.${process.pid}.tmp`;
  const out = await open(temp, 'w');
  try {
    for (const part of parts) for await (const bytes of createReadStream(part)) await out.write(bytes);
  } finally {
    await out.close();
  }
  settle(temp, path);
}

/** Makes a file durable, and puts it in its place. */
function settle(temp: string, path: string): void {
  const file = openSync(temp, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temp, path);
  syncFolder(dirname(path));
}
