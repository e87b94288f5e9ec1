import { PlimsollError } from '../../core/errors.ts';
import type { ExternalData, ReadExternal } from '../../onnx/decode-tensor.ts';
import type { OnnxLimits } from '../../onnx/limits.ts';
import type { ByteSource } from '../format.ts';

/** Longest file name of the usual file systems. */
const MAX_NAME = 255;

/**
 * Reads tensors that lie beside the model: plain file names in the same folder only. Paths once led out of it
 * (CVE-2022-25882, CVE-2024-27318), and so did links (CVE-2026-27489): the source refuses those.
 */
export function externalReader(source: ByteSource, limits: OnnxLimits): ExternalReader {
  let total = source.size;
  const read: ReadExternal = (data) => {
    refuseUnplain(data.location);
    total += data.length;
    if (total > limits.onnxBytes) {
      throw new PlimsollError('READ_LIMIT', {
        what: `the external data "${data.location}"`,
        offset: data.offset,
        found: total,
        limit: limits.onnxBytes,
        name: 'onnxBytes',
      });
    }
    return sliceOf(source, data);
  };
  return { read, bytes: () => total };
}

export interface ExternalReader {
  readonly read: ReadExternal;
  /** Bytes of the model file and of all external data read so far. */
  readonly bytes: () => number;
}

function sliceOf(source: ByteSource, { location, offset, length }: ExternalData): Uint8Array {
  const file = source.sibling(location);
  const what = `the external data "${location}"`;
  if (file === null) {
    throw new PlimsollError('READ_UNSAFE', {
      what,
      offset,
      found: 'no plain file of that name lies beside the model',
    });
  }
  if (offset + length > file.size) {
    throw new PlimsollError('READ_TRUNCATED', {
      what,
      offset,
      found: Math.max(0, file.size - offset),
      wanted: length,
    });
  }
  return file.slice(offset, offset + length);
}

function refuseUnplain(location: string): void {
  const plain =
    location.length > 0 &&
    location.length <= MAX_NAME &&
    !/[/\\:]/.test(location) &&
    // Control characters, NUL among them, end or hide names.
    [...location].every((char) => char >= ' ' && char !== '\u007f') &&
    location !== '.' &&
    location !== '..';
  if (plain) return;
  throw new PlimsollError('READ_UNSAFE', {
    what: 'the external data of an ONNX file',
    offset: 0,
    found: `its location ${JSON.stringify(location.slice(0, MAX_NAME))} is not a plain file name`,
  });
}
