import type { AccessSettings, TlsFiles } from '../config/access.ts';
import type { ConnectionSettings } from '../config/connection-settings.ts';
import type { Logger } from '../core/ports.ts';
import type { AliasSet } from '../metrics/alias-sets.ts';
import type { ControlSettings } from './control-settings.ts';
import type { RegistrationProgress } from './registration.ts';
import type { ServedModel } from './served.ts';

/** What `serve` runs, whether in one process or in several. */
export interface ServiceOptions {
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBody: number;
  readonly connections: ConnectionSettings;
  /** Whom it lets in. */
  readonly access: AccessSettings;
  readonly tls: TlsFiles | null;
  readonly metricsAliases?: readonly AliasSet[] | undefined;
  /** Whether rows and answers are captured for the monitor. */
  readonly captures: boolean;
  readonly control: Omit<ControlSettings, 'dataDir' | 'socket' | 'copies' | 'access'>;
  readonly logger: Logger;
  readonly onProgress: (progress: RegistrationProgress) => void;
}

export interface RunningService {
  readonly url: string;
  readonly models: readonly ServedModel[];
  close(): Promise<void>;
  /** Rejects where serving ends by itself. */
  readonly ended?: Promise<void>;
}
