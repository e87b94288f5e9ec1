/** A server of tokens for docker-registry's `auth: token`: real JWTs, signed with a key whose certificate the registry has. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TokenServer {
  /** The line of docker-registry's configuration that trusts it. */
  readonly auth: string;
  /** What has been asked of it: query or form, and `Authorization`. */
  readonly asked: { readonly parameters: URLSearchParams; readonly authorization: string | undefined }[];
  /** Seconds that it says its tokens hold. */
  says: number;
  /** Seconds that the next ones do; 300 where nothing is said. */
  readonly holds: number[];
  stop(): Promise<void>;
}

const BASIC = `Basic ${Buffer.from('somebody:secret').toString('base64')}`;
export const REFRESH_TOKEN = 'refresh-me';

/** Somebody may push; nobody may read. */
export async function startTokens(): Promise<TokenServer> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tokens-'));
  makeCertificate(folder, 'tokens');
  const server = createServer(async (request, response) => {
    const parameters = await parametersOf(request);
    const { authorization } = request.headers;
    tokens.asked.push({ parameters, authorization });
    const isSomebody = authorization === BASIC || parameters.get('refresh_token') === REFRESH_TOKEN;
    if (authorization !== undefined && !isSomebody) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'incorrect password' }] }));
      return;
    }
    const access = (parameters.getAll('scope').join(' ').match(/\S+/g) ?? []).map((scope) => {
      const [type, name, actions = ''] = scope.split(':');
      return { type, name, actions: actions.split(',').filter((one) => isSomebody || one === 'pull') };
    });
    const token = signed(folder, access, parameters.get('service') ?? '', tokens.holds.shift() ?? 300);
    response.end(JSON.stringify({ token, expires_in: tokens.says }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const tokens: TokenServer = {
    auth: `{token: {realm: "${realm}", service: test-registry, issuer: test-issuer, rootcertbundle: ${join(folder, 'cert.pem')}}}`,
    asked: [],
    says: 300,
    holds: [],
    stop: async () => {
      server.close().closeAllConnections();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
  return tokens;
}

/** `key.pem` and `cert.pem` of a host on this machine. */
export function makeCertificate(folder: string, name: string): void {
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}

async function parametersOf(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.method === 'GET') return new URL(request.url ?? '', 'http://here').searchParams;
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

function signed(folder: string, access: readonly object[], aud: string, seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const pem = readFileSync(join(folder, 'cert.pem'), 'utf8');
  const x5c = [pem.replaceAll(/-----[^-]+-----|\s/g, '')];
  const claims = { iss: 'test-issuer', sub: 'somebody', aud, jti: `${Math.random()}` };
  const times = { iat: now, nbf: now - 10, exp: now + seconds };
  const body = [
    { typ: 'JWT', alg: 'ES256', x5c },
    { ...claims, ...times, access },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = createPrivateKey(readFileSync(join(folder, 'key.pem')));
  const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}
