import type { VerifiedImage } from '../deploy/attest/verify.ts';
import type { Define } from './commands.ts';
import { type KeyOptions, publicKeyFor } from './public-key.ts';
import { type RegistryFlags, registryOptions, withRegistryOptions } from './registry-options.ts';
import { count } from './table.ts';

type AttestationsOptions = KeyOptions & RegistryFlags;

/** `package attestations`: who signed an image, and what they say that it was made from. */
export const packageAttestationsCommand: Define = (command, terminal) => {
  withRegistryOptions(command)
    .description(
      'Checks that a key has signed an image and its provenance, and that its list of contents is the one that was signed.',
    )
    .argument('<image>', 'folder that `package oci` wrote, or HOST/REPOSITORY[:TAG][@DIGEST] in a registry')
    .option('--public-key <file>', 'Ed25519 key in PEM form (default: that of this data folder)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll package attestations churn-image\n' +
        '  $ plimsoll package attestations registry.example.com/team/churn:3 --public-key maker.pem',
    )
    .action(async (image: string) => {
      const options = command.optsWithGlobals<AttestationsOptions>();
      const { folderSource, isLayout } = await import('../deploy/attest/kept.ts');
      const { registrySource } = await import('../deploy/attest/source.ts');
      const { verifyImage } = await import('../deploy/attest/verify.ts');
      const publicKey = await publicKeyFor(options);
      const source = isLayout(image)
        ? folderSource(image)
        : await registrySource(image, PLATFORM, await registryOptions(options));
      const found = await verifyImage(source, publicKey);
      terminal.answer({ verified: true, ...found }, () => textOf(found));
    });
};

/** What images are made for here. */
const PLATFORM = { os: 'linux', architecture: 'amd64' };

function textOf({ image, digest, madeFrom, parameters, components }: VerifiedImage): string {
  const { model, version } = parameters;
  return [
    `${image} is signed by that key: ${digest}`,
    `  made for ${model}@${version}, of ${count(madeFrom.length, 'thing')}:`,
    ...madeFrom.map(({ name, digest: from }) => `    ${name}  ${from}`),
    `  contents: ${count(components, 'component')}`,
  ].join('\n');
}
