/** What goes with an image: the list of its contents, where it comes from, and a signature under both. */
import { existsSync } from 'node:fs';
import packageJson from '../../../package.json' with { type: 'json' };
import { canonicalJson } from '../../core/canonical-json.ts';
import { elementAt } from '../../core/element-at.ts';
import { keptPath } from '../../registry/bundle.ts';
import { digestOfModelFile } from '../../registry/digest.ts';
import type { Signer } from '../../signing/signer.ts';
import { digestOfBytes } from '../image/gzip.ts';
import type { BuiltImage } from '../image/image.ts';
import { BASE_LOCK, platformName } from '../image/lock.ts';
import type { PackagedModel } from '../packaged.ts';
import type { AttachedArtifact } from '../push/referrers.ts';
import { componentsOf } from './components.ts';
import { BUNDLE_TYPE } from './media.ts';
import {
  type BuildRecord,
  type GivenFile,
  type InTotoStatement,
  provenanceOf,
  SBOM_NAME,
  SIGNATURE,
  STATEMENT_TYPE,
  statementOf,
} from './provenance.ts';
import { bomOf, SBOM_TYPE } from './sbom.ts';

/**
 * The attestations of an image, to be attached to it: its SBOM, its provenance, which names the SBOM by its digest, and its
 * signature. The same image and key give the same bytes: no times are in them.
 */
export async function attestImage(
  image: BuiltImage,
  model: PackagedModel,
  signer: Signer,
): Promise<readonly AttachedArtifact[]> {
  const { reference, manifest, platform, layers, packages } = image;
  const program = { version: packageJson.version, license: packageJson.license };
  // Where the version alone is in it, nothing of a lock is, and it may be for any platform.
  const lock =
    BASE_LOCK.platforms[platformName(platform)] ?? elementAt(Object.values(BASE_LOCK.platforms), 0);
  const contents = { model, lock, layers, packages, program };
  const subject = { reference, digest: manifest.digest, program: program.version };
  const sbom = Buffer.from(JSON.stringify(bomOf(subject, componentsOf(contents))));
  const made: BuildRecord = {
    ...contents,
    reference,
    digest: manifest.digest,
    platform,
    given: await givenFiles(model),
    sbom: digestOfBytes(sbom),
    lockDigest: digestOfBytes(canonicalJson(lock)),
  };
  return [
    { artifactType: SBOM_TYPE, bytes: sbom, title: SBOM_NAME, annotations: {} },
    signed(provenanceOf(made), 'provenance', signer),
    signed(statementOf(made, SIGNATURE, {}), 'signature', signer),
  ];
}

async function givenFiles({ bundle }: PackagedModel): Promise<readonly GivenFile[]> {
  const kinds = [
    ['golden', 'golden rows'],
    ['reference', 'reference data'],
  ] as const;
  const found: GivenFile[] = [];
  for (const [name, kind] of kinds) {
    const path = keptPath(bundle, name);
    if (path !== null && existsSync(path)) found.push({ kind, sha256: await digestOfModelFile(path) });
  }
  return found;
}

/** A statement in an envelope, in what Sigstore's programs take. */
function signed(statement: InTotoStatement, name: string, signer: Signer): AttachedArtifact {
  const bundle = {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: signer.publicKey.keyId } },
    dsseEnvelope: signer.sign(STATEMENT_TYPE, statement),
  };
  return {
    artifactType: BUNDLE_TYPE,
    bytes: Buffer.from(JSON.stringify(bundle)),
    title: `${name}.sigstore.json`,
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': statement.predicateType,
    },
  };
}
