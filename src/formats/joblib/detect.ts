import { detectCompression } from './compression.ts';

const HIGHEST_PROTOCOL = 5;

/** How programs of protocols 0 and 1, which have no header, begin: an object, a container, or a plain value. */
const OLD_PICKLE =
  /^(?:\([dltcioIKJLFGSUVXN(\]})]|c[A-Za-z_][\w.]*\r?\n|[\]})](?:[.pqra(Kt]|$)|[IFL][\d.+-]+L?\r?\n|[SV]['"]|N\.)/;

/** Whether the first bytes are those of a pickle, or of a compressed joblib file. The name of the file never counts. */
export function isObjectFile(head: Uint8Array): boolean {
  if (detectCompression(head) !== null) return true;
  if (head[0] === 0x80) return head[1] !== undefined && head[1] <= HIGHEST_PROTOCOL;
  return OLD_PICKLE.test(String.fromCharCode(...head.subarray(0, 64)));
}
