import { TextInput } from '@mantine/core';
import type { FormEvent, KeyboardEvent } from 'react';
import { useState } from 'react';
import type { Endpoint } from '../../../contract/notify.ts';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { fieldError, wholeError } from '../../ui/field-error.ts';
import { Notice } from '../../ui/notice.tsx';
import styles from './new-endpoint.module.css';

type Errors = { url?: string | undefined; description?: string | undefined; secret?: string | undefined; whole?: string };

export function NewEndpoint({ onMade, onClose }: { onMade(endpoint: Endpoint): void; onClose(): void }) {
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [secret, setSecret] = useState('');
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);

  const make = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const about = description.trim();
      const own = secret.trim();
      onMade(
        await client.call('makeEndpoint', {
          body: { url: url.trim(), ...(about === '' ? {} : { description: about }), ...(own === '' ? {} : { secret: own }) },
        }),
      );
    } catch (thrown) {
      const found = {
        url: fieldError(thrown, 'url'),
        description: fieldError(thrown, 'description'),
        secret: fieldError(thrown, 'secret'),
      };
      setErrors(Object.values(found).some((message) => message !== undefined) ? found : { whole: wholeError(thrown) });
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };

  return (
    <form className={styles.form} onSubmit={make} onKeyDown={onKeyDown} aria-label="New endpoint" noValidate>
      <TextInput
        label="Address"
        placeholder="https://example.org/hook"
        autoFocus
        value={url}
        error={errors.url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <TextInput
        label="Description"
        placeholder="optional"
        value={description}
        error={errors.description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <TextInput
        label="Secret"
        description="Empty: a new one is made"
        placeholder="whsec_…"
        autoComplete="off"
        value={secret}
        error={errors.secret}
        onChange={(event) => setSecret(event.target.value)}
      />
      <div className={styles.actions}>
        <Button type="submit" tone="primary" busy={busy}>
          Make endpoint
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
      {errors.whole !== undefined && (
        <Notice tone="error" title="The endpoint was not made">
          {errors.whole}
        </Notice>
      )}
    </form>
  );
}
