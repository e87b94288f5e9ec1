import type { Logger } from '../../core/ports.ts';
import type { Surroundings } from '../../monitor/watch/surroundings.ts';
import type { MonitorSettings } from './messages.ts';

export interface MonitorProcessOptions extends MonitorSettings {
  readonly surroundings: Surroundings;
  readonly logger: Logger;
  /** Tells this process from all others. */
  readonly holder: string;
  /** Its state may be another one now. */
  readonly onState: () => void;
}
