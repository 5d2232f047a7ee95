import { Link } from '../../app/navigation.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './attention.module.css';
import { useAttention } from './use-attention.ts';

/** Nothing at all where nothing needs anyone. */
export function Attention() {
  const { lines, dismiss } = useAttention();
  if (lines.length === 0) return null;
  return (
    <section className={styles.attention} aria-label="Needs attention">
      <h2 className="only-read">Needs attention</h2>
      <ul>
        {lines.map(({ key, title, text, to, operationId }) => (
          <li key={key} className={styles.line}>
            <span className={styles.icon}>
              <Icon name="warning" size={14} />
            </span>
            <p className={styles.words}>
              <strong>{title}</strong> <span>{text}</span>
            </p>
            <Link to={to.path}>{to.label}</Link>
            {operationId !== null && <IconButton icon="close" label={`Put away: ${title}`} onClick={() => dismiss(operationId)} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
