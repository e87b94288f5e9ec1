/** Whether an image is what somebody has signed, and what they say that it was made from. */

import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { signedBytes } from '../../signing/signer.ts';
import type { Descriptor, Digest } from '../image/layout.ts';
import { isDescriptor } from './kept.ts';
import { BUNDLE_TYPE } from './media.ts';
import { hexOf, PROVENANCE, SBOM_NAME, SIGNATURE, STATEMENT_TYPE } from './provenance.ts';
import { SBOM_TYPE } from './sbom.ts';
import type { ImageSource } from './source.ts';

/** More attachments than that are not looked at, nor larger ones. */
const REFERRERS_MAX = 100;
const BLOB_BYTES_MAX = 32 * 2 ** 20;

export interface VerifiedImage {
  readonly image: string;
  readonly digest: Digest;
  /** What the image was made from, by name and digest, as the signed provenance says. */
  readonly madeFrom: readonly { readonly name: string; readonly digest: string }[];
  /** What was to be made. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Pieces that the list of contents names; the list is the one that the provenance names. */
  readonly components: number;
}

/**
 * Takes the attestations that `publicKey` (PEM) has signed, whatever else is attached; those of others say nothing here.
 * Throws ATTESTATION_INVALID, and what the source throws.
 */
export async function verifyAttestations(source: ImageSource, publicKey: string): Promise<VerifiedImage> {
  const { digest } = await source.image();
  const fail = (reason: string): PlimsollError =>
    new PlimsollError('ATTESTATION_INVALID', { image: `${source.name} (${digest})`, reason });
  const attached = await attachedTo(source, digest);
  const statements = attached.flatMap(({ type, bytes }) =>
    type === BUNDLE_TYPE ? statementIn(bytes, digest, publicKey) : [],
  );
  if (attached.length === 0) throw fail('nothing is attached to it');
  if (!statements.some(({ type }) => type === SIGNATURE)) throw fail('that key has not signed it');
  const provenance = statements.find(({ type }) => type === PROVENANCE);
  if (provenance === undefined) throw fail('that key has signed no provenance of it');
  const said = readProvenance(provenance.predicate);
  const sbom = attached.find(
    ({ type, digest: found }) => type === SBOM_TYPE && said.sbom !== null && hexOf(found) === said.sbom,
  );
  if (sbom === undefined) throw fail('the list of contents that its provenance names is not attached to it');
  const components = parsed(sbom.bytes)['components'];
  return {
    image: source.name,
    digest,
    madeFrom: said.madeFrom,
    parameters: said.parameters,
    components: Array.isArray(components) ? components.length : 0,
  };
}

interface Attached {
  readonly type: string;
  readonly digest: Digest;
  readonly bytes: Buffer;
}

/** The one blob of each manifest that names the image as its subject. */
async function attachedTo(source: ImageSource, image: Digest): Promise<readonly Attached[]> {
  const found: Attached[] = [];
  const candidates = (await source.referrers(image)).filter(isOfOurTypes);
  for (const referrer of candidates.slice(0, REFERRERS_MAX)) {
    const { subject, layers, artifactType, config } = parsed(await source.manifest(referrer));
    const isOurs = isRecord(subject) && subject['digest'] === image;
    const layer: unknown = Array.isArray(layers) && layers.length === 1 ? layers[0] : null;
    if (!isOurs || !isDescriptor(layer) || layer.size > BLOB_BYTES_MAX) continue;
    const type = artifactType ?? (isRecord(config) ? config['mediaType'] : null);
    if (type !== BUNDLE_TYPE && type !== SBOM_TYPE) continue;
    found.push({ type, digest: layer.digest, bytes: await source.blob(layer satisfies Descriptor) });
  }
  return found;
}

/** Whatever else is attached is left out before it is counted; old lists do not say what theirs are. */
const isOfOurTypes = ({ artifactType }: Descriptor): boolean =>
  artifactType === undefined || artifactType === BUNDLE_TYPE || artifactType === SBOM_TYPE;

interface Said {
  readonly type: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** The statement about the image in a bundle that the key has signed; none for other images and other keys. */
function statementIn(bytes: Buffer, image: Digest, publicKey: string): readonly Said[] {
  const payload = signedBytes(parsed(bytes)['dsseEnvelope'], STATEMENT_TYPE, publicKey);
  if (payload === null) return [];
  const { subject, predicateType, predicate } = parsed(payload);
  const isAbout = (one: unknown): boolean =>
    isRecord(one) && isRecord(one['digest']) && one['digest']['sha256'] === hexOf(image);
  if (typeof predicateType !== 'string' || !Array.isArray(subject) || !subject.some(isAbout)) return [];
  return [{ type: predicateType, predicate: isRecord(predicate) ? predicate : {} }];
}

function readProvenance(predicate: Readonly<Record<string, unknown>>) {
  const definition = recordIn(predicate, 'buildDefinition');
  const dependencies = listIn(definition, 'resolvedDependencies');
  const byproduct = listIn(recordIn(predicate, 'runDetails'), 'byproducts').find(
    ({ name }) => name === SBOM_NAME,
  );
  const sbom = byproduct === undefined ? null : recordIn(byproduct, 'digest')['sha256'];
  return {
    parameters: recordIn(definition, 'externalParameters'),
    madeFrom: dependencies.map((one) => {
      const [[algorithm, hex] = []] = Object.entries(recordIn(one, 'digest'));
      return { name: String(one['name']), digest: `${algorithm}:${hex}` };
    }),
    sbom: typeof sbom === 'string' ? sbom : null,
  };
}

type Fields = Readonly<Record<string, unknown>>;
const recordIn = (value: Fields, name: string): Fields => (isRecord(value[name]) ? value[name] : {});
const listIn = (value: Fields, name: string): readonly Fields[] =>
  Array.isArray(value[name]) ? value[name].filter(isRecord) : [];

function parsed(bytes: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
