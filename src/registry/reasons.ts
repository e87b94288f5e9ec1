import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { readReasonTemplates } from '../explain/reasons/reason-templates.ts';
import type { Signature } from '../model/signature.ts';
import type { BundleManifest } from './version.ts';

/** Bytes of the file: a manifest holds what it says. */
const MOST_BYTES = 256 * 1024;

/**
 * What a manifest says of the reasons of a version: those of a file, YAML or JSON, else those that were given before. Throws
 * REASONS_INVALID, FILE_NOT_FOUND.
 */
export async function keptReasons(
  path: string | null,
  signature: Signature,
  before: BundleManifest | null,
): Promise<Pick<BundleManifest, 'reasons'>> {
  if (path !== null)
    return { reasons: readReasonTemplates(await documentOf(path), basename(path), signature) };
  return before?.reasons === undefined ? {} : { reasons: before.reasons };
}

/** Whether a version says of its columns what a file says. Throws REASONS_INVALID, FILE_NOT_FOUND. */
export async function areKeptReasons(path: string, manifest: BundleManifest): Promise<boolean> {
  const { reasons } = await keptReasons(path, manifest.signature, null);
  return isDeepStrictEqual(reasons, manifest.reasons);
}

async function documentOf(path: string): Promise<unknown> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const invalid = (problem: string): PlimsollError =>
    new PlimsollError('REASONS_INVALID', { path: basename(path), problems: problem, list: [problem] });
  if (!found.isFile()) throw invalid('it is no file');
  if (found.size > MOST_BYTES) throw invalid(`it has ${found.size} bytes, wanted ${MOST_BYTES} at most`);
  // A CommonJS package: inside the bundle only its default export is there.
  const { parse } = (await import('yaml')).default;
  try {
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw invalid(`it is neither YAML nor JSON: ${messageOf(error).split('\n')[0]}`);
  }
}
