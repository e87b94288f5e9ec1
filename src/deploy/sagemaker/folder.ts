/** What `package sagemaker` writes: the document, which is the deployment, files of versions, and what it comes to. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { PlimsollError } from '../../core/errors.ts';
import { readDocumentFile } from '../document-file.ts';
import type { Deployment } from '../plan/apply.ts';
import { ARTIFACTS } from './artifact.ts';
import type { SageMakerDocument } from './document.ts';
import { artifactKeyOf, ownPrefix } from './names.ts';
import { parseSageMakerDocument } from './parse.ts';
import { deployerPolicy, executionPolicy } from './permissions.ts';

export const DOCUMENT = 'sagemaker.yaml';
const POLICY = 'policy.json';
const EXECUTION = 'execution-policy.json';
const REQUESTS = 'requests';
const OWN = new Set([DOCUMENT, POLICY, EXECUTION, REQUESTS, ARTIFACTS]);

/** Every file by its path in the folder. `written` is the document as it was given: with what was left out left out. */
export function sageMakerFiles(
  document: SageMakerDocument,
  { resources }: Deployment,
  written: unknown,
): ReadonlyMap<string, string> {
  const head = `# A deployment on SageMaker; docs/sagemaker.md lists the settings.\n#   plimsoll deploy sagemaker plan .\n`;
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const requests = resources.map(({ kind, spec }, i) => {
    const number = String(i + 1).padStart(2, '0');
    return [`${REQUESTS}/${number}-${kind}.json`, json(spec)] as const;
  });
  return new Map([
    [DOCUMENT, head + stringify(written)],
    [POLICY, json(deployerPolicy(document, resources))],
    [EXECUTION, json(executionPolicy(document))],
    ...requests,
  ]);
}

/** Throws SAGEMAKER_FOLDER_TAKEN for a folder with what is not ours. */
export function checkFolder(folder: string): void {
  const isFile = existsSync(folder) && !statSync(folder).isDirectory();
  const there = existsSync(folder) && !isFile ? readdirSync(folder) : [];
  if (isFile || there.some((name) => !OWN.has(name)))
    throw new PlimsollError('SAGEMAKER_FOLDER_TAKEN', { path: folder });
}

export function writeSageMakerFolder(folder: string, files: ReadonlyMap<string, string>): void {
  checkFolder(folder);
  rmSync(join(folder, REQUESTS), { recursive: true, force: true });
  mkdirSync(join(folder, REQUESTS), { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

export interface ReadDocument {
  readonly document: SageMakerDocument;
  readonly written: unknown;
  /** Folder in which it lies. */
  readonly folder: string;
}

/** The document of a folder, or of a file. Throws FILE_NOT_FOUND, SAGEMAKER_INVALID, SAGEMAKER_UNSUPPORTED. */
export function readSageMakerDocument(path: string): ReadDocument {
  const { file, written } = readDocumentFile(path, DOCUMENT, 'SAGEMAKER_INVALID');
  return { document: parseSageMakerDocument(written, file), written, folder: dirname(file) };
}

/** Path of each object's bytes, by the name of its resource. */
export function bodiesOf(document: SageMakerDocument, folder: string): ReadonlyMap<string, string> {
  const { bucket } = ownPrefix(document);
  // A batch transform over a model of many has the archive once more, by its content.
  const forms = document.batch.length > 0 ? [document, { ...document, kind: 'none' as const }] : [document];
  const bodies = forms.flatMap((form) =>
    form.versions.flatMap((version) =>
      version.files.map((file) => {
        const name = `${bucket}/${artifactKeyOf(form, version, file)}`;
        return [name, join(folder, ARTIFACTS, file.path)] as const;
      }),
    ),
  );
  return new Map(bodies);
}
