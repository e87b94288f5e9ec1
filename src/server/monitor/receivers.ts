/** What receivers of a server are given of the world. */
import { referencesIn } from '../../core/references.ts';
import type { Surroundings } from '../../monitor/alerts/receivers/receiver.ts';

export const receiverSurroundings = (): Surroundings => ({
  env: process.env,
  references: referencesIn(process.env),
  externalUrl: process.env['PLIMSOLL_EXTERNAL_URL'] ?? null,
});
