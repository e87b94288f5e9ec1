import { readFileSync } from 'node:fs';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { parsePolicy, type RolloutPolicy } from '../../rollout/policy/policy.ts';

/** Largest policy or scenario file in bytes. */
const FILE_MAX = 2 ** 20;

/** Reads a policy file, YAML or JSON (which is YAML too). */
export async function readPolicyFile(path: string): Promise<RolloutPolicy> {
  return parsePolicy(await readYamlDocument(path));
}

/** A parsed YAML or JSON file; throws DOCUMENT_INVALID where it is neither. */
export async function readYamlDocument(path: string): Promise<unknown> {
  const text = readText(path);
  // A CommonJS package: inside the bundle only its default export is there.
  const { parse } = (await import('yaml')).default;
  try {
    return parse(text, { maxAliasCount: 100 }) ?? {};
  } catch (error) {
    // What follows the first line draws the place: the line has its number.
    const [problem] = messageOf(error).split(/:?\n/);
    throw new PlimsollError('DOCUMENT_INVALID', { path, problem });
  }
}

function readText(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') throw new PlimsollError('FILE_NOT_FOUND', { path });
    throw new PlimsollError('FILE_UNREADABLE', { path, reason: String(code) });
  }
  if (text.length <= FILE_MAX) return text;
  throw new PlimsollError('FILE_UNREADABLE', { path, reason: `it has more than ${FILE_MAX} characters` });
}
