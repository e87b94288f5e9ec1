/** Where blocks wait, and what their files are called. Pure. */
import type { BlockId } from './block.ts';

/** Folder in which blocks wait for the monitoring process. */
export const spoolPath = (dataDir: string): string => `${dataDir}/spool`;

/** File of the `CaptureRules` that serving follows. */
export const captureRulesPath = (dataDir: string): string => `${dataDir}/monitoring/capture.json`;

/** File of the key by which columns are hashed. */
export const redactionKeyPath = (dataDir: string): string => `${dataDir}/monitoring/redaction.key`;

/** `<worker>-<epoch>-<seq>.blk`; the worker's name with every mark escaped that a file's name may not have. */
export const blockFile = ({ worker, epoch, seq }: BlockId): string =>
  `${encodeURIComponent(worker)}-${epoch}-${seq}.blk`;

/** Longest name of a file in which a block may be. */
const NAME_MAX = 255;

/** Whose block a file is, or null where its name says that it is none: one that is being written, or a stranger's. */
export function blockIdOf(name: string): BlockId | null {
  const [, worker, epoch, seq] = /^([^-].*)-(\d{1,15})-(\d{1,15})\.blk$/.exec(name) ?? [];
  if (name.length > NAME_MAX || worker === undefined) return null;
  try {
    const id = { worker: decodeURIComponent(worker), epoch: Number(epoch), seq: Number(seq) };
    return blockFile(id) === name ? id : null;
  } catch {
    return null;
  }
}
