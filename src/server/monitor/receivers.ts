/** What receivers of a server are given of the world. */
import { referencesIn } from '../../core/references.ts';
import type { ReceiverEnvironment } from '../../monitor/alerts/receivers/receiver.ts';

export const receiverSurroundings = (): ReceiverEnvironment => ({
  env: process.env,
  references: referencesIn(process.env),
  externalUrl: process.env['PLIMSOLL_EXTERNAL_URL'] ?? null,
});
