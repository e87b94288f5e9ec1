import type { ReactNode } from 'react';
import { usePageTitle } from './page-title.ts';

interface PageHeadProps {
  readonly title: string;
  readonly badge?: ReactNode;
  readonly sentence: string;
  readonly actions?: ReactNode;
  /** The way to what this page belongs to; none for a page of the bar. */
  readonly trail?: ReactNode;
}

/** Where one is, how it stands in a sentence, and what can be done. */
export function PageHead({ title, badge, sentence, actions, trail }: PageHeadProps) {
  usePageTitle(title);
  return (
    <header className="page-head">
      {trail && <nav aria-label="Way here">{trail}</nav>}
      <h1>
        {title} {badge}
      </h1>
      <p aria-live="polite">{sentence}</p>
      {actions && <div className="page-actions">{actions}</div>}
    </header>
  );
}
