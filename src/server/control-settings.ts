import type { AccessSettings } from '../config/access.ts';
import type { DesiredRollouts } from '../control/desired/desired-state.ts';
import type { FileRegistration } from './registration.ts';

/** What a control plane is started with; plain data, so that it can cross to a process of its own. */
export interface ControlSettings extends FileRegistration {
  readonly dataDir: string;
  /** URL of the store, or null for the one in the data folder. */
  readonly storeUrl: string | null;
  /** Path of its Unix socket. */
  readonly socket: string;
  /** New versions replace the old ones at once, without evidence. */
  readonly immediate: boolean;
  /** How each endpoint gets to its versions otherwise; a canary by default. */
  readonly rollouts: DesiredRollouts;
  /** Batch jobs by name, as people write them: made, or replaced, at the start. */
  readonly jobs: Readonly<Record<string, unknown>>;
  /** What is watched, by endpoint, as people write it: set at the start. */
  readonly monitors: Readonly<Record<string, unknown>>;
  /** Share of one processor that monitoring may take for its looks. */
  readonly monitorShare: number;
  /** Address of the router outside that follows an endpoint, by endpoint. */
  readonly routers: Readonly<Record<string, unknown>>;
  /** Folder whose new files become versions, or null. */
  readonly watch: string | null;
  /** May begin with nothing to serve: versions come by the control API. */
  readonly empty?: boolean | undefined;
  /** Processes that serve. */
  readonly copies: number;
  /** Whom the server lets in. */
  readonly access: AccessSettings;
  /** Address that it listens on, for messages. */
  readonly host: string;
}
