import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAbsolute, relative, resolve } from 'node:path';
import { elementAt } from '../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { isRecord } from '../../core/record.ts';
import { isFolder } from '../../registry/python/folder.ts';
import type { DataPlane } from '../../serving/data-plane.ts';
import { BodyBuffer } from '../../serving/http/body-buffer.ts';
import { errorHeaders } from '../../serving/http/error-headers.ts';
import { requestPath, sendJson } from '../../serving/http/reply.ts';
import type { RequestHandler } from '../proxy.ts';
import { type KnownModel, LoadedModels } from './loaded-models.ts';
import type { LazyFolder } from './workspace.ts';

export interface ModelsApiOptions {
  readonly plane: DataPlane;
  readonly logger: Logger;
  readonly workspace: LazyFolder;
  /** Folder below which the platform unpacks models. */
  readonly root: string;
  /** Bytes that models may take together, or null for what the machine has left. */
  readonly memoryBytes: number | null;
  /** Models of one list. @default {100} */
  readonly page?: number | undefined;
}

/** A body that names a model and a folder is never longer. */
const MOST_BYTES = 65_536;
const PAGE = 100;

/**
 * SageMaker's API of models that come and go (docs/sagemaker/latest/dg/mms-container-apis.html): `POST /models` loads,
 * `GET /models` lists, `GET` and `DELETE /models/{name}` describe and unload. Names are opaque. Errors in the words of
 * the servers that SageMaker's own images run: code, type, message.
 */
export function modelsApi(options: ModelsApiOptions): RequestHandler {
  const models = new LoadedModels(options);
  return (request, response) => {
    answer(models, options, request, response).catch((error: unknown) => {
      const coded = isPlimsollError(error)
        ? error
        : new PlimsollError(
            'INTERNAL',
            { action: 'loading a model', reason: 'see the log' },
            { cause: error },
          );
      if (!isPlimsollError(error)) options.logger.error({ error }, 'a model could not be loaded or unloaded');
      const { http: code, code: type, message } = coded;
      sendJson(response, code, { code, type, message }, errorHeaders(coded));
    });
  };
}

async function answer(
  models: LoadedModels,
  { root, page: size = PAGE }: ModelsApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET' } = request;
  const path = requestPath(request);
  const name = nameIn(path);
  if (name === null && method === 'POST') {
    const { model_name, url } = wanted(await bodyOf(request), root);
    sendJson(response, 200, shown(await models.load(model_name, url)));
  } else if (name === null && method === 'GET') sendJson(response, 200, listOf(models, request, size));
  else if (name !== null && method === 'GET') sendJson(response, 200, shown(models.get(name)));
  else if (name !== null && method === 'DELETE') sendJson(response, 200, shown(await models.unload(name)));
  else {
    const allowed = name === null ? 'GET, POST' : 'GET, DELETE';
    throw new PlimsollError('METHOD_NOT_ALLOWED', { method, path, allowed });
  }
}

/** The name in `/models/{name}`, or null of `/models`. */
function nameIn(path: string): string | null {
  const [, , name] = path.split('/');
  if (name === undefined || name === '') return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const shown = ({ name, url }: KnownModel): Record<string, string> => ({ modelName: name, modelUrl: url });

/** Models after the one that the token names, in the order of their names. */
function listOf(models: LoadedModels, { url = '' }: IncomingMessage, size: number): Record<string, unknown> {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));
  const token = query.get('next_page_token');
  const after = token === null || token === '' ? null : Buffer.from(token, 'base64url').toString();
  const rest = models.list().filter(({ name }) => after === null || name > after);
  const some = rest.slice(0, size);
  const next = rest.length > size ? Buffer.from(elementAt(some, size - 1).name).toString('base64url') : null;
  return { models: some.map(shown), ...(next === null ? {} : { nextPageToken: next }) };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const body = new BodyBuffer(MOST_BYTES);
  for await (const chunk of request) body.add(chunk);
  try {
    return JSON.parse(body.bytes().toString());
  } catch {
    throw new PlimsollError('MODEL_REQUEST_INVALID', { found: 'no JSON' });
  }
}

/** Names are opaque, but for what no header and no log could hold. Throws MODEL_REQUEST_INVALID. */
function wanted(body: unknown, root: string): { readonly model_name: string; readonly url: string } {
  const invalid = (found: string): PlimsollError => new PlimsollError('MODEL_REQUEST_INVALID', { found });
  if (!isRecord(body)) throw invalid('no object');
  const { model_name, url } = body;
  if (typeof model_name !== 'string' || !OPAQUE.test(model_name))
    throw invalid(`model_name ${JSON.stringify(model_name)?.slice(0, 100)}`);
  if (typeof url !== 'string' || !isAbsolute(url)) throw invalid(`url ${JSON.stringify(url)?.slice(0, 100)}`);
  const folder = resolve(url);
  if (relative(root, folder).startsWith('..')) throw invalid(`url "${url}", which is not below ${root}`);
  if (!isFolder(folder)) throw invalid(`url "${url}", where there is no folder`);
  return { model_name, url: folder };
}

const OPAQUE = /^[^\p{Cc}]{1,1024}$/u;
