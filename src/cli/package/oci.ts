import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { ContractVerification } from '../../deploy/contracts/verify.ts';
import type { BuiltImage } from '../../deploy/image/image.ts';
import type { Platform } from '../../deploy/image/layout.ts';
import type { PackagedModel } from '../../deploy/packaged.ts';
import type { PushResult } from '../../deploy/push/push.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import { bytesText } from '../../text/bytes.ts';
import { shellWord } from '../../text/shell.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withReadingOptions } from '../model/file-options.ts';
import type { Terminal } from '../output/terminal.ts';
import {
  attestImageBuild,
  checkPushTarget,
  type ImagePushFlags,
  pushIfRequested,
  pushSummary,
} from './oci-push.ts';
import { withRegistryOptions } from './registry-options.ts';

interface PackageOciOptions extends ControlOptions, ReadingChoices, ImagePushFlags {
  readonly name?: string;
  readonly output?: string;
  readonly platform: string;
  readonly with?: readonly string[];
  readonly baseArchive?: string;
  readonly verify?: boolean;
  readonly modelOnly?: boolean;
}

interface Made extends BuiltImage {
  /** What a container of it does, where that was asked. */
  readonly verification: ContractVerification | null;
  /** Where it was pushed to; null where nobody asked, or a contract was not kept. */
  readonly pushed: PushResult | null;
}

/** `package oci`: the image of a version, written without Docker. */
export const packageOciCommand: DefineCommand = (command, terminal) => {
  withRegistryOptions(withReadingOptions(withControlOptions(command)))
    .description(
      'Writes the image of a version, without Docker: the same bytes wherever it is made. Run it with any container runtime, or push it to a registry.',
    )
    .argument('<model>', 'model file or NAME=FILE, or M, M@VERSION, M@ALIAS of a registered one')
    .option('--output <path>', 'folder (the image layout of OCI), or FILE.tar for `docker load`')
    .option('--push <image>', 'registry to push to, with attestations: HOST/REPOSITORY[:TAG]')
    .option('--mount-from <repository...>', 'repositories of that registry that may hold some of its layers')
    .option('--name <name>', 'name of a model file (default: its stem)')
    .option('--platform <os/arch>', 'target platform', 'linux/amd64')
    .option('--with <part...>', 'parts beside serving: batch (what scores tables, with DuckDB: 23 MB)')
    .option(
      '--base-archive <folder>',
      'folder that holds the packages an image is made of: no network is used',
    )
    .option('--model-only', 'the version alone, in /models: for volumes of Kubernetes and KServe')
    .option('--verify', 'start the image and check it against the contract of each platform')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll package oci churn.joblib --output churn-image\n' +
        '  $ plimsoll package oci churn@3 --push registry.example.com/team/churn:3',
    )
    .action(async (reference: string) => {
      const options = command.optsWithGlobals<PackageOciOptions>();
      const made = await makeImage(reference, options, terminal);
      const { verification } = made;
      const contracts = verification === null ? [] : [await contractsText(verification)];
      terminal.answer(documentOf(made, options.output), () =>
        [...textsOf(made, options.output), ...contracts].join('\n\n'),
      );
      if (verification?.passed === false) process.exitCode = EXIT.failed;
    });
};

async function makeImage(reference: string, options: PackageOciOptions, terminal: Terminal): Promise<Made> {
  checkModelOnly(options);
  const [platform, batch] = [platformOf(options.platform), hasBatch(options.with ?? [])];
  await checkPushTarget(options);
  const { packagedModel } = await import('./model.ts');
  const { archiveSettings } = await import('../../deploy/image/archives.ts');
  const { BASE_LOCK } = await import('../../deploy/image/lock.ts');
  const { writeOciImage } = await import('../../deploy/image/image.ts');
  const { writeOutput } = await import('../../deploy/image/output.ts');
  const { writeModelArtifact } = await import('../../deploy/push/model-artifact.ts');
  const model = await packagedModel(reference, options, terminal);
  const progress = terminal.progress(reference);
  const onProgress = (stage: string): void => progress.update(stage);
  const folder = options.baseArchive === undefined ? null : resolve(options.baseArchive);
  const archives = archiveSettings({ folder, snapshot: BASE_LOCK.snapshot, onProgress });
  try {
    return await withOutput(options, (output) =>
      writeOutput(output, async (to) => {
        const image = options.modelOnly
          ? await writeModelArtifact(to, model, platform)
          : await writeOciImage(to, { model, platform, batch, archives, onProgress });
        const verification = options.verify ? await verified(image, model, onProgress) : null;
        const artifacts = await attestImageBuild(image, model, options.data);
        const isGood = verification === null || verification.passed;
        const sent = isGood ? await pushIfRequested(image, artifacts, options, onProgress) : null;
        return { ...image, verification, pushed: sent };
      }),
    );
  } finally {
    progress.done();
  }
}

/** Where an image is pushed alone, it is made in a folder that goes away. */
async function withOutput<T>(
  { output, push }: PackageOciOptions,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (output !== undefined) return work(output);
  if (push === undefined)
    throw new PlimsollError('USAGE', {
      reason: "required option '--output' or '--push'",
      command: 'package oci',
    });
  const { withWork } = await import('../../deploy/image/working-folder.ts');
  return withWork(
    join(tmpdir(), 'image'),
    () => undefined,
    (folder) => work(join(folder, 'image')),
  );
}

const contractsText = async ({ contracts }: ContractVerification): Promise<string> =>
  (await import('../../deploy/contracts/report.ts')).contractsPage(contracts);

/** Before the image is put where it was asked for, since that may be an archive. */
async function verified(
  image: BuiltImage,
  model: PackagedModel,
  onProgress: (stage: string) => void,
): Promise<ContractVerification> {
  onProgress('starting it as each platform does');
  const { verifyContracts } = await import('../../deploy/contracts/verify.ts');
  return verifyContracts(image, model, ({ contract }) => onProgress(`held to the contract of ${contract}`));
}

/** There is nothing in it to be started, or to be with. */
function checkModelOnly({ modelOnly, verify, with: parts }: PackageOciOptions): void {
  if (!modelOnly || (!verify && parts === undefined)) return;
  throw new PlimsollError('USAGE', {
    reason: `--model-only makes an image without a program, which ${verify ? '--verify' : '--with'} is about`,
    command: 'package oci',
  });
}

function platformOf(text: string): Platform {
  const [, os, architecture] = /^([a-z0-9]+)\/([a-z0-9]+)$/.exec(text) ?? [];
  if (os !== undefined && architecture !== undefined) return { os, architecture };
  const reason = `--platform is "${text}", expected OS/ARCHITECTURE such as linux/amd64`;
  throw new PlimsollError('USAGE', { reason, command: 'package oci' });
}

function hasBatch(parts: readonly string[]): boolean {
  const other = parts.find((part) => part !== 'batch');
  if (other === undefined) return parts.length > 0;
  throw new PlimsollError('USAGE', {
    reason: `--with is "${other}", expected batch`,
    command: 'package oci',
  });
}

const documentOf = (
  { folder, reference, platform, manifest, config, layers, verification, pushed }: Made,
  output: string | undefined,
): object => ({
  output: output === undefined ? null : folder,
  reference,
  platform: `${platform.os}/${platform.architecture}`,
  digest: manifest.digest,
  config: config.digest,
  size: sizeOf(layers),
  sizeWithoutModel: sizeOf(layers.filter(({ part }) => part !== 'model')),
  layers: layers.map(({ part, digest, diffId, size, unpackedSize }) => ({
    part,
    digest,
    diffId,
    size,
    unpackedSize,
  })),
  ...(verification === null ? {} : { verification }),
  ...(pushed === null ? {} : { pushed }),
});

const sizeOf = (layers: readonly { size: number }[]): number =>
  layers.reduce((sum, { size }) => sum + size, 0);

function textsOf(made: Made, output: string | undefined): string[] {
  const { reference, manifest, layers, pushed } = made;
  const lines = layers.map(
    ({ part, digest, size }) => `  ${part.padEnd(12)}${bytesText(size).padStart(9)}  ${digest}`,
  );
  const done = output === undefined ? 'Made' : `Wrote ${made.folder}:`;
  const head = `${done} ${reference}, ${bytesText(sizeOf(layers))}`;
  const about = [head, ...lines, `  ${manifest.digest} names it`];
  if (pushed !== null) return [about.join('\n'), pushSummary(pushed)];
  return [[...about, `Next: ${nextFor(made.folder, reference)}`].join('\n')];
}

const nextFor = (folder: string, reference: string): string =>
  folder.endsWith('.tar')
    ? `docker load --input ${shellWord(folder)}`
    : `skopeo copy ${shellWord(`oci:${folder}:${reference.split(':')[1]}`)} docker://REGISTRY/${reference}`;
