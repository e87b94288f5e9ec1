import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useInfo } from '../api/queries.ts';
import { useSession } from '../api/session.ts';
import { Endpoint } from '../features/endpoint/endpoint.tsx';
import { Home } from '../features/home/home.tsx';
import { Model } from '../features/model/model.tsx';
import { Monitoring } from '../features/monitoring/monitoring.tsx';
import { Rollout } from '../features/rollout/rollout.tsx';
import { Link } from '../location/link.tsx';
import { hrefOf, usePath } from '../location/location.ts';
import { Failed } from '../ui/panel.tsx';
import { Bar } from './bar.tsx';
import { KeyForm } from './key-form.tsx';

/** The frame around every page, and which page it is. Nothing else is asked before it is known who asks. */
export function App() {
  const { key, refusal } = useSession();
  const queries = useQueryClient();
  const before = useRef(key);
  useEffect(() => {
    // What one key was told is not for the next one.
    if (before.current !== key) void queries.resetQueries();
    before.current = key;
  }, [key, queries]);
  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      <Bar />
      {refusal === null ? <Known /> : <KeyForm refusal={refusal} />}
    </>
  );
}

function Known() {
  const { data, error, refetch } = useInfo();
  if (data !== undefined) return <Page />;
  return <main id="main">{error !== null && <Failed error={error} onRetry={() => void refetch()} />}</main>;
}

function Page() {
  const [kind, name, part] = usePath();
  if (kind === undefined) return <Home />;
  if (kind === 'endpoints' && name !== undefined && part === 'monitoring')
    return <Monitoring key={name} endpoint={name} />;
  if (kind === 'endpoints' && part === undefined && name !== undefined)
    return <Endpoint key={name} name={name} />;
  if (kind === 'models' && name !== undefined) return <Model key={name} name={name} />;
  if (kind === 'rollouts' && name !== undefined) return <Rollout key={name} id={name} />;
  return <Nowhere />;
}

const Nowhere = () => (
  <main id="main">
    <h1>There is no such page</h1>
    <p>
      <Link href={hrefOf()}>All endpoints</Link>
    </p>
  </main>
);
