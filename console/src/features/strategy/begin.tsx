import { useChange } from '../../api/changes.ts';
import { hrefOf, navigate } from '../../location/location.ts';
import { Confirm } from '../../ui/confirm.tsx';
import type { RolloutAt } from './expectation.tsx';
import type { LintView } from './lint-view.ts';
import type { WrittenPolicy } from './policy-draft.ts';
import { consequenceWords, STRATEGIES } from './strategy-words.ts';

interface BeginProps {
  readonly at: RolloutAt;
  /** Of what is chosen now; undefined while it is not known. */
  readonly lint: LintView | undefined;
  /** Null: the endpoint's own, or the defaults. */
  readonly policy: WrittenPolicy | null;
}

/** The beginning, with what it does and a reason. */
export function Begin({ at, lint, policy }: BeginProps) {
  const change = useChange();
  const { strategy, endpoint, version } = at;
  if (lint === undefined) return <p className="note">It is being looked whether it may begin.</p>;
  if (lint.refusal !== null && !lint.refusal.forced)
    return <p className="note">It cannot begin like this: see “What to expect”.</p>;
  const isForced = lint.refusal !== null;
  const isBlunt = strategy === 'immediate' || isForced;
  const begin = async (reason: string): Promise<void> => {
    const force = isForced ? { force: true } : {};
    const given = policy === null ? {} : { policy };
    const begun = await change('POST /api/v1/endpoints/{endpoint}/rollouts', {
      path: { endpoint },
      body: { candidate: version, strategy, reason, ...given, ...force },
    });
    navigate(hrefOf('rollouts', begun.id));
  };
  return (
    <div className="page-actions">
      <Confirm
        verb={isForced ? `${STRATEGIES[strategy].verb} all the same` : STRATEGIES[strategy].verb}
        kind={isBlunt ? 'danger' : 'main'}
        isQuiet={isBlunt}
        title={
          strategy === 'immediate'
            ? `Give version ${version} to everybody at ${endpoint}, without evidence?`
            : `${STRATEGIES[strategy].verb} of version ${version} at ${endpoint}?`
        }
        consequence={`${isForced ? 'Harm as small as the policy asks for may not be found in time. ' : ''}${consequenceWords(at)}`}
        onConfirm={begin}
      />
    </div>
  );
}
