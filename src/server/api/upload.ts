/** A multipart upload on its way to the disk: streamed, hashed and bounded; one that breaks off leaves nothing. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { type PythonFields, withDemands } from '../../control/python-fields.ts';
import { PlimsollError } from '../../core/errors.ts';
import { openUpload, type StagedPaths, type UploadInProgress } from '../../registry/uploads.ts';
import type { StagedUpload } from './operation.ts';
import { fieldsOf } from './upload-fields.ts';

/** The sizes of files are bounded by part, as they are staged. */
const LIMITS = {
  fileSize: Number.POSITIVE_INFINITY,
  files: 2200,
  fields: 16,
  parts: 2200,
  fieldSize: 2 ** 16,
  fieldNameSize: 64,
  headerPairs: 16,
};

/**
 * Fields that are to be known before the files come first. `check` is called with every piece of a file. Throws what it
 * throws, REQUEST_INVALID, PYTHON_UNTRUSTED, UPLOAD_INVALID, UPLOAD_TOO_LARGE.
 */
export async function receiveUpload(
  request: FastifyRequest,
  dataDir: string,
  check: () => void,
): Promise<StagedUpload> {
  refuseWithoutBoundary(request.headers['content-type'] ?? '');
  const fields = new Map<string, string>();
  const digests: (readonly [string, string, string])[] = [];
  let upload: UploadInProgress | null = null;
  try {
    for await (const part of request.parts({ limits: LIMITS, preservePath: true })) {
      if (part.type === 'file') {
        upload ??= openUpload(dataDir, fieldsOf(fields).source);
        digests.push(await stage(part, upload, check));
      } else fields.set(part.fieldname, textOf(part.value));
    }
    upload ??= openUpload(dataDir);
    const { source, python, reason } = fieldsOf(fields);
    const { file: path, golden, reference, background, reasons, ...files } = upload.commit();
    const { discard } = upload;
    return {
      source: withDemands(
        { ...source, path, golden, reference, background, reasons },
        { ...python, ...filesOfPython(files) },
      ),
      reason,
      fingerprint: JSON.stringify([digests, [...fields]]),
      discard: discard.bind(upload),
    };
  } catch (error) {
    upload?.discard();
    throw error;
  }
}

/** A part that says it is JSON has been parsed on the way. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What parts are told apart by (RFC 7578, section 4.1); its lack is no mistake of this server's. */
function refuseWithoutBoundary(contentType: string): void {
  if (/;\s*boundary=("[^"]+"|[^\s;"]+)/i.test(contentType)) return;
  const problems = `content-type is ${JSON.stringify(contentType.slice(0, 100))}, must be multipart/form-data with a boundary`;
  throw new PlimsollError('REQUEST_INVALID', { problems, list: [problems] });
}

/** Each file or folder that lies in the folder of the code is a module of its own. */
const filesOfPython = ({ code, requirements, script }: Omit<StagedPaths, 'file'>): PythonFields => ({
  code: code === undefined ? undefined : readdirSync(code).map((name) => join(code, name)),
  requirements,
  script,
});

async function stage(
  { fieldname, filename, file }: MultipartFile,
  upload: UploadInProgress,
  check: () => void,
): Promise<readonly [string, string, string]> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file) {
      check();
      hash.update(chunk);
      yield chunk;
    }
  }
  await upload.receive(fieldname, filename, hashed());
  return [fieldname, filename, hash.digest('hex')];
}
