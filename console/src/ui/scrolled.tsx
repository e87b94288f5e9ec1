import type { ReactNode } from 'react';

/** What may be wider than a phone: it is moved within its panel, by keyboard too. */
export const Scrolled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is moved by arrows
  <section className="scrolled" aria-label={label} tabIndex={0}>
    {children}
  </section>
);
