import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { ImageLayout } from '../image/layout.ts';
import { withWork } from '../image/working-folder.ts';
import type { PackagedModel } from '../packaged.ts';
import { type ContractReport, runContracts } from './run.ts';
import { hasRunc, underRunc } from './runc.ts';
import type { StartContainer } from './started-container.ts';
import { processOf, unpackImage } from './unpack.ts';
import { hasUnshare, inNewRoot } from './unshare.ts';

/** By which means an image was started. */
export type VerifiedBy = 'runc' | 'unshare';

export interface ContractVerification {
  readonly by: VerifiedBy;
  readonly passed: boolean;
  readonly contracts: readonly ContractReport[];
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Unpacks an image of ours and holds it to all contracts, under runc, or in a root of its own where there is none. Throws
 * VERIFY_UNSUPPORTED where this machine can start neither.
 */
export async function verifyContracts(
  image: ImageLayout,
  model: PackagedModel,
  onReport?: (report: ContractReport) => void,
): Promise<ContractVerification> {
  const by = means(image);
  return withWork(
    join(tmpdir(), 'root'),
    () => undefined,
    async (workspace) => {
      const root = join(workspace, 'root');
      unpackImage(image, root);
      const process = processOf(image);
      const start: StartContainer =
        by === 'runc' ? underRunc(root, workspace, process) : inNewRoot(root, process);
      const contracts = await runContracts(start, model, onReport);
      return { by, passed: contracts.every(({ passed }) => passed), contracts };
    },
  );
}

/** Throws VERIFY_UNSUPPORTED. */
function means({ platform }: ImageLayout): VerifiedBy {
  const own = `${process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`;
  const wanted = `${platform.os}/${platform.architecture}`;
  if (wanted !== own)
    throw new PlimsollError('VERIFY_UNSUPPORTED', { platform: wanted, reason: `this machine is ${own}` });
  if (process.getuid?.() === 0) {
    if (hasRunc()) return 'runc';
    if (hasUnshare()) return 'unshare';
  }
  const reason = 'containers are started by root, with runc or unshare';
  throw new PlimsollError('VERIFY_UNSUPPORTED', { platform: wanted, reason });
}
