import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import packageJson from '../../../package.json' with { type: 'json' };
import { ASSETS, type AssetName, assetPath } from '../../config/assets.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { hasKey } from '../../core/record.ts';
import { NO_RAW_ENDS } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { DataPlane, ServedEndpoint } from '../data-plane.ts';
import { pageSecurity } from '../http/page-security.ts';
import { requestPath, sendError, sendJson } from '../http/reply.ts';
import { plain } from '../protocols/plain.ts';
import { type OpenApiEndpoint, openapi } from './openapi.ts';
import { LANDING_STYLE, landingPage, redocPage, SCRIPTS, swaggerPage } from './pages.ts';
import { CLIENT_INDEX_PATHS, clientIndex, readWheel, requestOrigin, WHEEL_PATH } from './python-client.ts';

/** Nothing is loaded from anywhere else, nothing inline runs, nobody frames the pages. */
const SECURITY = pageSecurity([
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
]);

interface Content {
  readonly type: string;
  readonly body: string | Buffer;
}

/** ReDoc asks a content network for its logo; an empty picture takes its place, and no request leaves the machine. */
const REDOC_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const EMPTY_PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";

/** The pages for people and the OpenAPI description, of whatever the plane holds when they are asked for. */
export function createDocsSite(
  plane: DataPlane,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let [state, contents] = [plane.state, contentsOf(plane)];
  return async (request, response) => {
    if (state !== plane.state) [state, contents] = [plane.state, contentsOf(plane)];
    await answer(request, response, await contents);
  };
}

/** What is the same for everybody, or is made for the one who asks. */
type Page = Content | ((request: IncomingMessage) => Promise<Content>);
type Contents = Map<string, Page>;

const html = (body: string): Content => ({ type: 'text/html; charset=utf-8', body });

async function contentsOf(plane: DataPlane): Promise<Contents> {
  const { versions, endpoints } = plane.state;
  const options = {
    version: packageJson.version,
    main: mainOf(plane),
    endpoints: new Map([...endpoints].map(([name, endpoint]) => [name, described(endpoint)])),
  };
  const answers = await exampleAnswers(plane);
  const description = JSON.stringify(openapi(versions, { ...options, answers }));
  return new Map<string, Page>([
    ['/', async (request) => html(landingPage(versions, originFor(request) + WHEEL_PATH))],
    ...CLIENT_INDEX_PATHS.map((path): [string, Page] => [
      path,
      async (request) => html(await clientIndex(originFor(request))),
    ]),
    [WHEEL_PATH, async () => ({ type: 'application/octet-stream', body: await readWheel() })],
    ['/docs', html(swaggerPage('docs.js'))],
    ['/api/v1/docs', html(swaggerPage('control-docs.js'))],
    ['/redoc', html(redocPage())],
    ['/openapi.json', { type: 'application/json', body: description }],
    ['/assets/plimsoll.css', { type: 'text/css; charset=utf-8', body: LANDING_STYLE }],
    ...Object.entries(SCRIPTS).map(([name, body]): [string, Content] => [
      `/assets/${name}`,
      { type: SCRIPT, body },
    ]),
  ]);
}

async function answer(request: IncomingMessage, response: ServerResponse, contents: Contents): Promise<void> {
  const path = requestPath(request).replace(/(?<=.)\/$/, '');
  const page = contents.get(path);
  if (path === '/' && !wantsHtml(request)) sendJson(response, 200, { status: 'alive' });
  else if (page) send(response, typeof page === 'function' ? await page(request) : page);
  else await sendAsset(response, path, contents);
}

const originFor = ({ headers, socket }: IncomingMessage): string =>
  requestOrigin(headers, 'encrypted' in socket);

const wantsHtml = (request: IncomingMessage): boolean =>
  request.headers.accept?.includes('text/html') ?? false;

const described = ({ main, route }: ServedEndpoint): OpenApiEndpoint => ({
  target: main,
  unit: route.unit,
  raw: main.engine.raw ?? NO_RAW_ENDS,
});

function mainOf(plane: DataPlane): OpenApiEndpoint | null {
  try {
    return described(plane.endpoint(null));
  } catch {
    return null;
  }
}

/** Slower models show no answer of their own: the pages must not hold the loop. */
const EXAMPLE_MICROS = 2000;

/** What each quick version answers to its example row; one that fails has no answer to show. */
async function exampleAnswers(plane: DataPlane): Promise<Map<LoadedVersion, unknown>> {
  const answers = new Map<LoadedVersion, unknown>();
  for (const target of plane.versions) {
    if (target.manifest.rowMicros > EXAMPLE_MICROS) continue;
    const answer = await exampleAnswer(plane, target).catch(() => undefined);
    if (answer !== undefined) answers.set(target, answer);
  }
  return answers;
}

async function exampleAnswer(plane: DataPlane, target: LoadedVersion): Promise<unknown> {
  const batch = plain.decode(target)({ rows: [target.manifest.example] });
  const { outputs, rows } = await plane.infer({ target, batch });
  return JSON.parse(plain.encode(target)(outputs, rows, 'f81d4fae7dec-1', null));
}

const SCRIPT = 'text/javascript; charset=utf-8';
const TYPES: Readonly<Record<string, string>> = {
  js: SCRIPT,
  css: 'text/css; charset=utf-8',
  png: 'image/png',
};

async function sendAsset(response: ServerResponse, path: string, contents: Contents): Promise<void> {
  const name = path.replace('/assets/', '');
  if (!hasKey(ASSETS, name)) {
    sendError(response, new PlimsollError('ROUTE_NOT_FOUND', { path }));
    return;
  }
  try {
    const content = await readAsset(name);
    contents.set(path, content);
    send(response, content);
  } catch (error) {
    sendError(
      response,
      new PlimsollError('INTERNAL', { action: `reading ${name}`, reason: messageOf(error) }),
    );
  }
}

async function readAsset(name: AssetName): Promise<Content> {
  const bytes = await readFile(assetPath(name));
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  const body =
    name === 'redoc.standalone.js' ? bytes.toString().replaceAll(REDOC_LOGO, EMPTY_PICTURE) : bytes;
  return { type, body };
}

function send(response: ServerResponse, { type, body }: Content): void {
  response.writeHead(200, { ...SECURITY, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
