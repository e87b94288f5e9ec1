import { useChange } from '../../api/changes.ts';
import type { RolloutView } from '../../api/generated/control-api.ts';
import { useMay, useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { commandsOf, offerOf } from './offers.ts';

/** What can be done now, as far as the key allows it; and the signed report, which everybody may read. */
export function Commands({ rollout }: { readonly rollout: RolloutView }) {
  const may = useMay();
  const change = useChange();
  const { id, state } = rollout;
  return (
    <>
      {commandsOf(rollout)
        .filter((command) => may(`POST /api/v1/rollouts/{id}:${command}`))
        .map((command) => (
          <Confirm
            key={command}
            {...offerOf(command, rollout)}
            onConfirm={(reason) =>
              change(`POST /api/v1/rollouts/{id}:${command}`, { path: { id }, body: { reason } })
            }
          />
        ))}
      {state === 'promoted' && <RollBack rollout={rollout} />}
      <Link className="button button-plain" href={hrefOf('rollouts', id, 'report')}>
        Signed report
      </Link>
    </>
  );
}

/** Once it is over: as long as its endpoint rests on what it has promoted. */
function RollBack({ rollout: { endpoint, strategy } }: { readonly rollout: RolloutView }) {
  const may = useMay();
  const change = useChange();
  const { data } = useOperation(
    'GET /api/v1/endpoints/{endpoint}',
    { path: { endpoint } },
    { every: 30_000 },
  );
  const previous = data?.previous ?? null;
  const isOffered =
    data !== undefined && data.rollout === null && previous !== null && strategy !== 'placebo';
  if (!isOffered || !may('POST /api/v1/endpoints/{endpoint}:rollback')) return null;
  return (
    <Confirm
      verb="Roll back"
      kind="danger"
      isQuiet
      title={`Give everybody version ${previous} again?`}
      consequence={`One flip of the route of ${endpoint}: version ${data.stable} answers nobody from then on. It stays ready, so that this can be taken back.`}
      onConfirm={(reason) =>
        change('POST /api/v1/endpoints/{endpoint}:rollback', {
          path: { endpoint },
          body: { to: previous, generation: data.generation, reason },
        })
      }
    />
  );
}
