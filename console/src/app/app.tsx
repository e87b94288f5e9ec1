import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useRef } from 'react';
import { useInfo } from '../api/queries.ts';
import { useSession } from '../api/session.ts';
import { Link } from '../location/link.tsx';
import { hrefOf, usePath } from '../location/location.ts';
import { Failed } from '../ui/panel.tsx';
import { Bar } from './bar.tsx';
import { Boundary } from './boundary.tsx';
import { Foot } from './foot.tsx';
import { KeyForm } from './key-form.tsx';
import { pageAt } from './pages.tsx';

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
      <Foot />
    </>
  );
}

function Known() {
  const { data, error, refetch } = useInfo();
  if (data !== undefined) return <Page />;
  return <main id="main">{error !== null && <Failed error={error} onRetry={() => void refetch()} />}</main>;
}

function Page() {
  const path = usePath();
  return (
    <Boundary key={path.join('/')}>
      <Suspense fallback={<main id="main" />}>{pageAt(path) ?? <Nowhere />}</Suspense>
    </Boundary>
  );
}

const Nowhere = () => (
  <main id="main">
    <h1>There is no such page</h1>
    <p>
      <Link href={hrefOf()}>All endpoints</Link>
    </p>
  </main>
);
