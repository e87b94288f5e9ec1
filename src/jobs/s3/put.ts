/** Puts a file under a key on a condition; large ones in parts that go away where it fails. */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Larger files go in parts of this size, which is held in memory. */
const PART_BYTES = 64 * 2 ** 20;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const PARTS_MAX = 10_000;

export interface PutObject {
  readonly Bucket: string;
  readonly Key: string;
  readonly Metadata: Readonly<Record<string, string>>;
  /** ETag of what it takes the place of; null where nothing may be there, undefined for no condition. */
  readonly replaces?: string | null;
}

/** Throws what the server answers: status 412 or 409 where the condition does not hold. */
export async function putText(client: S3Client, put: PutObject, text: string): Promise<void> {
  await client.send(new PutObjectCommand({ ...target(put), ...conditionOf(put), Body: text }));
}

/** The same with the bytes of a file; `partBytes` is at least 5 MiB. */
export async function putFile(
  client: S3Client,
  put: PutObject,
  path: string,
  size: number,
  partBytes = PART_BYTES,
): Promise<void> {
  if (size <= partBytes)
    await client.send(
      new PutObjectCommand({ ...target(put), ...conditionOf(put), Body: await readFile(path) }),
    );
  else await putParts(client, put, path, size, Math.max(partBytes, Math.ceil(size / PARTS_MAX)));
}

async function putParts(
  client: S3Client,
  put: PutObject,
  path: string,
  size: number,
  partBytes: number,
): Promise<void> {
  const { Bucket, Key } = put;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target(put)));
  const file = await open(path, 'r');
  try {
    const Parts: CompletedPart[] = [];
    for (let from = 0; from < size; from += partBytes) {
      const PartNumber = Parts.length + 1;
      const Body = await bytesOf(file, from, Math.min(from + partBytes, size));
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    const upload = { Bucket, Key, UploadId, MultipartUpload: { Parts }, ...conditionOf(put) };
    await client.send(new CompleteMultipartUploadCommand(upload));
  } catch (error) {
    // Parts that are left cost money; where this fails, too, the bucket's own rule has to remove them.
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

async function bytesOf(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}

const target = ({ Bucket, Key, Metadata }: PutObject) => ({ Bucket, Key, Metadata: { ...Metadata } });

const conditionOf = ({ replaces }: PutObject): { IfMatch?: string; IfNoneMatch?: string } =>
  replaces === undefined ? {} : replaces === null ? { IfNoneMatch: '*' } : { IfMatch: replaces };
