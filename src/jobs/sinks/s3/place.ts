/** Where a run writes in an object store, and what it puts there in its name. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { errorNameOf } from '../../../core/error-text.ts';
import { type ErrorCode, isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { isPassing, openClient, parseS3, reasonOf, statusOf } from '../../s3/client.ts';
import { putFile, putText } from '../../s3/put.ts';
import type { SinkRun } from '../sink.ts';

/** Kept with each object: the run, the fence of its holder, the digest of the bytes. */
export interface ObjectMark {
  readonly etag: string;
  readonly size: number;
  readonly run: string;
  readonly fence: number;
  readonly sha256: string;
}

/** What a conditional put comes to: another object may be there by now. */
const OUTRUN: ReadonlySet<number> = new Set([409, 412]);
const ATTEMPTS = 5;

export class ObjectPlace {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly #run: SinkRun;

  constructor(run: SinkRun) {
    const address = parseS3(run.spec.sink.uri);
    this.client = openClient(address);
    this.bucket = address.bucket;
    this.key = address.key;
    this.#run = run;
  }

  get shown(): string {
    return `s3://${this.bucket}/${this.key}`;
  }

  /** Finds out before hours of work whether there is such a bucket, as far as this user may know. */
  async probe(): Promise<void> {
    await this.ask(() =>
      this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: this.key, MaxKeys: 1 })),
    );
  }

  /** What stands under a key, or null. */
  head(Key: string): Promise<ObjectMark | null> {
    return this.#orNull(async () => {
      const {
        ETag = '',
        ContentLength = 0,
        Metadata = {},
      } = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key }));
      const {
        'plimsoll-run': run = '',
        'plimsoll-fence': fence = '-1',
        'plimsoll-sha256': sha256 = '',
      } = Metadata;
      return { etag: ETag, size: ContentLength, run, fence: Number(fence), sha256 };
    });
  }

  /** The text under a key, or null. */
  text(Key: string): Promise<string | null> {
    return this.#orNull(async () => {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    });
  }

  /**
   * Puts a text or a file where nothing, or what an earlier holder or run put, stands; `accept` says of what is there
   * whether it is as good. Nothing is overwritten unseen. Throws FENCE_LOST where a later holder put something there.
   */
  async put(
    Key: string,
    content: { text: string } | { path: string; size: number },
    sha256: string,
    accept: (mark: ObjectMark) => boolean,
  ): Promise<void> {
    const { run, fence } = this.#run;
    const Metadata = { 'plimsoll-run': run, 'plimsoll-fence': String(fence), 'plimsoll-sha256': sha256 };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const there = await this.head(Key);
      if (there !== null && accept(there)) return;
      if (there !== null && there.run === run && there.fence > fence) throw this.lost();
      const put = { Bucket: this.bucket, Key, Metadata, replaces: there?.etag ?? null };
      const done = await this.ask(async () => {
        try {
          await ('text' in content
            ? putText(this.client, put, content.text)
            : putFile(this.client, put, content.path, content.size));
          return true;
        } catch (error) {
          if (OUTRUN.has(statusOf(error))) return false;
          throw error;
        }
      });
      if (done) return;
    }
    throw this.#failed('SINK_UNAVAILABLE', 'others keep writing to the same key');
  }

  /** Keys that begin so. */
  keys(Prefix: string): Promise<string[]> {
    return this.ask(async () => {
      const found: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client: this.client },
        { Bucket: this.bucket, Prefix },
      ))
        found.push(...Contents.flatMap(({ Key }) => Key ?? []));
      return found;
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const Key of keys)
      await this.ask(() => this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key })));
  }

  lost(): PlimsollError {
    return new PlimsollError('FENCE_LOST', { run: this.#run.run });
  }

  /** Throws SINK_UNAVAILABLE, SINK_INVALID. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isPlimsollError(error)) throw error;
      throw this.#failed(isPassing(error) ? 'SINK_UNAVAILABLE' : 'SINK_INVALID', reasonOf(error), error);
    }
  }

  async #orNull<T>(work: () => Promise<T>): Promise<T | null> {
    return this.ask(async () => {
      try {
        return await work();
      } catch (error) {
        if (statusOf(error) === 404 && errorNameOf(error) !== 'NoSuchBucket') return null;
        throw error;
      }
    });
  }

  #failed(code: ErrorCode, reason: string, cause?: unknown): PlimsollError {
    const details = { where: this.shown, reason, problems: reason, job: this.#run.spec.job };
    return new PlimsollError(code, details, { cause });
  }
}
