import { makeStyles, tokens } from '@fluentui/react-components';
import { useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId, useRef } from 'react';

const useStyles = makeStyles({
  section: {
    display: 'flex',
    flexDirection: 'column',
    gap: '16px',
    padding: '16px 20px 20px',
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    scrollMarginTop: '16px',
    '& > .fui-Field': { maxWidth: '720px' },
    '@media (max-width: 640px)': { padding: '12px 14px 16px' },
  },
  title: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: { color: tokens.colorNeutralForeground2, maxWidth: '75ch', marginTop: '2px' },
});

type Props = { title: string; children: ReactNode; description?: ReactNode; id?: string };

/** One titled part of a form. `id` is what a problem's link points at. */
export function FormSection({ title, children, description, id }: Props) {
  const styles = useStyles();
  const heading = useId();
  const section = useRef<HTMLElement>(null);
  const hash = useLocation({ select: (location) => location.hash });
  const wanted = id !== undefined && hash === id;
  useEffect(() => {
    if (wanted) section.current?.scrollIntoView();
  }, [wanted]);
  return (
    <section ref={section} className={styles.section} aria-labelledby={heading} id={id}>
      <div>
        <h2 className={styles.title} id={heading}>
          {title}
        </h2>
        {description !== undefined && <p className={styles.text}>{description}</p>}
      </div>
      {children}
    </section>
  );
}
