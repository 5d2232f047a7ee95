/** Work in several steps: every workflow with how far it is. One opens as a page of its own, since a graph needs the room. */

import { useState } from 'react';
import type { WorkflowState } from '../../../contract/workflow.ts';
import { workflowStates } from '../../../contract/workflow.ts';
import { Link, navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { useAbsence } from '../../data/live.ts';
import { Choice } from '../../ui/choice.tsx';
import { formatCount } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { NotRead } from '../../ui/not-read.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { useWorkflows } from './use-workflows.ts';
import { WorkflowHeader, WorkflowRow } from './workflow-row.tsx';
import { workflowMarks } from './workflow-words.ts';
import styles from './workflows-page.module.css';

const choices = [
  { value: 'all', label: 'All' },
  ...workflowStates.map((state) => ({ value: state, label: workflowMarks[state].word })),
] as const;

export function WorkflowsPage() {
  const location = useLocation();
  const asked = location.query.get('state');
  const wanted = workflowStates.find((state) => state === asked) ?? null;
  return <Workflows key={wanted} wanted={wanted} />;
}

function Workflows({ wanted }: { wanted: WorkflowState | null }) {
  const location = useLocation();
  const { list, error, reload, readMore } = useWorkflows(wanted);
  const absence = useAbsence();
  const [active, setActive] = useState<string | null>(null);
  const workflows = list?.workflows ?? [];
  return (
    <Page
      title="Workflows"
      layout="fill"
      aside={list && workflows.length > 0 && `${formatCount(workflows.length)}${list.next === null ? '' : '+'}`}
      actions={
        <Choice
          label="State"
          options={choices}
          value={wanted ?? 'all'}
          onChange={(value) => navigate(withQuery(location, { state: value === 'all' ? null : value }), { replace: true })}
        />
      }
    >
      {error && list && (
        <div className={styles.error}>
          <ErrorNotice error={error} retry={reload} />
        </div>
      )}
      <div className={styles.list}>
        {list === undefined ? (
          <NotRead what="workflows" error={error} absence={absence} retry={reload} />
        ) : workflows.length === 0 ? (
          <NoWorkflows wanted={wanted} />
        ) : (
          <ItemList
            label="Workflows"
            items={workflows}
            keyOf={({ id }) => id}
            header={<WorkflowHeader />}
            renderRow={(workflow) => <WorkflowRow workflow={workflow} />}
            active={active}
            onActive={setActive}
            onOpen={({ id }) => navigate(`/workflows/${id}`)}
            readMore={readMore}
          />
        )}
      </div>
    </Page>
  );
}

function NoWorkflows({ wanted }: { wanted: WorkflowState | null }) {
  if (wanted !== null) {
    return (
      <Notice
        tone="empty"
        title={`No workflow is ${workflowMarks[wanted].word.toLowerCase()}`}
        action={<Link to="/workflows">Show all</Link>}
      >
        One appears here as soon as it is.
      </Notice>
    );
  }
  return (
    <Notice tone="empty" title="No workflows yet">
      A workflow is jobs that wait for others: steps, fan-out and fan-in. Programs submit one with <code>POST /v1/workflows</code>, people
      with <code>switchyard workflow submit FILE</code>.
    </Notice>
  );
}
