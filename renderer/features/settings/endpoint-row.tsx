import { Switch } from '@mantine/core';
import type { Endpoint } from '../../../contract/notify.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import styles from './endpoint-row.module.css';

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

export function EndpointHeader() {
  return (
    <div className={styles.cells} role="presentation">
      <span role="columnheader">Address</span>
      <span role="columnheader">Secret</span>
      <span role="columnheader">On</span>
      <span role="columnheader">
        <span className="only-read">Delete</span>
      </span>
    </div>
  );
}

type EndpointRowProps = {
  endpoint: Endpoint;
  busy: boolean;
  revealed: boolean;
  onReveal(): void;
  onToggle(): void;
  onDelete(): void;
};

export function EndpointRow({ endpoint, busy, revealed, onReveal, onToggle, onDelete }: EndpointRowProps) {
  const { url, description, secret, enabled, offReason, registered } = endpoint;
  const note = enabled ? (description ?? (registered ? null : 'made by a submission')) : `off${offReason === null ? '' : `: ${offReason}`}`;
  return (
    <div className={styles.cells} role="presentation" data-off={!enabled || undefined}>
      <span role="gridcell" className={styles.address} title={url}>
        <span className={styles.url}>{url}</span>
        {note !== null && <span className={styles.note}>{note}</span>}
      </span>
      <span role="gridcell" className={styles.secret}>
        <code>{revealed ? secret : 'whsec_••••••••'}</code>
        <Button tone="quiet" onClick={onReveal} aria-label={`${revealed ? 'Hide' : 'Show'} the secret of ${url}`}>
          {revealed ? 'Hide' : 'Show'}
        </Button>
        <CopyButton text={() => secret} label="Copy the secret" />
      </span>
      <span role="gridcell">
        <Switch aria-label={`Send to ${url}`} checked={enabled} disabled={busy} onChange={onToggle} />
      </span>
      <span role="gridcell">
        <IconButton icon="trash" label={`Delete ${url}`} onClick={onDelete} />
      </span>
    </div>
  );
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above
