/** Dead jobs by what they died of: a thousand failures are mostly three causes. */

import type { KeyboardEvent } from 'react';
import { useState } from 'react';
import type { DeadGroup } from '../../../contract/operations.ts';
import { formatCount } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './dead-groups.module.css';
import type { DeadTarget } from './dead-target.ts';
import { NothingDead } from './nothing-dead.tsx';
import { useDeadGroups } from './use-dead-groups.ts';

type DeadGroupListProps = {
  onOpen(fingerprint: string): void;
  onRedrive(target: DeadTarget): void;
  onDiscard(target: DeadTarget): void;
};

export function DeadGroupList({ onOpen, onRedrive, onDiscard }: DeadGroupListProps) {
  const { data, error, reload, readMore } = useDeadGroups();
  const [active, setActive] = useState<string | null>(null);
  const groups = data?.items ?? [];

  const onKey = (event: KeyboardEvent) => {
    const group = groups.find(({ fingerprint }) => fingerprint === active);
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = { selection: { fingerprint: group.fingerprint }, count: group.count };
    if (event.key === 'r') onRedrive(target);
    else if (event.key === 'Delete' || event.key === 'Backspace') onDiscard(target);
    else return;
    event.preventDefault();
  };

  if (!data)
    return error ? (
      <div className={styles.error}>
        <ErrorNotice error={error} retry={reload} />
      </div>
    ) : (
      <p className={styles.loading}>Loading the causes</p>
    );
  if (groups.length === 0) return <NothingDead />;
  return (
    <>
      {error && (
        <div className={styles.error}>
          <ErrorNotice error={error} retry={reload} />
        </div>
      )}
      <ItemList
        label="Causes"
        items={groups}
        keyOf={({ fingerprint }) => fingerprint}
        header={<GroupHeader />}
        renderRow={(group) => <GroupRow group={group} most={groups[0]?.count ?? 1} />}
        active={active}
        onActive={setActive}
        onOpen={({ fingerprint }) => onOpen(fingerprint)}
        onKey={onKey}
        readMore={readMore}
      />
    </>
  );
}

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

function GroupHeader() {
  return (
    <div className={styles.cells} role="presentation">
      <span role="columnheader" className={styles.number}>
        Jobs
      </span>
      <span role="columnheader">Cause</span>
      <span role="columnheader" className={styles.task}>
        Task
      </span>
      <span role="columnheader" className={styles.number}>
        First seen
      </span>
      <span role="columnheader" className={styles.number}>
        Last seen
      </span>
    </div>
  );
}

function GroupRow({ group, most }: { group: DeadGroup; most: number }) {
  return (
    <div className={styles.cells} role="presentation">
      <span role="gridcell" className={styles.count}>
        <span className={styles.share} style={{ width: `${Math.max(2, (group.count / most) * 100)}%` }} aria-hidden="true" />
        <span>{formatCount(group.count)}</span>
      </span>
      <span role="gridcell" className={styles.cause} title={group.sample}>
        <StateMark state="dead" />
        <span className={styles.text}>{group.sample.split('\n', 1)[0]}</span>
      </span>
      <span role="gridcell" className={styles.task}>
        {group.task}
      </span>
      <span role="gridcell" className={styles.number}>
        <Ago at={group.firstAt} />
      </span>
      <span role="gridcell" className={styles.number}>
        <Ago at={group.lastAt} />
      </span>
    </div>
  );
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above
