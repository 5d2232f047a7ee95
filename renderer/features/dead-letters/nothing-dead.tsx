import { Notice } from '../../ui/notice.tsx';

export function NothingDead() {
  return (
    <Notice tone="empty" title="Nothing is dead">
      A job comes here when its last attempt has failed, with the reason, its last output and its log, and stays for 30 days. From here it
      can be run again once the cause is fixed.
    </Notice>
  );
}
