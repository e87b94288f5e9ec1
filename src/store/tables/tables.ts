/** All tables over one session. */

import type { Session } from '../session.ts';
import type { Tables } from '../store.ts';
import { apiKeysOver } from './api-keys.ts';
import { auditOver } from './audit.ts';
import { endpointsOver } from './endpoints.ts';
import { feedbackOver } from './feedback.ts';
import { idempotencyOver } from './idempotency.ts';
import { membersOver } from './members.ts';
import { ordersOver } from './orders.ts';
import { ownersOver } from './owners.ts';
import { piecesOver } from './pieces.ts';
import { revisionsOver } from './revisions.ts';
import { rolloutsOver } from './rollouts.ts';
import { trafficOver } from './traffic.ts';
import { versionsOver } from './versions.ts';

export const tablesOver = (session: Session): Tables => ({
  versions: versionsOver(session),
  endpoints: endpointsOver(session),
  rollouts: rolloutsOver(session),
  feedback: feedbackOver(session),
  audit: auditOver(session),
  owners: ownersOver(session),
  idempotency: idempotencyOver(session),
  pieces: piecesOver(session),
  members: membersOver(session),
  orders: ordersOver(session),
  apiKeys: apiKeysOver(session),
  revisions: revisionsOver(session),
  traffic: trafficOver(session),
});
