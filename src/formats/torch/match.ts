const LOCAL_HEADER = 30;

/**
 * The first file of an archive that torch wrote: below a folder named after the archive, or, up to torch 2.7, the parts of
 * a program by themselves.
 */
const FIRST_FILE =
  /^(?:serialized_[a-z_]+\.(?:json|pt)|version|(?:[^/]+\/)?(?:data\.pkl|constants\.pkl|archive_format|archive_version|byteorder|version|\.format_version|\.storage_alignment|\.data\/|data\/|models\/|code\/|extra\/|tensors\/|aotinductor\/).*)$/;

/** Whether the first bytes are those of a zip archive whose first file is one of torch. */
export function isTorchArchive(head: Uint8Array): boolean {
  if (![0x50, 0x4b, 3, 4].every((byte, i) => head[i] === byte)) return false;
  const length = (head[26] ?? 0) + 256 * (head[27] ?? 0);
  const name = String.fromCharCode(
    ...head.subarray(LOCAL_HEADER, Math.min(LOCAL_HEADER + length, head.length)),
  );
  return FIRST_FILE.test(name);
}

/** 0x1950a86a20f9469cfc6c and 1001, each a pickle of protocol 2. */
export const LEGACY_MAGIC = [
  0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];

export const isLegacyTorch = (head: Uint8Array): boolean => LEGACY_MAGIC.every((byte, i) => head[i] === byte);
