/**
 * The Python package as a wheel (PyPA's binary distribution format, 1.0), from `python/`: the same bytes for the same files
 * and the same zlib. Its version is the program's.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { DISTRIBUTION, pythonVersion, wheelName } from '../../src/python/wheel.ts';
import { metadataOf, projectOf } from './metadata.ts';
import { zip } from './zip.ts';

const PACKAGE = 'plimsoll';
const WHEEL = 'Wheel-Version: 1.0\nGenerator: plimsoll\nRoot-Is-Purelib: true\nTag: py3-none-any\n';

/** Writes the wheel of `python` (a folder with `pyproject.toml`) for a version of the program into `folder`. */
export function writeWheel(python: string, version: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, wheelName(version)), wheelOf(python, version));
}

/** The bytes of the wheel. Throws an Error where `pyproject.toml` names another distribution, or says what is not known. */
export function wheelOf(python: string, version: string): Buffer {
  const text = (name: string): string => readFileSync(join(python, name), 'utf8');
  const project = projectOf(text('pyproject.toml'));
  if (project.name !== DISTRIBUTION)
    throw new Error(`pyproject.toml names ${project.name}, the wheel is of ${DISTRIBUTION}`);
  const info = `${DISTRIBUTION.replaceAll('-', '_')}-${pythonVersion(version)}.dist-info`;
  const metadata = metadataOf(project, pythonVersion(version), text(project.readme));
  const members = [
    ...modulesOf(python),
    { name: `${info}/METADATA`, bytes: Buffer.from(metadata) },
    { name: `${info}/WHEEL`, bytes: Buffer.from(WHEEL) },
    ...project['license-files'].map((path) => ({
      name: `${info}/licenses/${path}`,
      bytes: readFileSync(join(python, path)),
    })),
  ];
  return zip([...members, { name: `${info}/RECORD`, bytes: recordOf(members, info) }]);
}

type Members = readonly { readonly name: string; readonly bytes: Buffer }[];

/** All files of the package but what Python compiles beside them, in the order of their names. */
function modulesOf(python: string): Members {
  return readdirSync(join(python, PACKAGE), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(python, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((name) => !name.includes('/__pycache__/') && !name.endsWith('.pyc'))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(python, name)) }));
}

/** Every file with digest and size; of the list itself neither can be known. */
function recordOf(members: Members, info: string): Buffer {
  const lines = members.map(({ name, bytes }) => {
    const digest = createHash('sha256').update(bytes).digest('base64url');
    return `${name},sha256=${digest},${bytes.length}\n`;
  });
  return Buffer.from(`${lines.join('')}${info}/RECORD,,\n`);
}
