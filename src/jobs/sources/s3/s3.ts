/** Objects of stores that speak S3. */
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { elementAt, valueInMap } from '../../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { isPassing, openClient, parseS3, reasonOf, type S3Address, statusOf } from '../../s3/client.ts';
import type { SourceSpec } from '../../spec/spec.ts';
import { globExpression, isGlob } from '../files/glob.ts';
import { oneFormat } from '../files/listing.ts';
import { ObjectsSource } from '../objects/objects-source.ts';
import type { ObjectStore, StoredObject } from '../objects/store.ts';
import type { OpenSource } from '../source.ts';

/** Objects of one input at most. */
const OBJECTS_MAX = 100_000;
const GONE = new Set([404, 412]);

/** Throws USAGE. */
export const openS3: OpenSource = async ({ source }, _secrets, folder) => {
  const address = parseS3(source.uri);
  const shown = `s3://${address.bucket}/${address.key}`;
  return new ObjectsSource({ store: new S3Store(address, source, shown), spec: source, folder, shown });
};

class S3Store implements ObjectStore {
  readonly ranges = true;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #key: string;
  readonly #spec: SourceSpec;
  readonly #shown: string;

  constructor(address: S3Address, spec: SourceSpec, shown: string) {
    this.#client = openClient(address);
    this.#bucket = address.bucket;
    this.#key = address.key;
    this.#spec = spec;
    this.#shown = shown;
  }

  /** One object, those that match a pattern, or all of one format below a prefix. */
  async list(): Promise<readonly StoredObject[]> {
    const found = await this.#matching();
    const only = this.#spec.only && new Set(this.#spec.only);
    const kept = found.filter(({ uri }) => only === undefined || only.has(uri));
    const what =
      kept.length === 1 && elementAt(kept, 0).uri === this.#shown
        ? 'file'
        : isGlob(this.#key)
          ? 'pattern'
          : 'folder';
    const { paths } = oneFormat(
      this.#shown,
      kept.map(({ uri }) => uri),
      this.#spec.format,
      what,
    );
    const byUri = new Map(kept.map((object) => [object.uri, object]));
    return paths.map((path) => valueInMap(byUri, path));
  }

  async *read(object: StoredObject, from: number, to: number): AsyncIterable<Uint8Array> {
    const [etag, version] = object.version.split(' ');
    const key = object.uri.slice(`s3://${this.#bucket}/`.length);
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Range: `bytes=${from}-${to - 1}`,
          IfMatch: etag,
          ...(version === undefined ? {} : { VersionId: version }),
        }),
      );
      let left = to - from;
      for await (const bytes of Body as AsyncIterable<Uint8Array>) {
        left -= bytes.length;
        yield bytes;
      }
      if (left !== 0)
        throw new PlimsollError('SOURCE_UNAVAILABLE', {
          where: object.uri,
          reason: `the answer is ${left} bytes short`,
        });
    } catch (error) {
      if (!GONE.has(statusOf(error))) throw this.#coded(error, object.uri);
      const found = statusOf(error) === 404 ? 'no such object' : 'another one of that name';
      throw new PlimsollError('INPUT_CHANGED', {
        path: object.uri,
        found,
        wanted: `the one with ETag ${etag}`,
      });
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #matching(): Promise<StoredObject[]> {
    if (isGlob(this.#key)) {
      const expression = globExpression(this.#key);
      const prefix = this.#key.slice(0, this.#key.search(/[*?[{]/));
      return (await this.#below(prefix)).filter(({ uri }) => expression.test(this.#keyOf(uri)));
    }
    const one = this.#key === '' || this.#key.endsWith('/') ? null : await this.#head();
    if (one !== null) return [one];
    const folder = this.#key === '' || this.#key.endsWith('/') ? this.#key : `${this.#key}/`;
    const hidden = /(?:^|\/)[_.]/;
    return (await this.#below(folder)).filter(
      ({ uri }) => !hidden.test(this.#keyOf(uri).slice(folder.length)),
    );
  }

  async #head(): Promise<StoredObject | null> {
    try {
      const found = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#key }));
      const { ETag = '', ContentLength = 0, LastModified, VersionId } = found;
      const version = VersionId === undefined || VersionId === 'null' ? ETag : `${ETag} ${VersionId}`;
      return { uri: this.#shown, size: ContentLength, mtimeMs: LastModified?.getTime() ?? 0, version };
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw this.#coded(error, this.#shown);
    }
  }

  async #below(prefix: string): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    try {
      const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', Size = 0, ETag = '', LastModified } of Contents)
          if (!Key.endsWith('/'))
            found.push({
              uri: `s3://${this.#bucket}/${Key}`,
              size: Size,
              mtimeMs: LastModified?.getTime() ?? 0,
              version: ETag,
            });
        if (found.length > OBJECTS_MAX)
          throw this.#invalid(`there are more than ${OBJECTS_MAX} objects below it`);
      }
    } catch (error) {
      throw this.#coded(error, this.#shown);
    }
    return found;
  }

  #keyOf(uri: string): string {
    return uri.slice(`s3://${this.#bucket}/`.length);
  }

  #coded(error: unknown, where: string): unknown {
    if (isPlimsollError(error)) return error;
    if (statusOf(error) === 404)
      return new PlimsollError('FILE_NOT_FOUND', { path: where }, { cause: error });
    if (!isPassing(error)) return this.#invalid(reasonOf(error), error);
    return new PlimsollError('SOURCE_UNAVAILABLE', { where, reason: reasonOf(error) }, { cause: error });
  }

  #invalid(reason: string, cause?: unknown): PlimsollError {
    return new PlimsollError('SOURCE_INVALID', { where: `"${this.#shown}"`, reason }, { cause });
  }
}
