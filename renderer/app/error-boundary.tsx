import type { ReactNode } from 'react';
import { Component } from 'react';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';

type Props = { children: ReactNode };
type State = { error: Error | undefined };

/** A page that fails to draw takes neither the navigation nor the other pages with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div style={{ padding: 'var(--space-4)' }}>
        <Notice
          tone="error"
          title="This page could not be drawn"
          action={<Button onClick={() => this.setState({ error: undefined })}>Draw it again</Button>}
        >
          {error.message}. Your jobs are not affected: the engine runs apart from this window.
        </Notice>
      </div>
    );
  }
}
