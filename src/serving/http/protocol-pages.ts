import type { IncomingMessage, ServerResponse } from 'node:http';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Contract } from '../../config/contract.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { DataPlane } from '../data-plane.ts';
import type { ErrorFormatter, ProtocolPage, ProtocolRoutes, ServerView } from '../protocol.ts';
import { decodePathSegment, routePattern } from './path-pattern.ts';
import { codedError, sendError, sendReply } from './reply.ts';

interface Entry {
  readonly page: ProtocolPage;
  readonly pattern: RegExp;
  readonly formatError: ErrorFormatter;
}

/**
 * What protocols answer to GET: health and metadata in the words of each protocol. False where the path is none of
 * theirs.
 */
export function protocolPages(
  plane: DataPlane,
  protocolRoutes: readonly ProtocolRoutes[],
  contract: Contract,
  isStopping: () => boolean,
  logger: Logger,
): (request: IncomingMessage, response: ServerResponse, path: string) => boolean {
  const entries = protocolRoutes.flatMap((routes): Entry[] => {
    const formatError = routes.errorFormatter(contract);
    const pages = routes.pages?.(contract) ?? [];
    return pages.map((page) => ({ page, pattern: routePattern(page.route), formatError }));
  });
  const view = viewOf(plane, contract, isStopping);
  return (request, response, path) => {
    for (const { page, pattern, formatError } of entries) {
      const groups = pattern.exec(path);
      if (!groups) continue;
      const { model, version = null } = groups.groups ?? {};
      try {
        checkMethod(request, path);
        sendReply(
          response,
          page.answer(view, model === undefined ? null : decodePathSegment(model), version),
        );
      } catch (error) {
        const id = String(request.headers['x-request-id'] ?? path);
        const coded = codedError(error, id);
        if (coded.code === 'INTERNAL') logger.error({ path, error }, 'the page failed');
        sendError(response, coded, [], formatError);
      }
      return true;
    }
    return false;
  };
}

function checkMethod({ method }: IncomingMessage, path: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  throw new PlimsollError('METHOD_NOT_ALLOWED', { method, path, allowed: 'GET, HEAD' });
}

function viewOf(plane: DataPlane, { multiModel }: Contract, isStopping: () => boolean): ServerView {
  return {
    get isReady() {
      return !isStopping() && (multiModel || plane.versions.length > 0);
    },
    release: packageJson.version,
    get endpoints() {
      return [...plane.state.endpoints.keys()];
    },
    target: (model, version) => plane.resolve(model, version),
    versions: (model) =>
      plane.versions
        .filter((one) => one.model === model)
        .map(({ version }) => version)
        .sort((a, b) => a - b),
  };
}
