import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { opensInWords } from '../../src/core/working-hours.ts';
import { COMMON_LANGUAGES } from './common-languages.ts';
import { TextPerLanguage } from './text-per-language.tsx';
import { MOST_CHARACTERS } from './working-hours-draft.ts';

const useStyles = makeStyles({ none: { color: tokens.colorNeutralForeground3 } });

type Props = {
  answers: Record<string, string>;
  onChange: (answers: Record<string, string>) => void;
  disabled: boolean;
};

/** What a customer is told outside working hours, in their language where it is written. */
export function AwayAnswerField({ answers, onChange, disabled }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  // Any Monday morning, to show what {opens} becomes.
  const [from, opens] = [Date.UTC(2026, 0, 3), Date.UTC(2026, 0, 5, 9)];
  return (
    <>
      {Object.keys(answers).length === 0 && <span className={styles.none}>{t('workingHours.noAnswer')}</span>}
      <TextPerLanguage
        texts={answers}
        languages={COMMON_LANGUAGES}
        mostCharacters={MOST_CHARACTERS}
        labelOf={(language) => t('workingHours.answerIn', { language })}
        hintOf={(text, language) =>
          text.includes('{opens}')
            ? t('workingHours.preview', {
                text: text.replaceAll('{opens}', opensInWords(opens, from, 'UTC', language)),
              })
            : t('workingHours.opensHint', { placeholder: '{opens}' })
        }
        addLabel={t('workingHours.addAnswer')}
        removeLabelOf={(language) => t('workingHours.removeAnswer', { language })}
        disabled={disabled}
        onChange={onChange}
      />
    </>
  );
}
