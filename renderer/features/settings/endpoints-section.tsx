/** Where webhooks go, and the secrets that they are signed with. */

import { useState } from 'react';
import type { Endpoint } from '../../../contract/notify.ts';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { describeError, ErrorNotice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { showToast } from '../../ui/toast.tsx';
import { EndpointHeader, EndpointRow } from './endpoint-row.tsx';
import styles from './endpoints-section.module.css';
import { NewEndpoint } from './new-endpoint.tsx';
import { useEndpoints } from './use-endpoints.ts';

const rowHeight = 36;
const rowsInSight = 8;

export function EndpointsSection() {
  const { data, error, reload, readMore } = useEndpoints();
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Endpoint | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const [revealed, setRevealed] = useState<string | null>(null);
  const endpoints = data?.items ?? [];

  const act = async (endpoint: Endpoint, perform: () => Promise<unknown>) => {
    setBusy(endpoint.id);
    try {
      await perform();
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      setBusy(null);
      setDeleting(null);
      reload();
    }
  };
  const toggle = (endpoint: Endpoint) =>
    act(endpoint, () => client.call('patchEndpoint', { params: { id: endpoint.id }, body: { enabled: !endpoint.enabled } }));
  const remove = (endpoint: Endpoint) => act(endpoint, () => client.call('deleteEndpoint', { params: { id: endpoint.id } }));

  return (
    <Section
      title="Webhook endpoints"
      aside={
        <>
          {endpoints.length > 0 && `${formatCount(endpoints.length)}${data?.isMore ? '+' : ''}`}
          <Button icon="submit" onClick={() => setMaking(true)} disabled={making}>
            New endpoint
          </Button>
        </>
      }
    >
      {making && (
        <NewEndpoint
          onMade={(made) => {
            setMaking(false);
            setRevealed(made.id);
            setActive(made.id);
            reload();
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p className={styles.faint}>Loading the endpoints</p>}
      {data && endpoints.length === 0 && !making && (
        <p className={styles.faint}>
          None yet. A job or a schedule that names an address in <code>notify</code> makes one by itself; make it here first to have its
          secret before anything is sent.
        </p>
      )}
      {endpoints.length > 0 && (
        <div className={styles.list} style={{ height: (Math.min(rowsInSight, endpoints.length) + 1) * rowHeight + 2 }}>
          <ItemList
            label="Webhook endpoints"
            items={endpoints}
            keyOf={({ id }) => id}
            rowHeight={rowHeight}
            header={<EndpointHeader />}
            renderRow={(endpoint) => (
              <EndpointRow
                endpoint={endpoint}
                busy={busy === endpoint.id}
                revealed={revealed === endpoint.id}
                onReveal={() => setRevealed(revealed === endpoint.id ? null : endpoint.id)}
                onToggle={() => void toggle(endpoint)}
                onDelete={() => setDeleting(endpoint)}
              />
            )}
            active={active}
            onActive={setActive}
            onOpen={({ id }) => setRevealed(id)}
            onKey={(event) => {
              const endpoint = endpoints.find(({ id }) => id === active);
              if (!endpoint || (event.key !== 'Delete' && event.key !== 'Backspace')) return;
              event.preventDefault();
              setDeleting(endpoint);
            }}
            readMore={readMore}
          />
        </div>
      )}
      <Confirm
        open={deleting !== null}
        title="Delete this endpoint?"
        verb="Delete endpoint"
        busy={busy !== null}
        onConfirm={() => deleting && void remove(deleting)}
        onClose={() => setDeleting(null)}
      >
        <code>{deleting?.url}</code> and its secret are forgotten, and what still waits to be sent there fails. A later submission that
        names the address makes a new endpoint with another secret.
      </Confirm>
    </Section>
  );
}
