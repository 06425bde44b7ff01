import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { CopyArrowRight20Regular } from '@fluentui/react-icons/svg/copy-arrow-right';
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss';
import { useTranslation } from 'react-i18next';
import type { WorkingHours } from '../../src/http/schemas/desk.ts';
import { dateFormat } from '../i18n/locale.ts';
import {
  firstDayOfWeek,
  nextSpan,
  onWeekdays,
  type Span,
  shownEnd,
  spansOn,
  typedEnd,
  weekFrom,
} from './working-hours-draft.ts';

/** The API takes 28; four on a day are more than anybody needs. */
const MOST_SPANS = 4;

const useStyles = makeStyles({
  week: { display: 'flex', flexDirection: 'column', maxWidth: '720px' },
  day: {
    display: 'grid',
    gridTemplateColumns: 'minmax(96px, 130px) minmax(0, 1fr) auto',
    gap: '4px 16px',
    alignItems: 'start',
    padding: '8px 0',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    '@media (max-width: 640px)': { gridTemplateColumns: 'minmax(0, 1fr) auto' },
  },
  name: {
    fontWeight: tokens.fontWeightSemibold,
    lineHeight: '32px',
    '::first-letter': { textTransform: 'uppercase' },
  },
  spans: {
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    '@media (max-width: 640px)': { gridColumn: '1 / -1', gridRow: 2 },
  },
  closed: { lineHeight: '32px', color: tokens.colorNeutralForeground3 },
  span: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    '@media (max-width: 640px)': { gap: '4px' },
  },
  time: { flex: '0 1 136px', minWidth: 0 },
  commands: { display: 'flex', gap: '4px' },
});

type Props = {
  hours: WorkingHours;
  onChange: (days: WorkingHours['days']) => void;
  disabled: boolean;
  problemAt: (path: string) => string | undefined;
};

/** When people are here, day by day, with as many spans as a day has. */
export function WeekField({ hours, onChange, disabled, problemAt }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.week}>
      {weekFrom(firstDayOfWeek()).map((day) => (
        <Day
          key={day}
          day={day}
          hours={hours}
          onChange={onChange}
          disabled={disabled}
          problemAt={problemAt}
        />
      ))}
    </div>
  );
}

/** 4 January 2026 was a Sunday. */
const dayName = (day: number): string =>
  dateFormat({ weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 4 + day));

function Day({ day, hours, onChange, disabled, problemAt }: Props & { day: number }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const name = dayName(day);
  const indices = spansOn(hours, day);
  const isWeekday = day >= 1 && day <= 5;
  const change = (index: number, span: Partial<Span>) =>
    onChange(hours.days.map((old, at) => (at === index ? { ...old, ...span } : old)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid in every browser
    <div className={styles.day} role="group" aria-label={name}>
      <span className={styles.name}>{name}</span>
      <div className={styles.spans}>
        {indices.length === 0 && <span className={styles.closed}>{t('workingHours.closed')}</span>}
        {indices.map((index) => (
          <SpanRow
            key={index}
            span={hours.days[index] ?? { day, from: '', to: '' }}
            name={name}
            disabled={disabled}
            problem={problemAt(`days.${index}`)}
            onChange={(span) => change(index, span)}
            onRemove={() => onChange(hours.days.filter((_, at) => at !== index))}
          />
        ))}
      </div>
      {!disabled && (
        <span className={styles.commands}>
          {isWeekday && indices.length > 0 && (
            <Button
              appearance="subtle"
              icon={<CopyArrowRight20Regular />}
              aria-label={t('workingHours.toWeekdays', { day: name })}
              title={t('workingHours.toWeekdays', { day: name })}
              onClick={() => onChange(onWeekdays(hours, day))}
            />
          )}
          <Button
            appearance="subtle"
            icon={<Add20Regular />}
            aria-label={t('workingHours.addSpan', { day: name })}
            title={t('workingHours.addSpan', { day: name })}
            disabledFocusable={indices.length >= MOST_SPANS}
            onClick={() => onChange([...hours.days, nextSpan(hours, day)])}
          />
        </span>
      )}
    </div>
  );
}

function SpanRow({
  span,
  name,
  disabled,
  problem,
  onChange,
  onRemove,
}: {
  span: Span;
  name: string;
  disabled: boolean;
  problem: string | undefined;
  onChange: (span: Partial<Span>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const invalid = problem === undefined ? {} : { 'aria-invalid': true };
  return (
    <Field {...(problem === undefined ? {} : { validationMessage: problem, validationState: 'error' })}>
      {(field) => (
        <div className={styles.span}>
          <Input
            type="time"
            className={styles.time}
            aria-label={t('workingHours.from', { day: name })}
            aria-describedby={field['aria-describedby']}
            {...invalid}
            value={span.from}
            disabled={disabled}
            onChange={(_, { value }) => onChange({ from: value })}
          />
          <span aria-hidden>–</span>
          <Input
            type="time"
            className={styles.time}
            aria-label={t('workingHours.to', { day: name })}
            aria-describedby={field['aria-describedby']}
            {...invalid}
            value={shownEnd(span.to)}
            disabled={disabled}
            onChange={(_, { value }) => onChange({ to: typedEnd(value) })}
          />
          {!disabled && (
            <Button
              appearance="subtle"
              icon={<Dismiss20Regular />}
              aria-label={t('workingHours.removeSpan', {
                day: name,
                from: span.from,
                to: shownEnd(span.to),
              })}
              onClick={onRemove}
            />
          )}
        </div>
      )}
    </Field>
  );
}
