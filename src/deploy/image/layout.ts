import { join } from 'node:path';

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** What is run on: as Go spells them. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** Names bytes by their digest (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** One layer, with what it is for. */
export interface ImageLayer extends Descriptor {
  /** Which of the parts of an image it is. */
  readonly part: 'base' | 'onnxruntime' | 'batch' | 'app' | 'model';
  /** Digest of the tar archive before it was compressed. */
  readonly diffId: Digest;
}

/** An image in a folder as the image layout of OCI has it: every blob it names lies under `blobPath`. */
export interface ImageLayout {
  /** Folder with `oci-layout`, `index.json` and `blobs/`. */
  readonly folder: string;
  /** `NAME:VERSION`; what `index.json` calls it. */
  readonly reference: string;
  readonly platform: Platform;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  /** From the base up. */
  readonly layers: readonly ImageLayer[];
}

/** Where a layout keeps the bytes of a digest. */
export const blobPath = (folder: string, digest: Digest): string =>
  join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length));
