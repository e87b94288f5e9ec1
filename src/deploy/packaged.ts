/** A version on its way to somewhere else, and where an image keeps it. Pure. */
import type { BundleManifest } from '../registry/version.ts';

/** A proved version that is about to go somewhere. */
export interface PackagedModel {
  /** Name that clients will call. */
  readonly name: string;
  /** Its number; 1 for a file that no registry knows. */
  readonly version: number;
  /** What names its bundle: sha256, hex. */
  readonly digest: string;
  /** Folder of the bundle. */
  readonly bundle: string;
  readonly manifest: BundleManifest;
}

/** Where an image keeps its versions: `/opt/plimsoll/models/NAME/VERSION/` is a bundle as it lies in the registry. */
export const IMAGE_MODELS = '/opt/plimsoll/models';
/** Where an image has the licences of all that is in it, beside this program. */
export const IMAGE_NOTICES = '/opt/plimsoll/app/THIRD-PARTY-NOTICES';
/** Says to a process where such a tree is; `serve` then serves it as it is, and nothing else. */
export const BUNDLES_VARIABLE = 'PLIMSOLL_BUNDLES';
/** Where an image that holds a version and no program has the same tree, without leading slash: where KServe looks. */
export const ARTIFACT_MODELS = 'models';
