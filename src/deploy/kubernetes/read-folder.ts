import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { resourcesIn } from './folder.ts';
import { parseYaml } from './yaml.ts';

/** Names of files beside the list: nothing outside the folder is read. */
const NAME = /^[A-Za-z0-9][\w.-]{0,200}\.ya?ml$/;
const FILES_MAX = 500;
const BYTES_MAX = 4 * 2 ** 20;

/** The objects of a folder that `package kubernetes` has written: what its list names. Throws KUBERNETES_FOLDER_INVALID. */
export function objectsIn(folder: string): readonly unknown[] {
  const fail = (problem: string, cause?: unknown): PlimsollError =>
    new PlimsollError('KUBERNETES_FOLDER_INVALID', { path: folder, problem }, { cause });
  const read = (name: string): string => {
    let text: string;
    try {
      text = readFileSync(join(folder, name), 'utf8');
    } catch (cause) {
      throw fail(`it has no readable ${name}`, cause);
    }
    if (text.length > BYTES_MAX) throw fail(`${name} is longer than ${BYTES_MAX} bytes`);
    return text;
  };
  const parsed = <T>(name: string, parse: (text: string) => T): T => {
    try {
      return parse(read(name));
    } catch (cause) {
      if (cause instanceof PlimsollError) throw cause;
      throw fail(`${name} is no YAML: ${String(cause).split('\n')[0]}`, cause);
    }
  };
  const names = parsed('kustomization.yaml', resourcesIn);
  if (names.length === 0 || names.length > FILES_MAX)
    throw fail(`its kustomization.yaml names ${names.length} resources, wanted 1 to ${FILES_MAX}`);
  return names.flatMap((name) => {
    if (!NAME.test(name)) throw fail(`"${name.slice(0, 80)}" in its kustomization.yaml is no file beside it`);
    return parsed(name, parseYaml);
  });
}
