import type { ReactNode } from 'react';
import './outline.css';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

/** What is known, name by name; what is null is left out. */
export const FactsList = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl className="version-facts">
    {facts
      .filter(({ value }) => value !== null && value !== '')
      .map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
