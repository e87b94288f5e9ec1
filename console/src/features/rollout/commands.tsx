import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import { ask } from '../../api/client.ts';
import type { RolloutView } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { waitsForApproval } from '../../facts/standing.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';

type Command = 'pause' | 'resume' | 'approve' | 'promote' | 'abort';

interface Offer {
  readonly verb: string;
  readonly kind: 'plain' | 'main' | 'danger';
  readonly title: (rollout: RolloutView) => string;
  readonly consequence: (rollout: RolloutView) => string;
}

const OFFERS: Readonly<Record<Command, Offer>> = {
  approve: {
    ...{ verb: 'Approve', kind: 'main' },
    title: ({ weight }) => `Let the stage of ${weight} % end?`,
    consequence: ({ candidate }) =>
      `Version ${candidate} gets the share of the next stage. Guards go on watching.`,
  },
  resume: {
    ...{ verb: 'Resume', kind: 'main' },
    title: () => 'Go on with the rollout?',
    consequence: ({ weight }) => `It goes on from ${weight} %, by its policy.`,
  },
  pause: {
    ...{ verb: 'Pause', kind: 'plain' },
    title: ({ weight }) => `Hold the rollout at ${weight} %?`,
    consequence: () => 'The share stays as it is until somebody resumes it. Guards go on watching.',
  },
  promote: {
    ...{ verb: 'Promote', kind: 'plain' },
    title: ({ candidate }) => `Give everybody version ${candidate} now?`,
    consequence: ({ stableVersion }) =>
      `The stages and the certificate that are left are passed over, which is recorded. Version ${stableVersion} stays ready to go back to.`,
  },
  abort: {
    ...{ verb: 'Abort and roll back', kind: 'danger' },
    title: ({ stableVersion }) => `Give everybody version ${stableVersion} again?`,
    consequence: ({ candidate }) =>
      `Version ${candidate} answers nobody from now on, and this rollout ends for good.`,
  },
};

/** What can be done now, as far as the key allows it; and the signed report, which everybody may read. */
export function Commands({ rollout }: { readonly rollout: RolloutView }) {
  const may = useMay();
  const change = useChange();
  return (
    <>
      {commandsOf(rollout)
        .filter((command) => may(`POST /api/v1/rollouts/{id}:${command}`))
        .map((command) => {
          const { verb, kind, title, consequence } = OFFERS[command];
          return (
            <Confirm
              key={command}
              verb={verb}
              kind={kind}
              title={title(rollout)}
              consequence={consequence(rollout)}
              onConfirm={(reason) =>
                change(`POST /api/v1/rollouts/{id}:${command}`, {
                  path: { id: rollout.id },
                  body: { reason },
                })
              }
            />
          );
        })}
      <Report id={rollout.id} />
    </>
  );
}

function commandsOf(rollout: RolloutView): readonly Command[] {
  if (rollout.state === 'holding') return ['resume', 'promote', 'abort'];
  if (rollout.state !== 'running') return [];
  return waitsForApproval(rollout) ? ['approve', 'pause', 'promote', 'abort'] : ['pause', 'promote', 'abort'];
}

/** The signed account of the rollout, as a file. */
function Report({ id }: { readonly id: string }) {
  const [failure, setFailure] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    try {
      const report = await ask('GET /api/v1/rollouts/{id}/evidence', { path: { id } });
      const url = URL.createObjectURL(new Blob([JSON.stringify(report)], { type: 'application/json' }));
      const link = document.createElement('a');
      [link.href, link.download] = [url, `${id}.dsse.json`];
      link.click();
      URL.revokeObjectURL(url);
      setFailure(null);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <Button onClick={() => void save()}>Signed report</Button>
      {failure !== null && (
        <span className="stale" role="alert">
          {failure}
        </span>
      )}
    </>
  );
}
