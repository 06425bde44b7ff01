import { Dropdown, Field, makeStyles, Option } from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import {
  bindingValues,
  parseTemplate,
  renderTemplate,
  unsupportedParts,
  variablesOf,
} from '../../src/core/template.ts';
import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { languageName, listOf } from '../i18n/locale.ts';
import { ErrorState, Loading } from '../ui/states.tsx';
import { TemplatePreview } from '../ui/template-preview.tsx';
import { BindingsField } from './bindings-field.tsx';
import { useColumns, useSampleRecords } from './queries.ts';
import type { TemplateDraft } from './template-draft.ts';
import { WhatsAppTemplateField } from './whatsapp-template-field.tsx';

const useStyles = makeStyles({
  two: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 3fr) minmax(280px, 2fr)',
    gap: '24px',
    alignItems: 'start',
    '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'flex', flexDirection: 'column', gap: '16px' },
  preview: { position: 'sticky', top: '16px', display: 'flex', flexDirection: 'column', gap: '12px' },
  choices: { display: 'flex', flexWrap: 'wrap', gap: '12px' },
  choice: { flex: '1 1 140px' },
});

type Props = {
  draft: TemplateDraft;
  whatsappTemplates: UseQueryResult<WhatsAppTemplateOut[]>;
  disabled: boolean;
  onChange: (change: Partial<TemplateDraft>) => void;
};

/** The WhatsApp template, its variables, and beside them what a customer of the CRM would read. */
export function SentTemplateFields({ draft, whatsappTemplates, disabled, onChange }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const columns = useColumns(draft.recordType);
  const samples = useSampleRecords(draft.recordType);
  const [sampleId, setSampleId] = useState<string | null>(null);
  const [language, setLanguage] = useState<string | null>(null);

  if (whatsappTemplates.isError) {
    return <ErrorState error={whatsappTemplates.error} onRetry={() => void whatsappTemplates.refetch()} />;
  }
  if (whatsappTemplates.data === undefined) return <Loading rows={3} />;

  const ofName = whatsappTemplates.data.filter(({ name }) => name === draft.whatsappTemplate?.name);
  const shown =
    ofName.find((template) => template.language === language) ??
    ofName.find((template) => template.language === draft.whatsappTemplate?.language);
  const sample = samples.data?.find(({ id }) => id === sampleId) ?? samples.data?.[0];
  const { values } = bindingValues(draft.bindings, sample?.values ?? null, {});
  const variables = [
    ...new Set(
      ofName.flatMap(({ components, parameterFormat }) =>
        variablesOf(parseTemplate(components, parameterFormat)),
      ),
    ),
  ];
  const unsupported = shown === undefined ? [] : unsupportedParts(shown.components);

  return (
    <div className={styles.two}>
      <div className={styles.column}>
        <WhatsAppTemplateField
          templates={whatsappTemplates.data}
          value={draft.whatsappTemplate}
          disabled={disabled}
          onChange={(whatsappTemplate) => {
            setLanguage(null);
            onChange({ whatsappTemplate });
          }}
        />
        {unsupported.length > 0 && (
          <p role="status">
            <Trans
              t={t}
              i18nKey="sent.unsupported"
              components={{ parts: <bdi lang="en">{listOf(unsupported)}</bdi> }}
            />
          </p>
        )}
        {variables.length > 0 && (
          <BindingsField
            variables={variables}
            bindings={draft.bindings}
            columns={columns.data ?? []}
            sample={sample === undefined ? null : values}
            disabled={disabled}
            onChange={(bindings) => onChange({ bindings })}
          />
        )}
      </div>
      {shown !== undefined && (
        <div className={styles.preview}>
          <div className={styles.choices}>
            <Field label={t('sent.previewFor')} className={styles.choice}>
              <Dropdown
                value={sample?.name ?? t('sent.nobody')}
                selectedOptions={sample === undefined ? [] : [sample.id]}
                disabled={sample === undefined}
                style={{ minWidth: 0 }}
                onOptionSelect={(_, { optionValue }) => setSampleId(optionValue ?? null)}
              >
                {(samples.data ?? []).map(({ id, name }) => (
                  <Option key={id} value={id}>
                    {name}
                  </Option>
                ))}
              </Dropdown>
            </Field>
            {ofName.length > 1 && (
              <Field label={t('sent.inLanguage')} className={styles.choice}>
                <Dropdown
                  value={languageName(shown.language)}
                  selectedOptions={[shown.language]}
                  style={{ minWidth: 0 }}
                  onOptionSelect={(_, { optionValue }) => setLanguage(optionValue ?? null)}
                >
                  {ofName.map((template) => (
                    <Option key={template.language} value={template.language}>
                      {languageName(template.language)}
                    </Option>
                  ))}
                </Dropdown>
              </Field>
            )}
          </div>
          <TemplatePreview
            {...renderTemplate(parseTemplate(shown.components, shown.parameterFormat), values)}
          />
        </div>
      )}
    </div>
  );
}
