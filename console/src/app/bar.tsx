import { useNews } from '../api/news.ts';
import { useInfo, useMay } from '../api/queries.ts';
import { forgetKey, useSession } from '../api/session.ts';
import { type LiveTraffic, useTraffic } from '../api/traffic.ts';
import { Link } from '../location/link.tsx';
import { hrefOf, usePath } from '../location/location.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Brand } from './brand.tsx';
import { hrefOfKind, NAVIGATION } from './pages.tsx';
import { THEMES, useTheme } from './theme.ts';

const STATES: Readonly<Record<LiveTraffic['state'], string>> = {
  connecting: 'Connecting',
  live: 'Live',
  stale: 'Not live: trying again',
};

/** What is there on every page: where one is, whether it is live, who one is. */
export function Bar() {
  const { key, refusal } = useSession();
  const [theme, setTheme] = useTheme();
  const [shown = 'endpoints'] = usePath();
  const may = useMay();
  return (
    <header className="bar">
      <Link href={hrefOf()} className="brand">
        <Brand />
      </Link>
      <nav aria-label="Pages">
        {NAVIGATION.filter(({ needs }) => needs === undefined || may(needs)).map(({ text, kind }) => (
          <Link key={kind} href={hrefOfKind(kind)} aria-current={kind === shown ? 'page' : undefined}>
            {text}
          </Link>
        ))}
      </nav>
      {refusal === null && <Presence />}
      <Choice label="Colours" value={theme} onChange={setTheme} options={THEMES} />
      {key !== null && <Button onClick={() => forgetKey('You have signed out.')}>Sign out</Button>}
    </header>
  );
}

/** The stream of events is opened once it is known that it may be. */
function Presence() {
  const { data } = useInfo();
  if (data === undefined) return null;
  return (
    <p className="presence">
      <Liveness />
      {data.key && (
        <span className="who">
          {data.key.name}, {data.key.scope}
        </span>
      )}
    </p>
  );
}

function Liveness() {
  useNews();
  const { state } = useTraffic();
  return (
    <span className={`live live-${state}`} role="status">
      {STATES[state]}
    </span>
  );
}
