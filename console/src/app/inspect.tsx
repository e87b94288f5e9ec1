/** The page that looks into a file: it asks no server anything. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { createRoot } from 'react-dom/client';
import '../ui/design.css';
import '../ui/panels.css';
import '../ui/controls.css';
import '../ui/pages.css';
import '../ui/narrow.css';
import { Inspect } from '../features/inspect/inspect.tsx';
import { Choice } from '../ui/choice.tsx';
import { Brand } from './brand.tsx';
import { applyTheme, THEMES, useTheme } from './theme.ts';

function Bar() {
  const [theme, setTheme] = useTheme();
  return (
    <header className="bar">
      <a href="/console/" className="brand">
        <Brand />
      </a>
      <nav aria-label="Pages">
        <a href="/console/">Console</a>
        <a href="/inspect" aria-current="page">
          Inspect
        </a>
      </nav>
      <Choice label="Colours" value={theme} onChange={setTheme} options={THEMES} />
    </header>
  );
}

const page = document.getElementById('page');
if (page === null) throw new Error('the page has lost its place');
applyTheme();
createRoot(page).render(
  <CSPProvider disableStyleElements>
    <a className="skip" href="#main">
      To the content
    </a>
    <Bar />
    <Inspect />
  </CSPProvider>,
);
