import type { Logger } from '../../core/ports.ts';
import type { WatchEnvironment } from '../../monitor/watch/watch-environment.ts';
import type { MonitorSettings } from './messages.ts';

export interface MonitorProcessOptions extends MonitorSettings {
  readonly surroundings: WatchEnvironment;
  readonly logger: Logger;
  /** Tells this process from all others. */
  readonly holder: string;
  /** Its state may be another one now. */
  readonly onState: () => void;
}
