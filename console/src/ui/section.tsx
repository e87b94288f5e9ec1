import type { ReactNode } from 'react';

interface SectionProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page whose content is there already. */
export const Section = ({ title, actions, children }: SectionProps) => (
  <section className="panel" aria-label={title}>
    <header className="panel-head">
      <h2>{title}</h2>
      {actions}
    </header>
    {children}
  </section>
);
