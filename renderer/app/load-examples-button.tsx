/** Makes tasks of the examples that come with the program. Not there once they are. */

import { useExampleLoading, useExamples } from '../data/examples.ts';
import { Button } from '../ui/button.tsx';
import { describeError } from '../ui/notice.tsx';
import { showToast } from '../ui/toast.tsx';

export function LoadExamplesButton() {
  const examples = useExamples();
  const { busy, load } = useExampleLoading(examples);
  const absent = examples.data?.filter(({ state }) => state === 'absent').length ?? 0;
  if (absent === 0) return null;
  const onClick = async () => {
    const error = await load();
    if (error) {
      showToast({ tone: 'error', ...describeError(error) });
      return;
    }
    showToast({
      tone: 'done',
      title: absent === 1 ? '1 example loaded' : `${absent} examples loaded`,
      text: 'They are files in your tasks folder now: try them, and change them at will.',
    });
    // The button is gone then, and the keyboard would be lost with it.
    document.getElementById('page-title')?.focus();
  };
  return (
    <Button tone="quiet" busy={busy} onClick={onClick}>
      Load the examples
    </Button>
  );
}
