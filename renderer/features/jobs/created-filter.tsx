/** When a job was created, and its tags: the filters whose values are written rather than chosen. */

import { Popover, TagsInput } from '@mantine/core';
import { useId, useState } from 'react';
import { limits } from '../../../contract/limits.ts';
import { navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './filter-bar.module.css';
import type { JobFilter } from './job-filter.ts';

const spans = [
  { title: '15 min', ms: 15 * 60_000 },
  { title: '1 h', ms: 3_600_000 },
  { title: '24 h', ms: 86_400_000 },
  { title: '7 d', ms: 7 * 86_400_000 },
] as const;

/** For an input of local time, which knows no zone. */
function toLocal(at: string): string {
  if (at === '') return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function fromLocal(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

export function CreatedFilter({ filter }: { filter: JobFilter }) {
  const location = useLocation();
  const [open, setOpen] = useState(false);
  const id = useId();
  const { createdAfter, createdBefore, tag } = filter;
  const change = (changes: Record<string, string | string[] | null>) => navigate(withQuery(location, changes), { replace: true });
  const active = [createdAfter !== '' || createdBefore !== '' ? 'Created' : '', tag.length > 0 ? `Tag: ${tag.join(', ')}` : ''].filter(
    (word) => word !== '',
  );
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={280} trapFocus withinPortal returnFocus>
      <Popover.Target>
        <button type="button" className={styles.filter} data-on={active.length > 0 || undefined} onClick={() => setOpen((was) => !was)}>
          <span>{active.length > 0 ? active.join(' · ') : 'More'}</span>
          <Icon name="down" size={12} />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Tags and time of creation">
        <div className={styles.more}>
          <TagsInput
            label="Tags"
            description="Jobs that have any of them"
            value={tag}
            maxTags={limits.tags}
            onChange={(tags) => change({ tag: tags })}
            comboboxProps={{ withinPortal: false }}
          />
          <fieldset className={styles.spans}>
            <legend>Created within the last</legend>
            {spans.map(({ title, ms }) => (
              <Button key={title} onClick={() => change({ createdAfter: new Date(Date.now() - ms).toISOString(), createdBefore: null })}>
                {title}
              </Button>
            ))}
          </fieldset>
          <label className={styles.moment} htmlFor={`${id}-after`}>
            From
            <input
              id={`${id}-after`}
              type="datetime-local"
              value={toLocal(createdAfter)}
              onChange={(event) => change({ createdAfter: fromLocal(event.target.value) })}
            />
          </label>
          <label className={styles.moment} htmlFor={`${id}-before`}>
            To
            <input
              id={`${id}-before`}
              type="datetime-local"
              value={toLocal(createdBefore)}
              onChange={(event) => change({ createdBefore: fromLocal(event.target.value) })}
            />
          </label>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
