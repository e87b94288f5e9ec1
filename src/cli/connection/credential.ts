import { readTextFile } from '../../files/text-file.ts';

/**
 * The key that lets a command in on another machine: from `--key-file`, else PLIMSOLL_KEY, else PLIMSOLL_TOKEN. Never from
 * the command line itself, where every user of this machine could read it. Throws FILE_NOT_FOUND, FILE_UNREADABLE.
 */
export function credentialOf({ keyFile }: { readonly keyFile?: string | undefined }): string | undefined {
  if (keyFile === undefined) return (process.env['PLIMSOLL_KEY'] ?? process.env['PLIMSOLL_TOKEN'])?.trim();
  return readTextFile(keyFile).trim();
}
