import { resolve } from 'node:path';
import { EXIT, PlimsollError } from '../core/errors.ts';
import type { Verification } from '../deploy/contracts/verify.ts';
import type { BuiltImage } from '../deploy/image/image.ts';
import type { Platform } from '../deploy/image/layout.ts';
import type { PackagedModel } from '../deploy/packaged.ts';
import type { Define } from './commands.ts';
import { type ControlOptions, withControlOptions } from './control.ts';
import type { Terminal } from './terminal.ts';

interface PackageOciOptions extends ControlOptions {
  readonly name?: string;
  readonly output: string;
  readonly platform: string;
  readonly with: readonly string[];
  readonly baseArchive?: string;
  readonly verify?: boolean;
}

interface Made {
  readonly image: BuiltImage;
  /** What a container of it does, where that was asked. */
  readonly verification: Verification | null;
}

/** `package oci`: the image of a version, written without Docker. */
export const packageOciCommand: Define = (command, terminal) => {
  withControlOptions(command)
    .description(
      'Writes the image of a version, without Docker: the same bytes wherever it is made. Run it with any container runtime, or push it to a registry.',
    )
    .argument('<model>', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .requiredOption('--output <path>', 'folder (the image layout of OCI), or FILE.tar for `docker load`')
    .option('--name <name>', 'what a model file is called (default: its stem)')
    .option('--platform <os/arch>', 'what it is to run on', 'linux/amd64')
    .option('--with <part...>', 'parts beside serving: batch (DuckDB, 22 MB)', [])
    .option(
      '--base-archive <folder>',
      'folder that holds the packages an image is made of: no network is used',
    )
    .option('--verify', 'start it and hold it to the contract of each platform, clause by clause')
    .addHelpText('after', '\nExamples:\n  $ plimsoll package oci churn.joblib --output churn-image')
    .action(async (reference: string) => {
      const options = command.optsWithGlobals<PackageOciOptions>();
      const { image, verification } = await makeImage(reference, options, terminal);
      if (verification === null) return terminal.answer(documentOf(image), () => textOf(image));
      const { contractsPage } = await import('../deploy/contracts/report.ts');
      terminal.answer({ ...documentOf(image), verification }, () =>
        [textOf(image), contractsPage(verification.contracts)].join('\n\n'),
      );
      if (!verification.passed) process.exitCode = EXIT.failed;
    });
};

async function makeImage(reference: string, options: PackageOciOptions, terminal: Terminal): Promise<Made> {
  const [platform, batch] = [platformOf(options.platform), hasBatch(options.with)];
  const { packagedModel } = await import('./package-model.ts');
  const { archiveSettings } = await import('../deploy/image/archives.ts');
  const { LOCK } = await import('../deploy/image/lock.ts');
  const { writeImage } = await import('../deploy/image/image.ts');
  const { writeOutput } = await import('../deploy/image/output.ts');
  const model = await packagedModel(reference, options, terminal);
  const progress = terminal.progress(reference);
  const onProgress = (stage: string): void => progress.update(stage);
  const folder = options.baseArchive === undefined ? null : resolve(options.baseArchive);
  const archives = archiveSettings({ folder, snapshot: LOCK.snapshot, onProgress });
  try {
    let verification: Verification | null = null;
    const image = await writeOutput(options.output, async (to) => {
      const written = await writeImage(to, { model, platform, batch, archives, onProgress });
      if (options.verify) verification = await verified(written, model, onProgress);
      return written;
    });
    return { image, verification };
  } finally {
    progress.done();
  }
}

/** Before the image is put where it was asked for, since that may be an archive. */
async function verified(
  image: BuiltImage,
  model: PackagedModel,
  onProgress: (stage: string) => void,
): Promise<Verification> {
  onProgress('starting it as each platform does');
  const { verifyImage } = await import('../deploy/contracts/verify.ts');
  return verifyImage(image, model, ({ contract }) => onProgress(`held to the contract of ${contract}`));
}

function platformOf(text: string): Platform {
  const [, os, architecture] = /^([a-z0-9]+)\/([a-z0-9]+(?:\/[a-z0-9]+)?)$/.exec(text) ?? [];
  if (os !== undefined && architecture !== undefined) return { os, architecture };
  const reason = `--platform is "${text}", OS/ARCHITECTURE was wanted, such as linux/amd64`;
  throw new PlimsollError('USAGE', { reason, command: 'package oci' });
}

function hasBatch(parts: readonly string[]): boolean {
  const other = parts.find((part) => part !== 'batch');
  if (other === undefined) return parts.length > 0;
  throw new PlimsollError('USAGE', {
    reason: `--with is "${other}", batch was wanted`,
    command: 'package oci',
  });
}

const documentOf = ({ folder, reference, platform, manifest, config, layers }: BuiltImage): object => ({
  output: folder,
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
});

const sizeOf = (layers: readonly { size: number }[]): number =>
  layers.reduce((sum, { size }) => sum + size, 0);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function textOf({ folder, reference, manifest, layers }: BuiltImage): string {
  const lines = layers.map(
    ({ part, digest, size }) => `  ${part.padEnd(12)}${megabytes(size).padStart(9)}  ${digest}`,
  );
  const load = folder.endsWith('.tar')
    ? `docker load --input ${folder}`
    : `skopeo copy oci:${folder}:${reference.split(':')[1]} docker://REGISTRY/${reference}`;
  const head = `Wrote ${folder}: ${reference}, ${megabytes(sizeOf(layers))}`;
  return [head, ...lines, `  ${manifest.digest} names it`, `Next: ${load}`].join('\n');
}
