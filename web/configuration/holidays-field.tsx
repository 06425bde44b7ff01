import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Delete20Regular } from '@fluentui/react-icons/svg/delete';
import { useTranslation } from 'react-i18next';
import { localDay } from '../i18n/locale.ts';
import { COMMON_LANGUAGES } from './common-languages.ts';
import { TextPerLanguage } from './text-per-language.tsx';
import type { Holiday } from './working-hours-draft.ts';
import { MOST_CHARACTERS } from './working-hours-draft.ts';

const useStyles = makeStyles({
  holiday: {
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    paddingBlockEnd: '16px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: '8px 12px' },
  // Beside the fields, below the height of their labels.
  remove: { marginBlockStart: '26px' },
  name: { flex: '1 1 200px', maxWidth: '360px' },
  date: { width: '160px' },
  none: { color: tokens.colorNeutralForeground3 },
  add: { alignSelf: 'flex-start' },
});

type Props = {
  holidays: Holiday[];
  onChange: (holidays: Holiday[]) => void;
  disabled: boolean;
  problemAt: (path: string) => string | undefined;
};

/** Days on which nobody is here, each with words of its own where the usual answer does not fit. */
export function HolidaysField({ holidays, onChange, disabled, problemAt }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const today = localDay(new Date());
  return (
    <>
      {holidays.length === 0 && <span className={styles.none}>{t('workingHours.noHolidays')}</span>}
      {holidays.map((holiday, index) => (
        <HolidayRow
          key={index}
          holiday={holiday}
          disabled={disabled}
          problem={problemAt(`holidays.${index}`)}
          onChange={(change) =>
            onChange(holidays.map((old, at) => (at === index ? { ...old, ...change } : old)))
          }
          onRemove={() => onChange(holidays.filter((_, at) => at !== index))}
        />
      ))}
      {!disabled && (
        <Button
          className={styles.add}
          icon={<Add20Regular />}
          onClick={() => onChange([...holidays, { name: '', from: today, to: today }])}
        >
          {t('workingHours.addHoliday')}
        </Button>
      )}
    </>
  );
}

function HolidayRow({
  holiday,
  disabled,
  problem,
  onChange,
  onRemove,
}: {
  holiday: Holiday;
  disabled: boolean;
  problem: string | undefined;
  onChange: (change: Partial<Holiday>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const { name, from, to, answer = {} } = holiday;
  const called = name === '' ? t('workingHours.unnamed') : name;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend that nobody needs here
    <div className={styles.holiday} role="group" aria-label={called}>
      <div className={styles.row}>
        <Field
          label={t('workingHours.holidayName')}
          className={styles.name}
          {...(problem === undefined ? {} : { validationMessage: problem })}
        >
          <Input
            value={name}
            maxLength={100}
            disabled={disabled}
            dir="auto"
            onChange={(_, { value }) => onChange({ name: value })}
          />
        </Field>
        <Field label={t('workingHours.firstDay')}>
          <Input
            type="date"
            className={styles.date}
            value={from}
            disabled={disabled}
            // Most holidays are one day: the last follows the first until it is set apart.
            onChange={(_, { value }) =>
              onChange(to === from || to < value ? { from: value, to: value } : { from: value })
            }
          />
        </Field>
        <Field label={t('workingHours.lastDay')}>
          <Input
            type="date"
            className={styles.date}
            value={to}
            min={from}
            disabled={disabled}
            onChange={(_, { value }) => onChange({ to: value })}
          />
        </Field>
        {!disabled && (
          <Button
            appearance="subtle"
            className={styles.remove}
            icon={<Delete20Regular />}
            aria-label={t('workingHours.removeHoliday', { name: called })}
            onClick={onRemove}
          />
        )}
      </div>
      <TextPerLanguage
        texts={answer}
        languages={COMMON_LANGUAGES}
        mostCharacters={MOST_CHARACTERS}
        labelOf={(language) => t('workingHours.holidayAnswerIn', { language })}
        addLabel={t('workingHours.addHolidayAnswer')}
        removeLabelOf={(language) => t('workingHours.removeAnswer', { language })}
        disabled={disabled}
        subtle
        onChange={(texts) => onChange({ answer: texts })}
      />
    </div>
  );
}
