import { PlimsollError } from '../../../src/core/errors.ts';
import type { ByteSource } from '../../../src/formats/format.ts';

/** Only the library of types of workers declares it. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

/** A file that a person gave to the page, read by slices as they are asked for. Nothing lies beside it. */
export function bytesOf(file: File): ByteSource {
  const { name, size } = file;
  return {
    name,
    size,
    slice(start, end) {
      if (start < 0 || start > end || end > size)
        throw new PlimsollError('READ_TRUNCATED', {
          ...{ what: `"${name}"`, offset: start, found: Math.max(0, size - start), wanted: end - start },
        });
      try {
        return new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.slice(start, end)));
      } catch (cause) {
        const reason = 'the browser does not get at it (a folder, or a file that has changed meanwhile)';
        throw new PlimsollError('FILE_UNREADABLE', { path: name, reason }, { cause });
      }
    },
    sibling: () => null,
  };
}
