import { Field, Textarea } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { TextPerLanguage } from './text-per-language.tsx';

/** What WhatsApp takes. */
const MOST_CHARACTERS = 4096;

type Props = {
  reply: string;
  replies: Record<string, string>;
  languages: string[];
  onChange: (change: { reply?: string; replies?: Record<string, string> }) => void;
  disabled: boolean;
};

/** What is answered automatically, once, when this answer changes the decision; one text per language. */
export function RepliesField({ reply, replies, languages, onChange, disabled }: Props) {
  const { t } = useTranslation('configuration');
  return (
    <>
      <Field label={t('replies.label')} hint={t('replies.hint')}>
        <Textarea
          value={reply}
          maxLength={MOST_CHARACTERS}
          disabled={disabled}
          resize="vertical"
          dir="auto"
          onChange={(_, { value }) => onChange({ reply: value })}
        />
      </Field>
      <TextPerLanguage
        texts={replies}
        languages={languages}
        mostCharacters={MOST_CHARACTERS}
        onChange={(texts) => onChange({ replies: texts })}
        labelOf={(language) => t('replies.in', { language })}
        addLabel={t('replies.add')}
        removeLabelOf={(language) => t('replies.remove', { language })}
        disabled={disabled}
      />
    </>
  );
}
