/** What is in an image, piece by piece, as far as its layers say. Pure. */
import type { BundledPackage } from '../image/app.ts';
import type { BuiltImage } from '../image/image.ts';
import type { DebianPackage, NpmArchive, PlatformLock } from '../image/lock.ts';
import type { PackagedModel } from '../packaged.ts';

export interface Component {
  readonly type: 'library' | 'application' | 'platform' | 'machine-learning-model';
  readonly name: string;
  readonly version: string;
  /** An expression of SPDX, or null where nobody says. */
  readonly license: string | null;
  /** https://github.com/package-url/purl-spec; null where it is from no registry of packages. */
  readonly purl: string | null;
  readonly hash: { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string } | null;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface Contents {
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
export function componentsOf({ model, lock, layers, packages, program }: Contents): readonly Component[] {
  const parts = new Set(layers.map(({ part }) => part));
  return [
    ...(parts.has('base')
      ? [{ ...archive(lock.node, 'platform'), name: 'node' }, ...lock.debian.map(debian)]
      : []),
    ...(parts.has('onnxruntime') ? lock.onnxruntime.map((one) => archive(one, 'library')) : []),
    ...(parts.has('batch') ? lock.batch.map((one) => archive(one, 'library')) : []),
    ...(parts.has('app') ? [programComponent(program), ...packages.map(bundled)] : []),
    modelComponent(model),
  ];
}

const programComponent = ({ version, license }: Contents['program']): Component => ({
  type: 'application',
  name: 'plimsoll',
  version,
  license,
  purl: npmPurl('plimsoll', version),
  hash: null,
});

const archive = (one: NpmArchive, type: Component['type']): Component => ({
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

const debian = (one: DebianPackage): Component => ({
  type: 'library',
  name: one.name,
  version: one.version,
  license: one.license,
  purl: debianPurl(one),
  hash: { alg: 'SHA-256', content: one.sha256 },
});

export const debianPurl = ({ name, version, path }: DebianPackage): string => {
  const architecture = /_([a-z0-9]+)\.deb$/.exec(path)?.[1] ?? 'all';
  return `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
};

export const npmPurl = (name: string, version: string): string =>
  `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;

const bundled = ({ name, version, license }: BundledPackage): Component => ({
  type: 'library',
  name,
  version,
  license,
  purl: npmPurl(name, version),
  hash: null,
});

function modelComponent({ name, version, digest, manifest }: PackagedModel): Component {
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
