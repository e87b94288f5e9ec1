/** As much of S3 as it takes to keep model data: buckets and objects, by path. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { World } from './world.ts';

export interface S3Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const missing = (code: string): AwsError => new AwsError(code, 'It does not exist.', 404);

/** Name of the operation, for the list of calls. */
export function s3Operation({ method, url }: Pick<S3Request, 'method' | 'url'>): string {
  const isBucket = !/^\/[^/]+\/./.test(url.pathname);
  if (method === 'GET' && isBucket) return 'ListObjectsV2';
  const verb = { GET: 'Get', PUT: 'Put', HEAD: 'Head', DELETE: 'Delete' }[method] ?? method;
  return isBucket ? (method === 'PUT' ? 'CreateBucket' : `${verb}Bucket`) : `${verb}Object`;
}

export function answerS3(world: World, request: S3Request): S3Answer {
  const { method, url } = request;
  if (url.searchParams.has('uploads') || url.searchParams.has('uploadId'))
    throw new AwsError('NotImplemented', 'Uploads in parts are not played here.', 501);
  const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  if (key === '' && method === 'PUT') {
    if (!world.buckets.has(bucket)) world.buckets.set(bucket, new Map());
    return { status: 200 };
  }
  const objects = world.buckets.get(bucket);
  if (!objects) throw missing('NoSuchBucket');
  if (key === '') return method === 'HEAD' ? { status: 200 } : listing(bucket, objects, url);
  if (method === 'PUT') {
    const body = plainBody(request);
    const wanted = request.headers['x-amz-checksum-sha256'];
    if (wanted !== undefined && wanted !== createHash('sha256').update(body).digest('base64'))
      throw new AwsError('BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    objects.set(key, { body, etag, metadata: metadataOf(request.headers) });
    return { status: 200, headers: { etag } };
  }
  if (method === 'DELETE') {
    objects.delete(key);
    return { status: 204 };
  }
  const found = objects.get(key);
  if (!found) throw missing('NoSuchKey');
  const headers = {
    etag: found.etag,
    'content-length': String(found.body.length),
    ...prefixed(found.metadata),
  };
  return { status: 200, headers, body: found.body };
}

function listing(bucket: string, objects: ReadonlyMap<string, { body: Buffer }>, url: URL): S3Answer {
  const asked = url.searchParams;
  const prefix = asked.get('prefix') ?? '';
  const all = [...objects].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  const start = Number(asked.get('continuation-token') ?? 0);
  const end = start + Math.min(Number(asked.get('max-keys') ?? LIST_MAX), LIST_MAX);
  const next = end < all.length ? `<NextContinuationToken>${end}</NextContinuationToken>` : '';
  const contents = all
    .slice(start, end)
    .map(([key, { body }]) => `<Contents><Key>${escaped(key)}</Key><Size>${body.length}</Size></Contents>`);
  const body = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>${next !== ''}</IsTruncated>${next}<KeyCount>${contents.length}</KeyCount>${contents.join('')}</ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** Objects of one page. */
const LIST_MAX = 1000;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const META = 'x-amz-meta-';
const metadataOf = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(META))
      .map(([name, value]) => [name.slice(META.length), String(value)]),
  );
const prefixed = (metadata: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${META}${name}`, value]));

/** A body that was signed piece by piece lies between lines of `SIZE;chunk-signature=…`. */
function plainBody({ headers, body }: S3Request): Buffer {
  if (!String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) return body;
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(size > 0)) break;
    pieces.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}

export const s3Error = ({ code, message, status }: AwsError): S3Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
});
