/** `METADATA` of the Python package from its `pyproject.toml`, in the order and form in which hatchling writes it. Pure. */
import { parse } from 'smol-toml';

/** Core metadata 2.4, the first with licences as expressions of SPDX (PEP 639). */
const METADATA_VERSION = '2.4';

export interface Project {
  readonly name: string;
  readonly description: string;
  /** Path of a Markdown file beside `pyproject.toml`. */
  readonly readme: string;
  readonly 'requires-python': string;
  readonly license: string;
  /** Paths of files beside `pyproject.toml`, of which the wheel has copies. */
  readonly 'license-files': readonly string[];
  readonly keywords: readonly string[];
  readonly classifiers: readonly string[];
}

const TEXTS = ['name', 'description', 'readme', 'requires-python', 'license'];
const LISTS = ['license-files', 'keywords', 'classifiers'];

/** The table `project`. Throws an Error where it says anything that a wheel made here would not. */
export function projectOf(pyproject: string): Project {
  const { project } = parse(pyproject) as { project: Record<string, unknown> };
  const { dynamic, dependencies, ...said } = project;
  if (JSON.stringify(dynamic) !== '["version"]')
    throw new Error('pyproject.toml: only the version may be dynamic');
  if (JSON.stringify(dependencies) !== '[]')
    throw new Error('pyproject.toml: the package has no dependencies');
  for (const [key, value] of Object.entries(said)) {
    const isFit = TEXTS.includes(key)
      ? typeof value === 'string' && !value.includes('\n')
      : LISTS.includes(key) && Array.isArray(value) && value.every((one) => typeof one === 'string');
    if (!isFit)
      throw new Error(`pyproject.toml: tools/wheel/metadata.ts does not know project.${key} of this form`);
  }
  for (const key of [...TEXTS, ...LISTS])
    if (!(key in said)) throw new Error(`pyproject.toml: project.${key} is missing`);
  return said as unknown as Project;
}

/** The text of `METADATA`; `readme`: what the file of that name holds. */
export function metadataOf(project: Project, version: string, readme: string): string {
  const fields: readonly (readonly [string, string])[] = [
    ['Metadata-Version', METADATA_VERSION],
    ['Name', project.name],
    ['Version', version],
    ['Summary', project.description],
    ['License-Expression', project.license],
    ...project['license-files'].map((path) => ['License-File', path] as const),
    ['Keywords', [...project.keywords].sort().join(',')],
    ...[...project.classifiers].sort().map((one) => ['Classifier', one] as const),
    ['Requires-Python', project['requires-python']],
    ['Description-Content-Type', 'text/markdown'],
  ];
  return `${fields.map(([key, value]) => `${key}: ${value}\n`).join('')}\n${readme}`;
}
