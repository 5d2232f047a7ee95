/** Work that submits itself: every schedule with when it runs next and what came of the last time. */

import type { KeyboardEvent, ReactNode } from 'react';
import { useState } from 'react';
import type { Schedule } from '../../../contract/schedule.ts';
import { navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useAbsence } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { NotRead } from '../../ui/not-read.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { SplitPanel } from '../../ui/split-panel.tsx';
import type { RenderPayload } from './schedule-form.tsx';
import { ScheduleForm } from './schedule-form.tsx';
import { SchedulePanel } from './schedule-panel.tsx';
import { ScheduleHeader, ScheduleRow } from './schedule-row.tsx';
import styles from './schedules-page.module.css';
import { useSchedules } from './use-schedules.ts';

type SchedulesPageProps = {
  /** The fields of a task's payload. */
  renderPayload: RenderPayload;
};

/** In the address instead of an id: the form for a new one. */
const newOne = 'new';

export function SchedulesPage({ renderPayload }: SchedulesPageProps) {
  const location = useLocation();
  const { list, error, reload, readMore } = useSchedules();
  const absence = useAbsence();
  const shownId = location.query.get('schedule');
  const editing = location.query.get('edit') !== null;
  const [active, setActive] = useState<string | null>(shownId);
  const schedules = list?.schedules ?? [];
  const open = (id: string | null, edit = false) =>
    navigate(withQuery(location, { schedule: id, edit: edit ? '1' : null }), { replace: shownId !== null && id !== null });
  const close = () => open(null);
  const make = () => open(newOne);

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key !== 'e' || active === null) return;
    event.preventDefault();
    open(active, true);
  };

  const panel = (): ReactNode => {
    if (shownId === null) return null;
    if (shownId === newOne)
      return <ScheduleForm key={newOne} schedule={null} renderPayload={renderPayload} onSaved={({ id }) => open(id)} onClose={close} />;
    return (
      <ShownSchedule key={shownId} id={shownId} known={schedules.find(({ id }) => id === shownId)} onClose={close}>
        {(schedule) =>
          editing ? (
            <ScheduleForm schedule={schedule} renderPayload={renderPayload} onSaved={({ id }) => open(id)} onClose={() => open(shownId)} />
          ) : (
            <SchedulePanel schedule={schedule} onEdit={() => open(shownId, true)} onClose={close} />
          )
        }
      </ShownSchedule>
    );
  };

  return (
    <Page
      title="Schedules"
      layout="fill"
      aside={list && schedules.length > 0 && `${formatCount(schedules.length)}${list.next === null ? '' : '+'}`}
      actions={
        <Button icon="submit" onClick={make} disabled={shownId === newOne}>
          New schedule
        </Button>
      }
    >
      <SplitPanel label="Schedule" panel={panel()} onClose={close}>
        {error && list && (
          <div className={styles.error}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
        <div className={styles.list}>
          {list === undefined ? (
            <NotRead what="schedules" error={error} absence={absence} retry={reload} />
          ) : schedules.length === 0 ? (
            <Notice tone="empty" title="Nothing is scheduled" action={<Button onClick={make}>Make a schedule</Button>}>
              A schedule submits a job by itself, by a cron pattern or at an interval: backups, reports, checks. Runs that were missed while
              the machine slept are made up for.
            </Notice>
          ) : (
            <ItemList
              label="Schedules"
              items={schedules}
              keyOf={({ id }) => id}
              header={<ScheduleHeader />}
              renderRow={(schedule) => <ScheduleRow schedule={schedule} />}
              active={active}
              onActive={(id) => {
                setActive(id);
                // With the panel open, moving through the list moves through the schedules; what is being written stays.
                if (shownId !== null && shownId !== newOne && !editing) open(id);
              }}
              onOpen={({ id }) => open(id)}
              onKey={onKey}
              readMore={readMore}
            />
          )}
        </div>
      </SplitPanel>
    </Page>
  );
}

type ShownScheduleProps = {
  id: string;
  /** As the list has it; undefined beyond the pages that were read. */
  known: Schedule | undefined;
  onClose(): void;
  children(schedule: Schedule): ReactNode;
};

function ShownSchedule({ id, known, onClose, children }: ShownScheduleProps) {
  const read = useResource(known ? null : `schedule ${id}`, (signal) => client.call('getSchedule', { params: { id }, signal }));
  const schedule = known ?? read.data;
  if (schedule) return children(schedule);
  return (
    <div className={styles.empty}>
      {read.error ? (
        <Notice tone="empty" title="This schedule is not there" action={<Button onClick={onClose}>Close</Button>}>
          It may have been deleted. The jobs that it made stay.
        </Notice>
      ) : (
        <p className={styles.loading}>Loading the schedule</p>
      )}
    </div>
  );
}
