/** A multipart upload on its way to the disk: streamed, hashed and bounded; one that breaks off leaves nothing. */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { PlimsollError } from '../../core/errors.ts';
import { UPLOAD_PARTS } from './openapi.ts';
import type { StagedUpload } from './operation.ts';
import { sourceOf } from './upload-fields.ts';

const FILE_MAX = 4 * 2 ** 30;
const LIMITS = {
  fileSize: FILE_MAX,
  files: 64,
  fields: 16,
  parts: 80,
  fieldSize: 2 ** 16,
  fieldNameSize: 64,
  headerPairs: 16,
};

interface Staged {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

/** Throws REQUEST_INVALID, BODY_TOO_LARGE. */
export async function receiveUpload(request: FastifyRequest, dataDir: string): Promise<StagedUpload> {
  mkdirSync(join(dataDir, 'uploads'), { recursive: true });
  const folder = mkdtempSync(join(dataDir, 'uploads', 'u-'));
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const files: Staged[] = [];
    const fields = new Map<string, string>();
    for await (const part of request.parts({ limits: LIMITS })) {
      if (part.type === 'file') files.push(await stage(part, folder));
      else fields.set(part.fieldname, String(part.value));
    }
    const said = sourceOf(files, fields);
    const fingerprint = JSON.stringify([files.map(({ name, sha256 }) => [name, sha256]), [...fields]]);
    return { ...said, fingerprint, discard };
  } catch (error) {
    discard();
    throw error;
  }
}

async function stage({ fieldname, filename, file }: MultipartFile, folder: string): Promise<Staged> {
  if (!Object.hasOwn(UPLOAD_PARTS, fieldname)) {
    const problems = `body has the unknown part "${fieldname}", wanted ${Object.keys(UPLOAD_PARTS).join(', ')}`;
    throw new PlimsollError('REQUEST_INVALID', { problems, list: [problems] });
  }
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const home = join(folder, fieldname);
  mkdirSync(home, { recursive: true });
  const path = join(home, basename(filename) || fieldname);
  await pipeline(file, hashed, createWriteStream(path, { flags: 'wx' }));
  if (file.truncated) throw new PlimsollError('BODY_TOO_LARGE', { found: 'too many', limit: FILE_MAX });
  return { name: fieldname, path, sha256: hash.digest('hex') };
}
