/** One workflow: how far it is, what holds it up, what to do about it; as a graph or a list, with a job's details beside it. */

import type { ReactNode } from 'react';
import { useMemo } from 'react';
import type { Workflow } from '../../../contract/workflow.ts';
import { Link, navigate, useLocation, withQuery } from '../../app/navigation.tsx';
import { useAbsence } from '../../data/live.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { SplitPanel } from '../../ui/split-panel.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { graphOf } from './graph-groups.ts';
import { JobTable } from './job-table.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { StepBar } from './step-bar.tsx';
import { useWorkflow } from './use-workflow.ts';
import { WorkflowActions } from './workflow-actions.tsx';
import { WorkflowGraph } from './workflow-graph.tsx';
import styles from './workflow-page.module.css';
import { countWords, titleOf, workflowMarks } from './workflow-words.ts';

type WorkflowPageProps = { id: string; renderJob: (id: string, onClose: () => void) => ReactNode };

/** Give it `key={id}`. */
export function WorkflowPage({ id, renderJob }: WorkflowPageProps) {
  const { workflow, error, gone, reload } = useWorkflow(id);
  const absence = useAbsence();
  if (gone) {
    return (
      <Page title="Workflow">
        <Notice tone="empty" title="This workflow is gone" action={<Link to="/workflows">All workflows</Link>}>
          It was deleted with its jobs, or its time was up: it is kept as long after its end as jobs are.
        </Notice>
      </Page>
    );
  }
  if (!workflow) {
    return (
      <Page title="Workflow">
        {!error && <p className={styles.loading}>Loading the workflow</p>}
        {error && absence && (
          <Notice tone="empty" title="The workflow cannot be read just now">
            {absence} It is safe on disk and will be shown here as soon as it can be read.
          </Notice>
        )}
        {error && !absence && (
          <div className={styles.error}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
      </Page>
    );
  }
  return <LoadedWorkflow workflow={workflow} error={error} reload={reload} renderJob={renderJob} />;
}

type LoadedWorkflowProps = Pick<WorkflowPageProps, 'renderJob'> & { workflow: Workflow; error: Error | undefined; reload(): void };

function LoadedWorkflow({ workflow, error, reload, renderJob }: LoadedWorkflowProps) {
  const location = useLocation();
  const { jobs, state, counts } = workflow;
  // What waits for what never changes, so the drawing stays where it is while states come and go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const graph = useMemo(() => graphOf(workflow), [workflow.id]);
  const shownId = location.query.get('job');
  const groupId = location.query.get('group');
  const group = groupId === null ? undefined : graph.nodes.find(({ id }) => id === groupId);
  const asList = location.query.get('view') === 'list' || group !== undefined;
  const step = jobs.find(({ id }) => id === shownId);
  const go = (changes: Record<string, string | null>, replace = false) => navigate(withQuery(location, changes), { replace });
  const open = (id: string) => go({ job: id }, shownId !== null);
  const close = () => go({ job: null });
  const jobOf = (nodeId: string) => {
    const members = graph.nodes.find(({ id }) => id === nodeId)?.members ?? [];
    return members.length === 1 ? jobs[members[0] ?? 0]?.id : undefined;
  };
  /** A single job opens beside the graph; a group is listed. */
  const changesFor = (nodeId: string): Record<string, string | null> => {
    const id = jobOf(nodeId);
    return id === undefined ? { group: nodeId, job: null } : { job: id };
  };

  return (
    <Page
      title={titleOf(workflow)}
      layout="fill"
      actions={
        <>
          <WorkflowActions workflow={workflow} onDone={reload} />
          <Choice
            label="View"
            options={[
              { value: 'graph', label: 'Graph' },
              { value: 'list', label: 'List' },
            ]}
            value={asList ? 'list' : 'graph'}
            onChange={(view) => go({ view: view === 'list' ? 'list' : null, group: null }, true)}
          />
        </>
      }
    >
      <div className={styles.summary}>
        <Link to="/workflows">← All</Link>
        <StateMark state={workflowMarks[state].state} word={workflowMarks[state].word} withLabel />
        <span className={styles.progress}>
          <ProgressBar counts={counts} />
        </span>
        <span className={styles.counts}>{countWords(counts)}</span>
      </div>
      <SplitPanel
        label="Job"
        onClose={close}
        panel={
          shownId === null ? null : (
            <div className={styles.panel}>
              {step && <StepBar workflow={workflow} step={step} onOpen={open} onRetried={reload} />}
              {renderJob(shownId, close)}
            </div>
          )
        }
      >
        {error && (
          <div className={styles.error}>
            <ErrorNotice error={error} retry={reload} />
          </div>
        )}
        {group && (
          <div className={styles.group}>
            <Button tone="quiet" onClick={() => go({ group: null, view: null })}>
              ← Graph
            </Button>
            <span>
              {formatCount(group.members.length)} jobs: <strong>{group.label}</strong>
            </span>
          </div>
        )}
        {asList ? (
          <JobTable
            key={groupId}
            jobs={group ? group.members.flatMap((place) => jobs[place] ?? []) : jobs}
            all={jobs}
            shown={shownId}
            onOpen={open}
          />
        ) : (
          <WorkflowGraph
            graph={graph}
            jobs={jobs}
            shown={shownId}
            addressOf={(nodeId) => withQuery(location, changesFor(nodeId))}
            onOpen={(nodeId) => go(changesFor(nodeId), shownId !== null)}
          />
        )}
      </SplitPanel>
    </Page>
  );
}
