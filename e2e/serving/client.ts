import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | unknown;
  readonly agent?: Agent;
}

/** One request, with nothing added to it: no content type, no encoding, no retry. */
export function call(url: string, { method, headers = {}, body, agent }: Call = {}): Promise<Reply> {
  const bytes =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array
      ? body
      : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const options = {
      method: method ?? (bytes === undefined ? 'GET' : 'POST'),
      headers,
      agent: agent ?? false,
    };
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson =
          text !== '' && /^application\/json(?:;|$)/.test(response.headers['content-type'] ?? '');
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text,
          json: isJson ? JSON.parse(text) : null,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
