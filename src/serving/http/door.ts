import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { DataPlane } from '../data-plane.ts';
import { PROTOCOLS } from '../protocols/all.ts';
import { codedError, pathOf, sendError } from './answer.ts';
import { Exchange } from './exchange.ts';
import type { HttpLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Offload } from './offload.ts';
import { isRequestId, requestIds } from './request-id.ts';
import { type Route, Routes } from './routes.ts';
import { Turns } from './turns.ts';

export interface DoorOptions {
  readonly plane: DataPlane;
  readonly metrics: Metrics;
  readonly offload: Offload;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  /** Answers every path that is no prediction path; false where it does not know it. */
  readonly otherwise: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
}

/** The bare handler of `node:http` for predictions: one lookup, one body, one answer, and no hooks. */
export class Door {
  readonly options: DoorOptions;
  readonly turns = new Turns();
  readonly newId = requestIds();
  readonly #routes: Routes;
  /** Once set, every answer asks its client to connect elsewhere. */
  stopping = false;

  constructor(options: DoorOptions) {
    this.options = options;
    this.#routes = new Routes(options.plane, PROTOCOLS, options.metrics);
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const route = this.#routes.exact(request.url!);
    if (route !== undefined && request.method === 'POST') this.#predict(request, response, route);
    else this.#find(request, response);
  };

  idOf(request: IncomingMessage): string {
    const given = request.headers['x-request-id'];
    return given !== undefined && isRequestId(given) ? given : this.newId();
  }

  /** Paths with queries or escapes, other methods, other pages, and mistakes. */
  #find(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request);
    try {
      const route = this.#routes.match(path);
      if (route && request.method === 'POST') this.#predict(request, response, route);
      else if (route)
        throw new PlimsollError('METHOD_NOT_ALLOWED', { method: request.method, path, allowed: 'POST' });
      else if (!this.options.otherwise(request, response, path))
        throw new PlimsollError('ROUTE_NOT_FOUND', { path });
    } catch (error) {
      const id = this.idOf(request);
      sendError(response, codedError(error, id), ['x-request-id', id]);
    }
  }

  #predict(request: IncomingMessage, response: ServerResponse, route: Route): void {
    new Exchange(this, request, response, route).start();
  }
}
