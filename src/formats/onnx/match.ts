/** Wire type of each field of ModelProto (onnx.proto3). */
const MODEL_FIELDS = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
]);
const IR_VERSION = 1;
const PRODUCER = 2;
/** No IR version is near this; a SavedModel's first field is a 1 of the same shape, its second a whole graph. */
const MAX_IR_VERSION = 99;
const MAX_PRODUCER_BYTES = 512;

/** No name begins with a control character; a message does, with the tag of its first field. */
const isMessage = (head: Uint8Array, at: number, length: number): boolean =>
  length > 0 && at < head.length && (head[at] ?? 0) < 0x20;

/**
 * Whether bytes begin like a ModelProto: known fields of the right wire type up to the end of `head`, among them a
 * plausible IR version. File names play no part.
 */
export function looksLikeModel(head: Uint8Array): boolean {
  let at = 0;
  let version = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < head.length && scale < 2 ** 49; scale *= 128) {
      const byte = head[at]!;
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return at >= head.length ? value : Number.NaN;
  };
  while (at < head.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (MODEL_FIELDS.get(field) !== tag % 8) return at >= head.length && version > 0;
    const value = varint();
    if (!Number.isFinite(value)) return false;
    if (field === IR_VERSION) version = value;
    if (field === PRODUCER && (value > MAX_PRODUCER_BYTES || isMessage(head, at, value))) return false;
    if (tag % 8 === 2) at += value;
  }
  return version >= 1 && version <= MAX_IR_VERSION;
}
