import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/** Programs that are asked at most: a folder full of versions must not make a start slow. */
const PLACES_LIMIT = 64;

/** Minor versions that have programs of their own name (`python3.11`). */
const NAMES = [
  'python3',
  'python',
  ...Array.from({ length: 13 }, (_, index) => `python3.${20 - index}`),
] as const;

/** Folders of PATH. A relative one is where somebody happens to be, perhaps beside a hostile file: it is left out. */
export const pathFolders = (variables: Variables): readonly string[] =>
  (variables['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));

/** Whether there is a program at a path. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Programs that may be a Python, the one that the person names first. */
export function interpreterPlaces(variables: Variables): readonly string[] {
  const home = variables['HOME'] || homedir();
  const named = variables['PLIMSOLL_PYTHON'];
  const conda = variables['CONDA_PREFIX'];
  const pyenv = variables['PYENV_ROOT'] || join(home, '.pyenv');
  const folders = [
    // Shims lead to the versions that are listed below, by way of a dozen programs each.
    ...pathFolders(variables).filter((folder) => resolve(folder) !== join(pyenv, 'shims')),
    '/usr/bin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
    ...(conda ? [join(conda, 'bin')] : []),
  ];
  const collections = [
    join(pyenv, 'versions'),
    '/opt/python',
    variables['UV_PYTHON_INSTALL_DIR'] || join(home, '.local/share/uv/python'),
    '/Library/Frameworks/Python.framework/Versions',
  ];
  const places = [
    ...(named ? [named] : []),
    ...collections.flatMap((collection) => entriesOf(collection).map((entry) => join(entry, 'bin/python3'))),
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
  ];
  return [...new Set(places)].filter(isProgram).slice(0, PLACES_LIMIT);
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
