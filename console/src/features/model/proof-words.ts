/** What was proved of a version, in sentences. Pure. */
import type { CertificateView } from '../../api/generated/control-api.ts';
import { plural } from '../../facts/words.ts';

type Verification = CertificateView['verification'];

export const PROOF_NAMES: Readonly<Record<string, string>> = {
  golden: 'Golden rows',
  'engines-agree': 'Two engines agree',
  'single-engine': 'Unchecked',
};

export function proofSentence({ proof, rows, cells, goldenOf }: Verification): string {
  const compared = `${plural(rows, 'row')}, ${plural(cells, 'number')} and labels`;
  if (proof === 'golden')
    return goldenOf === 'file'
      ? `It gives the answers that its own file brings: ${compared}.`
      : `It gives the golden answers that were sent with it: ${compared}.`;
  if (proof === 'engines-agree')
    return `Two independent engines agree on rows made of its own thresholds and categories: ${compared}.`;
  return 'One engine only can run it, and no golden rows were sent: nothing checks its answers.';
}

/** How far apart the worst of what was compared lies; null where nothing was. */
export function worstSentence({ worst, differingBits, cells, proof }: Verification): string | null {
  if (cells === 0) return null;
  if (differingBits === 0 || worst === null) return 'Every one of them is the same to the last bit.';
  const { output, row, relative, left, right } = worst;
  const than = proof === 'golden' ? 'wanted' : 'by the other engine';
  return `${plural(differingBits, 'of them differs', 'of them differ')} in their last bits. The worst is ${output} of row ${row + 1}: ${left}, ${than} ${right} (${relative.toExponential(1)} of it).`;
}
