/** What a thread that reads a bundle is asked, and what it answers. */
import type { ErrorMessage } from '../process/messages.ts';
import type { CompiledMaterial } from './material.ts';
import type { BundleManifest, Runtime } from './version.ts';

export interface ReadingRequest {
  readonly dir: string;
  readonly manifest: BundleManifest;
  /** Of the model itself, also where a script goes around it. */
  readonly runtime: Runtime;
}

export type ReadingMessage =
  | { readonly kind: 'read'; readonly material: CompiledMaterial }
  | { readonly kind: 'refused'; readonly error: ErrorMessage };
