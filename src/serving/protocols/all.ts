import type { Protocol } from '../protocol.ts';
import { plain } from './plain.ts';

/** Every protocol that this server speaks over HTTP. */
export const PROTOCOLS: readonly Protocol[] = [plain];
