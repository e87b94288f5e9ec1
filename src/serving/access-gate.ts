import type { IncomingMessage } from 'node:http';

/** What is looked at of a request. */
export type GatedRequest = Pick<IncomingMessage, 'method' | 'headers' | 'socket'>;

/**
 * Who may ask for predictions, and how often. Asked once a request, before its body is read; what it costs is paid by
 * every prediction.
 */
export interface AccessGate {
  /**
   * `endpoint` is the name of the endpoint, or of the model where the path names a version. Throws PREDICTION_UNAUTHORIZED,
   * PREDICTION_FORBIDDEN or RATE_LIMITED.
   */
  admit(request: GatedRequest, endpoint: string): void;
}
