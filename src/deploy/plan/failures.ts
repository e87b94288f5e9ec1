/** What a deployment ends with where the cloud says nothing wrong by itself. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { ObservedResource, ResourceKey } from './port.ts';

export const resourceFailed = ({ kind, name }: ResourceKey, { reason }: ObservedResource): PlimsollError =>
  new PlimsollError('CLOUD_FAILED', { kind, name, reason: reason ?? 'it gives no reason' });

export const removed = ({ kind, name }: ResourceKey): PlimsollError =>
  new PlimsollError('CLOUD_FAILED', { kind, name, reason: 'it was made, and somebody has removed it since' });

export const neverReady = ({ kind, name }: ResourceKey, waitMillis: number): PlimsollError =>
  new PlimsollError('CLOUD_TIMEOUT', { kind, name, limit: Math.round(waitMillis / 1000) });

export const staysTaken = ({ kind, name }: ResourceKey, { reason }: ObservedResource): PlimsollError =>
  new PlimsollError('CLOUD_REFUSED', {
    action: `make the ${kind} ${name} again`,
    reason: `it has failed: ${reason ?? 'no reason given'}; its name stays taken, so give it another name in the document`,
  });
