/**
 * The list of what is in an image, as CycloneDX 1.6 has it (https://cyclonedx.org/docs/1.6/json/). It has no time: the same
 * image has the same list, whenever it is made. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import type { Digest } from '../image/layout.ts';
import type { SbomComponent } from './components.ts';

export const SBOM_TYPE = 'application/vnd.cyclonedx+json';

export interface BomSubject {
  /** `NAME:VERSION` of the image. */
  readonly reference: string;
  readonly digest: Digest;
  /** Version of this program, which makes it. */
  readonly program: string;
}

export function bomOf(
  { reference, digest, program }: BomSubject,
  components: readonly SbomComponent[],
): object {
  const [name = '', version = ''] = reference.split(':');
  const hex = digest.slice('sha256:'.length);
  const ref = `pkg:oci/${name}@${encodeURIComponent(digest)}`;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(hex)}`,
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'plimsoll', version: program }] },
      component: {
        type: 'container',
        'bom-ref': ref,
        name,
        version,
        purl: ref,
        hashes: [{ alg: 'SHA-256', content: hex }],
      },
    },
    components: components.map(entryOf),
    dependencies: [{ ref, dependsOn: components.map(refOf) }],
  };
}

const refOf = ({ purl, name, version }: SbomComponent): string => purl ?? `model:${name}@${version}`;

function entryOf(component: SbomComponent): object {
  const { type, name, version, license, purl, hash, cpe, properties, contains } = component;
  return {
    type,
    // What is inside of another piece may be in several: nothing refers to it.
    ...(version === null ? {} : { 'bom-ref': refOf(component) }),
    name,
    ...(version === null ? {} : { version }),
    ...(hash === null ? {} : { hashes: [hash] }),
    ...(license === null ? {} : { licenses: [licenseOf(license)] }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(purl === null ? {} : { purl }),
    ...(properties === undefined
      ? {}
      : { properties: Object.entries(properties).map(([key, value]) => ({ name: key, value })) }),
    ...(contains === undefined ? {} : { components: contains.map(entryOf) }),
  };
}

/** Identifiers of SPDX with its operators between; what is none is a name that somebody has given a licence. */
const EXPRESSION = /^\(*[A-Za-z0-9.+-]+\)*(?: (?:AND|OR|WITH) \(*[A-Za-z0-9.+-]+\)*)*$/;

const licenseOf = (text: string): object =>
  EXPRESSION.test(text) ? { expression: text } : { license: { name: text } };

/** A UUID of version 8 (RFC 9562, 5.8) from the first bits of a digest. */
function uuidOf(hex: string): string {
  const variant = ((Number.parseInt(elementAt(hex, 16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
