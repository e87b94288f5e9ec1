/** The console: static files of a page that asks the control API. They say nothing of this server, and are for whoever comes. */
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { systemCodeOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { pageSecurity } from '../serving/http/page-security.ts';
import { sendError } from '../serving/http/reply.ts';

/** What `tools/console.ts` has built: beside the bundle in `dist/`, or there in the checkout. */
const FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/console/' : './console/', import.meta.url),
);
const PAGE = 'index.html';
/** The page that looks into a file in the browser; nothing of this server is on it. */
const INSPECT_PAGE = 'inspect.html';
/** Every file is compressed when it is built. */
const PACKED = '.gz';

/** Nothing is loaded from anywhere else, nothing inline runs or styles, nobody frames the page. */
const SECURITY = pageSecurity([
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
]);

/**
 * Of that page, and of the thread that reads the file, which keeps to the policy that its own file came with: no connection at
 * all. Pictures are in the page itself, since an address of one could tell something, too.
 */
const CLOSED = pageSecurity([
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "worker-src 'self'",
  "connect-src 'none'",
]);

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** By their paths in the folder. */
type ConsoleFiles = ReadonlyMap<string, Buffer>;

export interface ConsoleSite {
  handle(request: IncomingMessage, response: ServerResponse, path: string): void;
}

/** Reads what was built, once. Throws INTERNAL where it is not there. */
export async function openConsole(): Promise<ConsoleSite> {
  const files = await readFiles();
  return {
    handle(request, response, path) {
      const page = (name: string): void => send(request, response, name, files.get(name) ?? missing(name));
      if (/^\/inspect\/?$/.test(path)) return page(INSPECT_PAGE);
      const name = path.replace(/^\/console\/?/, '');
      const file = name === INSPECT_PAGE ? undefined : files.get(name);
      if (file !== undefined) send(request, response, name, file);
      // Every other path is one of the page's own, but a file that was there in another build is no page.
      else if (name.startsWith('assets/'))
        sendError(response, new PlimsollError('ROUTE_NOT_FOUND', { path }));
      else page(PAGE);
    },
  };
}

async function readFiles(): Promise<ConsoleFiles> {
  const names = await readdir(FOLDER, { recursive: true }).catch((error: unknown) => {
    throw systemCodeOf(error) === 'ENOENT' ? notBuilt(FOLDER) : error;
  });
  const packed = names.filter((name) => name.endsWith(PACKED));
  const read = async (name: string) =>
    [name.replaceAll('\\', '/').slice(0, -PACKED.length), await readFile(FOLDER + name)] as const;
  return new Map(await Promise.all(packed.map(read)));
}

const notBuilt = (where: string): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: 'the console',
    reason: `${where} is not there: npm run build makes it`,
  });

function missing(name: string): never {
  throw notBuilt(FOLDER + name);
}

function send(request: IncomingMessage, response: ServerResponse, name: string, packed: Buffer): void {
  const takesPacked = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = takesPacked ? packed : gunzipSync(packed);
  const isAsset = name.startsWith('assets/');
  response.writeHead(200, {
    ...(isAsset || name === INSPECT_PAGE ? CLOSED : SECURITY),
    'content-type': TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'content-length': body.length,
    vary: 'accept-encoding',
    // Names hold the digest of what is in them.
    'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(takesPacked ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(body);
}
