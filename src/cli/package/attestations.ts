import { existsSync } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';
import type { ImageSource } from '../../deploy/attest/source.ts';
import type { VerifiedImage } from '../../deploy/attest/verify.ts';
import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import { type PublicKeyOptions, publicKeyFor } from '../files/public-key.ts';
import { type RegistryFlags, registryOptions, withRegistryOptions } from './registry-options.ts';

type AttestationsOptions = PublicKeyOptions & RegistryFlags;

/** `package attestations`: who signed an image, and what they say that it was made from. */
export const packageAttestationsCommand: DefineCommand = (command, terminal) => {
  withRegistryOptions(command)
    .description(
      'Checks that a key has signed an image and its provenance, and that its list of contents is the one that was signed.',
    )
    .argument(
      '<image>',
      'folder or FILE.tar that `package oci` wrote, or HOST/REPOSITORY[:TAG][@DIGEST] in a registry',
    )
    .option('--public-key <file>', 'Ed25519 key in PEM form (default: that of this data folder)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll package attestations churn-image\n' +
        '  $ plimsoll package attestations registry.example.com/team/churn:3 --public-key maker.pem',
    )
    .action(async (image: string) => {
      const options = command.optsWithGlobals<AttestationsOptions>();
      const { verifyAttestations } = await import('../../deploy/attest/verify.ts');
      const publicKey = await publicKeyFor(options);
      const source = await sourceOf(image, options);
      const found = await verifyAttestations(source, publicKey);
      terminal.answer({ verified: true, ...found }, () => textOf(found));
    });
};

/**
 * What is there on this machine is never asked of a registry, and neither is what looks like a path: a name without a host
 * means Docker Hub, which would be told it. Throws FILE_NOT_FOUND, IMAGE_DAMAGED, and what opening a registry throws.
 */
async function sourceOf(image: string, options: AttestationsOptions): Promise<ImageSource> {
  const { keptSource } = await import('../../deploy/attest/kept.ts');
  const { imageFiles } = await import('../../deploy/image/files.ts');
  const files = imageFiles(image);
  if (files !== null) return keptSource(files);
  if (existsSync(image))
    throw new PlimsollError('IMAGE_DAMAGED', {
      ...{ path: image, found: 'no oci-layout in it' },
      wanted: 'a folder or an archive that `package oci` wrote',
    });
  if (/^[./~]|\.tar$/.test(image) || !image.includes('/'))
    throw new PlimsollError('FILE_NOT_FOUND', { path: image });
  const { registrySource } = await import('../../deploy/attest/source.ts');
  return registrySource(image, PLATFORM, await registryOptions(options));
}

/** What images are made for here. */
const PLATFORM = { os: 'linux', architecture: 'amd64' };

function textOf({ image, digest, madeFrom, parameters, components }: VerifiedImage): string {
  const { model, version } = parameters;
  return [
    `${image} is signed by that key: ${digest}`,
    `  made for ${model}@${version}, of ${countText(madeFrom.length, 'thing')}:`,
    ...madeFrom.map(({ name, digest: from }) => `    ${name}  ${from}`),
    `  contents: ${countText(components, 'component')}`,
  ].join('\n');
}
