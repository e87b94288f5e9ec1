import lock from './base-lock.json' with { type: 'json' };
import type { Digest, Platform } from './layout.ts';

/** An archive of the npm registry. */
export interface NpmArchive {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and base64, as package locks have it. */
  readonly integrity: string;
}

/** A package of Debian. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Below the root of a mirror. */
  readonly path: string;
  /** sha256, hex. */
  readonly sha256: string;
  readonly license: string;
  /** Libraries that are taken from it, by the name that programs ask for. */
  readonly libraries: readonly string[];
  /** Licences that are taken from it, to which the documentation of others refers. */
  readonly texts?: readonly string[];
  /** Package whose documentation has its licence: its own, or one it links to. */
  readonly documented: string;
}

/** What a layer that is the same for all models has to be. */
export interface PinnedLayer {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Bytes, compressed and not. */
  readonly size: number;
  readonly unpackedSize: number;
}

export type SharedPart = 'base' | 'onnxruntime' | 'batch';

/** Where what images for one platform are made of comes from. */
export interface PlatformArchives {
  readonly node: NpmArchive;
  readonly debian: readonly DebianPackage[];
  readonly onnxruntime: readonly NpmArchive[];
  readonly batch: readonly NpmArchive[];
}

/** What images for one platform are made of. */
export interface PlatformLock extends PlatformArchives {
  readonly layers: Readonly<Record<SharedPart, PinnedLayer>>;
}

/** `base-lock.json`, which `node tools/image-lock.ts` writes. */
interface BaseLock {
  /** The compressor: that of Node `node`, which makes `probe` of the bytes that `gzip.ts` gives it. */
  readonly zlib: { readonly version: string; readonly node: string; readonly probe: Digest };
  /** Time of the archive that keeps packages which mirrors have replaced, as snapshot.debian.org names it. */
  readonly snapshot: string;
  /** By `os/architecture`. */
  readonly platforms: Readonly<Record<string, PlatformLock>>;
}

export const BASE_LOCK = lock as unknown as BaseLock;

export const platformName = ({ os, architecture }: Platform): string => `${os}/${architecture}`;
