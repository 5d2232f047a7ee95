/** The lab: the same requests through sync, async, hybrid and auto, for real. What can be tried, and what was. */

import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { type Mode, modes } from '../../../contract/job.ts';
import type { LabPreset, LabRunInput } from '../../../contract/lab-run.ts';
import { navigate } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { describeError, ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { showToast } from '../../ui/toast.tsx';
import styles from './lab-page.module.css';
import { modeTitles, workloadWords } from './lab-words.ts';
import { OwnWorkload } from './own-workload.tsx';
import { RunList } from './run-list.tsx';

export function LabPage() {
  const presets = useResource('lab presets', (signal) => client.call('listLabPresets', { signal }));
  const runs = useResource('lab runs', (signal) => client.call('listLabRuns', { query: { limit: 100 }, signal }));
  useReloadOn(runs.reload, ({ type }) => type.startsWith('lab.') && type !== 'lab.progress');
  const [wanted, setWanted] = useState<readonly Mode[]>(modes);
  const [starting, setStarting] = useState<string | null>(null);
  const going = runs.data?.runs.find(({ state }) => state === 'running');
  const toggle = (mode: Mode) => setWanted((before) => modes.filter((each) => (each === mode) !== before.includes(each)));

  const start = async (what: string, run: LabRunInput) => {
    setStarting(what);
    try {
      const { id } = await client.call('startLabRun', { body: run });
      navigate(`/lab/${id}`);
    } catch (thrown) {
      showToast({ tone: 'error', ...describeError(thrown instanceof Error ? thrown : new Error(String(thrown))) });
      setStarting(null);
    }
  };
  const hindrance = going ? `${going.name} runs now: one run at a time` : wanted.length === 0 ? 'Choose at least one mode' : null;
  const cases = presets.data?.presets ?? [];

  return (
    <Page title="Lab" aside="The same requests through every mode, for real, on an engine of their own">
      {(runs.data?.runs.length ?? 0) > 0 && (
        <Section title="Runs">
          <RunList runs={runs.data?.runs ?? []} />
        </Section>
      )}
      {runs.error && !runs.data && (
        <div className={styles.message}>
          <ErrorNotice error={runs.error} retry={runs.reload} />
        </div>
      )}
      <Section
        title="Well-known cases"
        aside={
          <fieldset className={styles.modes}>
            <legend className="only-read">Modes to run</legend>
            {modes.map((mode) => (
              <Checkbox key={mode} label={modeTitles[mode]} checked={wanted.includes(mode)} onChange={() => toggle(mode)} />
            ))}
          </fieldset>
        }
      >
        {presets.error && !presets.data && <ErrorNotice error={presets.error} retry={presets.reload} />}
        {!presets.data && !presets.error && <p className={styles.faint}>Loading the cases</p>}
        {presets.data && cases.length === 0 && (
          <Notice tone="empty" title="There are no cases">
            This engine comes without any. A workload of your own can still be run.
          </Notice>
        )}
        <ul className={styles.cases}>
          {cases.map((preset) => (
            <PresetRow
              key={preset.name}
              preset={preset}
              hindrance={hindrance}
              busy={starting === preset.name}
              onStart={() => start(preset.name, { preset: preset.name, modes: [...wanted] })}
            />
          ))}
        </ul>
      </Section>
      <Section title="A workload of your own">
        <OwnWorkload
          presets={cases}
          hindrance={hindrance}
          busy={starting === 'own'}
          onStart={(run) => start('own', { ...run, modes: [...wanted] })}
        />
      </Section>
    </Page>
  );
}

type PresetRowProps = { preset: LabPreset; hindrance: string | null; busy: boolean; onStart: () => void };

function PresetRow({ preset: { title, why, recommended, waitMs, workload }, hindrance, busy, onStart }: PresetRowProps) {
  return (
    <li className={styles.case}>
      <div className={styles.caseWords}>
        <p>
          <span className={styles.caseTitle}>{title}</span>
          <span className={styles.recommended}>{waitMs === null ? recommended : `${recommended}, after a wait of ${waitMs / 1000} s`}</span>
        </p>
        <p className={styles.why}>{why}</p>
        <p className={styles.faint}>{workloadWords(workload)}</p>
      </div>
      <Button
        icon="play"
        disabled={hindrance !== null}
        title={hindrance ?? undefined}
        busy={busy}
        onClick={onStart}
        aria-label={`Run ${title}`}
      >
        Run
      </Button>
    </li>
  );
}
