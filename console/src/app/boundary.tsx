import { Component, type ReactNode } from 'react';
import { Failed } from '../ui/panel.tsx';

interface BoundaryState {
  readonly error: Error | null;
}

/**
 * What a page that cannot be shown leaves: mostly its code is of a build that the server no longer has, and comes with the next
 * load of the page.
 */
export class Boundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { error: null };

  static getDerivedStateFromError(error: Error): BoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <main id="main">
        <Failed error={error} onRetry={() => window.location.reload()} />
      </main>
    );
  }
}
