import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import '../ui/design.css';
import '../ui/panels.css';
import '../ui/controls.css';
import '../ui/pages.css';
import '../ui/narrow.css';
import { ApiError } from '../api/client.ts';
import { beginAsking } from '../api/queries.ts';
import { isFirstPage } from '../location/location.ts';
import { App } from './app.tsx';
import { applyTheme } from './theme.ts';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1000,
      // What the server has refused it refuses again.
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchIntervalInBackground: false,
    },
  },
});

const page = document.getElementById('page');
if (page === null) throw new Error('the page has lost its place');
applyTheme();
beginAsking(queries, isFirstPage());
createRoot(page).render(
  <CSPProvider disableStyleElements>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </CSPProvider>,
);
