import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { PlimsollError } from '../../core/errors.ts';
import { digestOfFile } from '../image/gzip.ts';
import type { ObservedResource } from '../plan/port.ts';
import { type AwsOptions, openObjects } from './clients.ts';
import type { ResourceDriver } from './driver.ts';
import { found } from './failures.ts';
import { s3PlaceOf } from './names.ts';

const OWNER = 'plimsoll-deployment';
const DIGEST = 'plimsoll-digest';
/** Bytes that are read at once, so that a request can be sent again. */
const WHOLE_MAX = 64 * 2 ** 20;

export interface ObjectOptions extends AwsOptions {
  /** `s3://BUCKET/PREFIX` of the deployment's own objects. */
  readonly place: string;
  /** Path of the bytes of an object, by the name of its resource. */
  readonly bodies: ReadonlyMap<string, string>;
}

/** Files of versions in S3. Their metadata says whose they are; the service checks their digest before it keeps them. */
export function objectDriver(options: ObjectOptions): ResourceDriver {
  const open = openObjects(options);
  const partsOf = (name: string) => {
    const { bucket } = s3PlaceOf(`s3://${name}`);
    return { Bucket: bucket, Key: name.slice(bucket.length + 1) };
  };
  const headOf = async (name: string): Promise<ObservedResource | null> => {
    const { api, client } = await open();
    const head = await found(() => client.send(new api.HeadObjectCommand(partsOf(name))));
    if (head === null) return null;
    const { Metadata = {} } = head;
    return { state: 'ready', reason: null, owner: Metadata[OWNER] ?? null, digest: Metadata[DIGEST] ?? null };
  };
  /** Whoever may list a prefix only is told of a missing object by a list; asked for it, S3 says 403. */
  const observe = async (name: string): Promise<ObservedResource | null> => {
    const { api, client } = await open();
    const { Bucket, Key } = partsOf(name);
    const { Contents = [] } = await client.send(
      new api.ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }),
    );
    return Contents[0]?.Key === Key ? headOf(name) : null;
  };
  const create: ResourceDriver['create'] = async ({ name, spec }, { deployment, digest }) => {
    const { api, client } = await open();
    const path = options.bodies.get(name);
    if (path === undefined) throw new Error(`the bytes of ${name} are nowhere`);
    const size = Number(spec['ContentLength']);
    await mustBe(path, size, String(spec['Sha256']));
    const request = {
      ...partsOf(name),
      Body: size <= WHOLE_MAX ? await readFile(path) : createReadStream(path),
      ContentLength: size,
      ChecksumSHA256: Buffer.from(String(spec['Sha256']), 'hex').toString('base64'),
      Metadata: { [OWNER]: deployment, [DIGEST]: digest },
    };
    await client.send(new api.PutObjectCommand(request));
  };
  return {
    observe,
    create,
    update: create,
    async owned(deployment) {
      const { api, client } = await open();
      const { bucket, prefix } = s3PlaceOf(options.place);
      const names: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = { Bucket: bucket, Prefix: prefix, ContinuationToken };
        const listed = await found(() => client.send(new api.ListObjectsV2Command(page)));
        // With the bucket, everything that was in it is gone.
        if (listed === null) break;
        for (const { Key } of listed.Contents ?? []) {
          const name = `${bucket}/${Key}`;
          if ((await headOf(name))?.owner === deployment) names.push(name);
        }
        ContinuationToken = listed.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return names;
    },
    async remove(name) {
      const { api, client } = await open();
      await client.send(new api.DeleteObjectCommand(partsOf(name)));
    },
  };
}

/** Before it is sent: a length that is not that of the bytes is waited for until the service gives up. */
async function mustBe(path: string, size: number, sha256: string): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (there === null) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const isSame = there.size === size && (await digestOfFile(path)) === `sha256:${sha256}`;
  if (isSame) return;
  const problems = `the file of ${there.size} bytes is not the one of ${size} bytes and sha256 ${sha256} that the document names: package it anew`;
  throw new PlimsollError('SAGEMAKER_INVALID', { path, problems });
}
