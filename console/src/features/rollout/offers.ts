/** What can be done about a rollout, and what each would do. Pure. */
import type { RolloutView } from '../../api/generated/control-api.ts';
import { waitsForApproval } from '../../facts/standing.ts';

export type Command = 'pause' | 'resume' | 'approve' | 'promote' | 'abort';

export interface Offer {
  readonly verb: string;
  readonly kind: 'plain' | 'main' | 'danger';
  readonly title: string;
  readonly consequence: string;
}

const share = (weight: number): string => `${Math.round(weight * 100) / 100} %`;

export function offerOf(command: Command, rollout: RolloutView): Offer {
  const { weight, candidate, stableVersion, strategy } = rollout;
  const [next, now] = [`version ${candidate}`, `version ${stableVersion}`];
  const isExperiment = strategy === 'ab';
  switch (command) {
    case 'approve':
      return {
        ...{ verb: 'Approve', kind: 'main', title: `Let the stage of ${share(weight)} end?` },
        consequence: `V${next.slice(1)} gets the share of the next stage. Guards go on watching.`,
      };
    case 'resume':
      return {
        ...{ verb: 'Resume', kind: 'main' },
        title: isExperiment ? 'Go on with the experiment?' : 'Go on with the rollout?',
        consequence: isExperiment
          ? 'Units go on as they were split, and the metric that decides is looked at again.'
          : `It goes on from ${share(weight)}, by its policy.`,
      };
    case 'pause':
      return {
        ...{ verb: 'Pause', kind: 'plain' },
        title: isExperiment ? 'Hold the experiment as it is?' : `Hold the rollout at ${share(weight)}?`,
        consequence: isExperiment
          ? 'Units stay with their arms, and nothing is decided until somebody resumes it. Guards go on watching.'
          : 'The share stays as it is until somebody resumes it. Guards go on watching.',
      };
    case 'promote':
      return {
        ...{ verb: 'Promote', kind: 'plain' },
        title: isExperiment ? 'Give everybody the arm that stands best now?' : `Give everybody ${next} now?`,
        consequence: isExperiment
          ? `The experiment ends without having decided, which is recorded. V${now.slice(1)} stays ready to go back to.`
          : `The stages and the certificate that are left are passed over, which is recorded. V${now.slice(1)} stays ready to go back to.`,
      };
    case 'abort':
      return {
        ...{ verb: 'Abort and roll back', kind: 'danger' },
        title: `Give everybody ${now} again?`,
        consequence: isExperiment
          ? 'Every arm but control ends, and this experiment is over for good.'
          : `V${next.slice(1)} answers nobody from now on, and this rollout ends for good.`,
      };
  }
}

/** What the state allows, the most likely first. */
export function commandsOf(rollout: RolloutView): readonly Command[] {
  const { state, strategy } = rollout;
  const promote: readonly Command[] = strategy === 'shadow' || strategy === 'placebo' ? [] : ['promote'];
  if (state === 'holding') return ['resume', ...promote, 'abort'];
  if (state !== 'running') return [];
  return waitsForApproval(rollout)
    ? ['approve', 'pause', ...promote, 'abort']
    : ['pause', ...promote, 'abort'];
}
