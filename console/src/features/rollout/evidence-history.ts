import { useEffect, useRef } from 'react';
import type { RolloutView } from '../../api/generated/control-api.ts';

export interface EvidenceMoment {
  readonly at: number;
  readonly evidence: RolloutView['evidence'];
}

const MOST = 600;

/** Evidence as it grew while the page was open: the server keeps the newest, and the windows that it is made of. */
export function useEvidenceHistory(rollout: RolloutView, at: number): readonly EvidenceMoment[] {
  const moments = useRef<readonly EvidenceMoment[]>([]);
  const { evidence } = rollout;
  const known = moments.current.at(-1)?.at === at ? moments.current : [...moments.current, { at, evidence }];
  useEffect(() => {
    moments.current = known.slice(-MOST);
  });
  return known;
}
