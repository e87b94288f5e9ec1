/** What is in an image, piece by piece, as far as its layers say. Pure. */
import type { BundledPackage } from '../image/app.ts';
import type { BuiltImage } from '../image/image.ts';
import type { DebianPackage, NpmArchive, PlatformLock } from '../image/lock.ts';
import { IMAGE_NOTICES, type PackagedModel } from '../packaged.ts';

export interface SbomComponent {
  readonly type: 'library' | 'application' | 'platform' | 'machine-learning-model';
  readonly name: string;
  /** Null where nobody says. */
  readonly version: string | null;
  /** An expression of SPDX, or null where nobody says. */
  readonly license: string | null;
  /** https://github.com/package-url/purl-spec; null where it is from no registry of packages. */
  readonly purl: string | null;
  readonly hash: { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string } | null;
  /** By which the national database of vulnerabilities knows it. */
  readonly cpe?: string;
  /** What is in it and cannot be told apart. */
  readonly contains?: readonly SbomComponent[];
  readonly properties?: Readonly<Record<string, string>>;
}

export interface ImageContents {
  readonly model: PackagedModel;
  readonly lock: PlatformLock;
  readonly layers: BuiltImage['layers'];
  readonly packages: readonly BundledPackage[];
  /** Version of this program, and its licence. */
  readonly program: { readonly version: string; readonly license: string };
}

/** All of them (Node, onnxruntime, DuckDB) say so in their own packages. */
const ARCHIVE_LICENSE = 'MIT';

/** In order of the layers; the model comes last. */
export function componentsOf({
  model,
  lock,
  layers,
  packages,
  program,
}: ImageContents): readonly SbomComponent[] {
  const parts = new Set(layers.map(({ part }) => part));
  return unique([
    ...(parts.has('base') ? [node(lock.node), ...lock.debian.map(debian)] : []),
    ...(parts.has('onnxruntime') ? lock.onnxruntime.map((one) => archive(one, 'library')) : []),
    ...(parts.has('batch') ? lock.batch.map((one) => archive(one, 'library')) : []),
    ...(parts.has('app') ? [programComponent(program), ...packages.map(bundled)] : []),
    modelComponent(model),
  ]);
}

/** A package may be in a layer of its own and bundled, too; a list names each piece once. */
const unique = (all: readonly SbomComponent[]): readonly SbomComponent[] =>
  [...new Map(all.toReversed().map((one) => [one.purl ?? one, one])).values()].toReversed();

/** Its package of npm says where it comes from; those who look for what is known to be wrong with it know it otherwise. */
const node = (one: NpmArchive): SbomComponent => ({
  ...archive(one, 'platform'),
  name: 'node',
  cpe: `cpe:2.3:a:nodejs:node.js:${one.version}:*:*:*:*:*:*:*`,
});

const programComponent = ({ version, license }: ImageContents['program']): SbomComponent => ({
  type: 'application',
  name: 'plimsoll',
  version,
  license,
  purl: npmPurl('plimsoll', version),
  hash: null,
  properties: { 'plimsoll:notices': IMAGE_NOTICES },
});

const archive = (one: NpmArchive, type: SbomComponent['type']): SbomComponent => ({
  type,
  name: one.name,
  version: one.version,
  license: ARCHIVE_LICENSE,
  purl: npmPurl(one.name, one.version),
  hash: { alg: 'SHA-512', content: sha512Of(one) },
});

/** Hex, as the integrity of npm has it in base64. */
export const sha512Of = ({ integrity }: NpmArchive): string =>
  Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');

const debian = (one: DebianPackage): SbomComponent => ({
  type: 'library',
  name: one.name,
  version: one.version,
  license: one.license,
  purl: debianPurl(one),
  hash: { alg: 'SHA-256', content: one.sha256 },
});

export const debianPurl = ({ name, version, path }: DebianPackage): string => {
  const architecture = /_([a-z0-9]+)\.deb$/.exec(path)?.[1] ?? 'all';
  return `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-12`;
};

export const npmPurl = (name: string, version: string | null): string =>
  `pkg:npm/${name.replace('@', '%40')}${version === null ? '' : `@${encodeURIComponent(version)}`}`;

const bundled = ({ name, version, license, contains }: BundledPackage): SbomComponent => ({
  type: 'library',
  name,
  version,
  license,
  purl: npmPurl(name, version),
  hash: null,
  ...(contains === undefined ? {} : { contains: contains.map(unversioned) }),
});

const unversioned = (name: string): SbomComponent => ({
  type: 'library',
  name,
  version: null,
  license: null,
  purl: npmPurl(name, null),
  hash: null,
});

function modelComponent({ name, version, digest, manifest }: PackagedModel): SbomComponent {
  const { framework, format, runtime, converter, verification } = manifest;
  return {
    type: 'machine-learning-model',
    name,
    version: String(version),
    license: null,
    purl: null,
    hash: { alg: 'SHA-256', content: manifest.digest },
    properties: {
      'plimsoll:file': manifest.file,
      'plimsoll:bundle': `sha256:${digest}`,
      'plimsoll:framework': `${framework.name} ${framework.version ?? 'of an unknown version'}`,
      'plimsoll:format': format,
      'plimsoll:runtime': runtime,
      'plimsoll:converter': String(converter),
      'plimsoll:proof': verification.proof,
    },
  };
}
