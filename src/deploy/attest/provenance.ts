/**
 * How an image came to be: a statement of in-toto with SLSA's provenance of version 1 (https://slsa.dev/provenance/v1). It has
 * no time and no name of a machine, so that it is the same for the same image. Pure.
 */
import type { Digest, Platform } from '../image/layout.ts';
import type { NpmArchive, PlatformLock } from '../image/lock.ts';
import { debianPurl, type ImageContents, npmPurl, sha512Of } from './components.ts';

export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
export const PROVENANCE = 'https://slsa.dev/provenance/v1';
/** What cosign writes of its own signatures: the statement says of its subject that it is signed, and nothing else. */
export const SIGNATURE = 'https://sigstore.dev/cosign/sign/v1';
/** Name of the byproduct that is the list of contents. */
export const SBOM_NAME = 'sbom.cdx.json';

export interface InTotoStatement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: object;
}

interface Dependency {
  readonly name: string;
  readonly uri?: string;
  readonly digest: { readonly sha256: string } | { readonly sha512: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Rows that were given with a version; they are not in the image. */
export interface GivenFile {
  readonly kind: 'golden rows' | 'reference data';
  /** sha256, hex. */
  readonly sha256: string;
}

export interface BuildRecord extends ImageContents {
  /** `NAME:VERSION` of the image. */
  readonly reference: string;
  readonly digest: Digest;
  readonly platform: Platform;
  readonly given: readonly GivenFile[];
  readonly sbom: Digest;
  /** Of the lock in its canonical form (RFC 8785). */
  readonly lockDigest: Digest;
}

export const statementOf = (
  { reference, digest }: Pick<BuildRecord, 'reference' | 'digest'>,
  predicateType: string,
  predicate: object,
): InTotoStatement => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: reference, digest: { sha256: hexOf(digest) } }],
  predicateType,
  predicate,
});

export const hexOf = (digest: Digest): string => digest.slice('sha256:'.length);

export function provenanceOf(made: BuildRecord): InTotoStatement {
  const { model, platform, program, sbom } = made;
  return statementOf(made, PROVENANCE, {
    buildDefinition: {
      buildType: 'plimsoll:package-oci/v1',
      externalParameters: {
        model: model.name,
        version: model.version,
        bundle: `sha256:${model.digest}`,
        platform: `${platform.os}/${platform.architecture}`,
      },
      internalParameters: { runtime: model.manifest.runtime, proof: model.manifest.verification.proof },
      resolvedDependencies: dependenciesOf(made),
    },
    runDetails: {
      builder: { id: 'plimsoll:package-oci', version: { plimsoll: program.version } },
      byproducts: [{ name: SBOM_NAME, digest: { sha256: hexOf(sbom) } }],
    },
  });
}

function dependenciesOf({
  model,
  lock,
  lockDigest,
  layers,
  program,
  given,
}: BuildRecord): readonly Dependency[] {
  const { file, digest, sideFiles, converter } = model.manifest;
  const parts = new Set(layers.map(({ part }) => part));
  const app = layers.find(({ part }) => part === 'app');
  return [
    { name: file, digest: { sha256: digest }, annotations: { role: 'model file' } },
    ...sideFiles.map((side) => ({
      name: side.name,
      digest: { sha256: side.digest },
      annotations: { role: 'side file of the model' },
    })),
    ...given.map(({ kind, sha256 }) => ({ name: kind, digest: { sha256 }, annotations: { role: kind } })),
    ...(app === undefined
      ? []
      : [
          {
            name: 'plimsoll',
            uri: npmPurl('plimsoll', program.version),
            digest: { sha256: hexOf(app.diffId) },
            annotations: { role: 'converter and server', converter: String(converter) },
          },
        ]),
    ...(parts.has('base') ? baseOf(lock, lockDigest) : []),
    ...(parts.has('onnxruntime') ? lock.onnxruntime.map(npm) : []),
    ...(parts.has('batch') ? lock.batch.map(npm) : []),
  ];
}

const baseOf = (lock: PlatformLock, digest: Digest): readonly Dependency[] => [
  {
    name: 'base-lock.json',
    digest: { sha256: hexOf(digest) },
    annotations: { role: 'lock of the base' },
  },
  npm(lock.node),
  ...lock.debian.map((one) => ({ name: one.name, uri: debianPurl(one), digest: { sha256: one.sha256 } })),
];

const npm = (one: NpmArchive): Dependency => ({
  name: one.name,
  uri: npmPurl(one.name, one.version),
  digest: { sha512: sha512Of(one) },
});
