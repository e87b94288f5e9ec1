/** Whether a person's word to a rollout can do, or has done, what it says: a word without effect is not answered "done". Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { RolloutCommand, RolloutView } from '../port.ts';

/** State that a word asks for: said again where it holds already, it is obeyed. */
const ASKS_FOR: Readonly<Partial<Record<RolloutCommand, RolloutView['state']>>> = {
  pause: 'holding',
  promote: 'promoted',
  abort: 'aborted',
};

/** Throws ROLLOUT_STATE where the word would change nothing: the rollout is over, or its stage asks nobody. */
export function refuseImpossibleCommand(command: RolloutCommand, view: RolloutView): void {
  if (view.endedAt !== null && ASKS_FOR[command] !== view.state)
    throw refusal(command, view, `it is over (${view.reason})`, afterTheEnd(view));
  const { progress, stage, stages } = view;
  if (command === 'approve' && progress?.stages[stage]?.approval !== true)
    throw refusal(
      command,
      view,
      `stage ${Math.min(stage + 1, stages)} of ${stages} asks for no approval`,
      'Stages with `approval: true` in the policy do; `plimsoll rollout promote` ends all of them at once',
    );
}

/** Throws ROLLOUT_STATE where the rollout stands as it would have stood without the word. */
export function refuseCommandWithoutEffect(
  command: RolloutCommand,
  before: RolloutView,
  after: RolloutView,
): void {
  const hasMoved = after.state !== before.state || after.stage !== before.stage;
  if (hasMoved || after.state === ASKS_FOR[command] || after.endedAt !== null) return;
  if (command === 'resume' && after.state === 'running') return;
  if (command === 'approve' && after.progress?.approved === true) return;
  throw refusal(command, after, `it is ${after.state} (${after.reason})`, WAYS[command]);
}

const WAYS: Readonly<Record<RolloutCommand, string>> = {
  pause: 'Look at `plimsoll status`; `plimsoll rollout abort` ends it',
  resume: 'Where every stage is done, or there is harm, `promote` or `abort` ends it',
  promote: 'Look at `plimsoll status`: a version that harms or cannot be loaded is promoted by nobody',
  abort: 'Try again, and look at the log of the server',
  approve: 'Resume it first: an approval is for a stage that runs',
};

const afterTheEnd = ({ state, endpoint, candidate, stableVersion }: RolloutView): string =>
  state === 'promoted'
    ? `To take version ${candidate} back: plimsoll rollback ${endpoint} --to ${stableVersion}`
    : `To try again: plimsoll rollout start ${endpoint} --to ${candidate}`;

const refusal = (command: RolloutCommand, { id, endpoint }: RolloutView, found: string, way: string) =>
  new PlimsollError('ROLLOUT_STATE', { command, id, endpoint, found, way });
