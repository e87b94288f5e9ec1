/** `package sagemaker`: a folder with everything that a deployment needs. */
import { cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { readDocumentFile } from '../document-file.ts';
import type { PackagedModel } from '../packaged.ts';
import type { Deployment } from '../plan/apply.ts';
import { ARTIFACTS, writeArtifact } from './artifact.ts';
import type { SageMakerDocument } from './document.ts';
import {
  checkFolder,
  DOCUMENT,
  type ReadDocument,
  readSageMakerDocument,
  sageMakerFiles,
  writeSageMakerFolder,
} from './folder.ts';
import { type SageMakerFlags, sageMakerDocumentFrom } from './from-flags.ts';
import { parseSageMakerDocument } from './parse.ts';
import { renderSageMaker } from './render.ts';

export interface SageMakerPackageOptions extends SageMakerFlags {
  readonly output: string;
  readonly beside?: string;
  /** File with settings, whose versions need no digests and files. */
  readonly config?: string;
  readonly compression: string;
  readonly imageHoldsModel?: boolean;
}

export interface PackagedDeployment {
  readonly document: SageMakerDocument;
  readonly deployment: Deployment;
  /** Paths in the folder, artifacts aside. */
  readonly files: readonly string[];
}

/** Throws SAGEMAKER_FOLDER_TAKEN, SAGEMAKER_INVALID, SAGEMAKER_UNSUPPORTED, and what writing the archive throws. */
export async function packageSageMaker(
  model: PackagedModel,
  options: SageMakerPackageOptions,
): Promise<PackagedDeployment> {
  const { output, compression, imageHoldsModel = false } = options;
  if (compression !== 'gzip' && compression !== 'none')
    throw new PlimsollError('USAGE', {
      command: 'package sagemaker',
      reason: `--compression ${compression} is not known, wanted gzip or none`,
    });
  if (model.manifest.python !== undefined && !imageHoldsModel)
    throw new PlimsollError('SAGEMAKER_UNSUPPORTED', {
      setting: `${model.name}@${model.version} in S3`,
      reason:
        'it runs with Python, and only an image of its own has its environment: `plimsoll package dockerfile`, then --image-holds-model',
    });
  checkFolder(output);
  const beside = options.beside === undefined ? null : readSageMakerDocument(options.beside);
  const settings = settingsIn(options) ?? beside?.written;
  // What cannot be deployed is said before anything is written.
  const tried = sageMakerDocumentFrom(model, [], options, settings);
  parseIfNotMultiModel(tried);
  await mkdir(output, { recursive: true });
  if (beside !== null) await keepArtifacts(beside, output);
  const written = imageHoldsModel
    ? tried
    : sageMakerDocumentFrom(model, await writeArtifact(output, model, compression), options, settings);
  const document = parseSageMakerDocument(written, 'the command line');
  const deployment = renderSageMaker(document, 'the command line');
  const files = sageMakerFiles(document, deployment, written);
  writeSageMakerFolder(output, files);
  return { document, deployment, files: [...files.keys()] };
}

/** Settings of a file, or null. Throws USAGE, FILE_NOT_FOUND, SAGEMAKER_INVALID. */
function settingsIn({ config, beside }: SageMakerPackageOptions): unknown {
  if (config === undefined) return null;
  if (beside !== undefined)
    throw new PlimsollError('USAGE', {
      command: 'package sagemaker',
      reason: '--config and --beside both say what is there: give one of them',
    });
  return readDocumentFile(config, DOCUMENT, 'SAGEMAKER_INVALID').written;
}

/** Its archives are part of what makes a multi-model endpoint; they are written next. */
function parseIfNotMultiModel(written: Readonly<Record<string, unknown>>): void {
  if (written['kind'] !== 'multi-model') parseSageMakerDocument(written, 'the command line');
}

/** The other versions' files, where the package they are from is another folder. */
async function keepArtifacts({ folder, document }: ReadDocument, output: string): Promise<void> {
  if (resolve(folder) === resolve(output)) return;
  for (const { files } of document.versions)
    for (const { path } of files) await cp(join(folder, ARTIFACTS, path), join(output, ARTIFACTS, path));
}
