import type { ReadSetting } from './settings.ts';

/** What one serving process takes at once. */
export interface ConnectionSettings {
  /** Connections, as far as descriptors reach. */
  readonly maxConnections: number;
  /** Bodies being received. */
  readonly maxReceiving: number;
  /** Share of these that one address, or one /64, may hold, 0 to 1. */
  readonly peerShare: number;
}

export const connectionsIn = (value: ReadSetting): ConnectionSettings => ({
  maxConnections: value('maxConnections'),
  maxReceiving: value('maxReceiving'),
  peerShare: value('peerShare'),
});
