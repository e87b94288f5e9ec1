import type { IncomingMessage, ServerResponse } from 'node:http';

/** Who may ask a server for what is no prediction. */
export interface PageGuard {
  /** Whether names of models may be told to who asks for health, which everybody may. */
  namesModels(request: IncomingMessage): boolean;
  /** Pages, metrics, metadata. Throws CONTROL_UNAUTHORIZED, SCOPE_FORBIDDEN, HOST_FORBIDDEN, RATE_LIMITED. */
  admitPage(request: IncomingMessage, path: string): void;
  /** What is below `/api/`: who may do what there, the control plane says. Throws RATE_LIMITED. */
  admitControl(request: IncomingMessage, response: ServerResponse): void;
}
