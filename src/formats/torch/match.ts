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
