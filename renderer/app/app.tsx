/** Puts the features together: they know each other only through the places that are left open for them here. */

import { MantineProvider } from '@mantine/core';
import { useCallback, useState } from 'react';
import { CircuitsPage } from '../features/circuits/circuits-page.tsx';
import { DeadLettersPage } from '../features/dead-letters/dead-letters-page.tsx';
import { JobPanel } from '../features/job/job-panel.tsx';
import { JobsPage } from '../features/jobs/jobs-page.tsx';
import { LabPage } from '../features/lab/lab-page.tsx';
import { LabRunPage } from '../features/lab/lab-run-page.tsx';
import { OverviewPage } from '../features/overview/overview-page.tsx';
import { PlannerPage } from '../features/planner/planner-page.tsx';
import { QueuesPage } from '../features/queues/queues-page.tsx';
import { SchedulesPage } from '../features/schedules/schedules-page.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';
import { PayloadFields } from '../features/submit/payload-fields.tsx';
import { SubmitPage } from '../features/submit/submit-page.tsx';
import { TasksPage } from '../features/tasks/tasks-page.tsx';
import { TourOffer } from '../features/tour/tour-offer.tsx';
import { TourPage } from '../features/tour/tour-page.tsx';
import { useTourPageLink } from '../features/tour/use-tour-page-link.ts';
import { WorkflowPage } from '../features/workflows/workflow-page.tsx';
import { WorkflowsPage } from '../features/workflows/workflows-page.tsx';
import { Notice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { Toasts } from '../ui/toast.tsx';
import { CommandPalette } from './command-palette.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { firstPath, Link, navigate, useLocation } from './navigation.tsx';
import { Shell } from './shell.tsx';
import type { Overlay } from './shortcuts.ts';
import { useShortcuts } from './shortcuts.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { colorSchemeManager, theme } from './theme.ts';

function CurrentPage() {
  const { path } = useLocation();
  const renderJob = useCallback((id: string, onClose: () => void) => <JobPanel key={id} id={id} onClose={onClose} />, []);
  switch (path) {
    case '/overview':
      return <OverviewPage welcome={<TourOffer />} />;
    case '/jobs':
      return <JobsPage renderJob={renderJob} />;
    case '/submit':
      return <SubmitPage />;
    case '/dead-letters':
      return <DeadLettersPage renderJob={renderJob} />;
    case '/schedules':
      return <SchedulesPage renderPayload={(props) => <PayloadFields key={props.task.name} {...props} />} />;
    case '/queues':
      return <QueuesPage />;
    case '/workflows':
      return <WorkflowsPage />;
    case '/circuits':
      return <CircuitsPage />;
    case '/settings':
      return <SettingsPage />;
    case '/tasks':
      return <TasksPage />;
    case '/tour':
      return <TourPage />;
    case '/lab':
      return <LabPage />;
    case '/planner':
      return <PlannerPage />;
  }
  const jobId = /^\/jobs\/([^/]+)$/.exec(path)?.[1];
  if (jobId !== undefined) {
    return (
      <Page title="Job" layout="fill">
        {renderJob(decodeURIComponent(jobId), () => navigate('/jobs'))}
      </Page>
    );
  }
  const workflowId = /^\/workflows\/([^/]+)$/.exec(path)?.[1];
  if (workflowId !== undefined) return <WorkflowPage key={workflowId} id={decodeURIComponent(workflowId)} renderJob={renderJob} />;
  const runId = /^\/lab\/([^/]+)$/.exec(path)?.[1];
  if (runId !== undefined) return <LabRunPage key={runId} id={decodeURIComponent(runId)} />;
  return (
    <Page title="Not here">
      <Notice tone="empty" title="There is no such page" action={<Link to={firstPath}>Go to the overview</Link>}>
        The address <code>{path}</code> leads nowhere in this window.
      </Notice>
    </Page>
  );
}

export function App() {
  const { path } = useLocation();
  const tourLink = useTourPageLink(path);
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  useShortcuts(setOverlay);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      // Mantine's variables come from its static file and ui/base.css: no styles made at run time.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <Shell show={setOverlay} visiting={tourLink}>
        <ErrorBoundary key={path}>
          <CurrentPage />
        </ErrorBoundary>
      </Shell>
      <ShortcutsDialog open={overlay === 'shortcuts'} onClose={() => setOverlay(null)} />
      <CommandPalette open={overlay === 'palette'} onClose={() => setOverlay(null)} />
      <Toasts />
    </MantineProvider>
  );
}
