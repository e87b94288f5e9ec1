import { useEffect } from 'react';

/** What the tab, the history and bookmarks call this page. */
export const usePageTitle = (title: string): void =>
  useEffect(() => {
    document.title = `${title} · Plimsoll`;
  }, [title]);
