import type { ReactNode } from 'react';

interface PageHeadProps {
  readonly title: string;
  readonly badge: ReactNode;
  readonly sentence: string;
  readonly actions?: ReactNode;
  readonly trail: ReactNode;
}

/** Where one is, how it stands in a sentence, and what can be done. */
export const PageHead = ({ title, badge, sentence, actions, trail }: PageHeadProps) => (
  <header className="page-head">
    <nav aria-label="Way here">{trail}</nav>
    <h1>
      {title} {badge}
    </h1>
    <p aria-live="polite">{sentence}</p>
    {actions && <div className="page-actions">{actions}</div>}
  </header>
);
