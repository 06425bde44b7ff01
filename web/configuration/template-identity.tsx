import {
  Dropdown,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Option,
  Radio,
  RadioGroup,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { FormSection } from '../ui/form-section.tsx';
import { AppLink } from '../ui/link.tsx';
import { type TemplateDraft, templateTypeExplained, templateTypes } from './template-draft.ts';

type Props = {
  draft: TemplateDraft;
  recordTypes: RecordTypeOut[];
  isNew: boolean;
  neverPublished: boolean;
  /** A Consent Template for a record type that has no Compliance Field. */
  fieldMissing: boolean;
  disabled: boolean;
  onChange: (change: Partial<TemplateDraft>) => void;
};

/** What kind of template it is, for which record type, and its name. */
export function TemplateIdentity({
  draft,
  recordTypes,
  isNew,
  neverPublished,
  fieldMissing,
  disabled,
  onChange,
}: Props) {
  const { t } = useTranslation('configuration');
  const recordType = recordTypes.find(({ table }) => table === draft.recordType);
  return (
    <FormSection id="identity" title={t('template.identity')}>
      {isNew ? (
        <Field label={t('templates.columns.type')} required>
          <RadioGroup
            value={draft.type}
            disabled={disabled}
            onChange={(_, { value }) => {
              const chosen = templateTypes.find((type) => type === value);
              if (chosen !== undefined) onChange({ type: chosen });
            }}
          >
            {templateTypes.map((type) => (
              <Radio key={type} value={type} label={templateTypeExplained(type)} />
            ))}
          </RadioGroup>
        </Field>
      ) : (
        <p>{templateTypeExplained(draft.type)}</p>
      )}
      <Field label={t('templates.columns.recordType')} required hint={t('template.recordTypeHint')}>
        <Dropdown
          placeholder={t('template.chooseRecordType')}
          disabled={disabled || !neverPublished}
          value={recordType?.displayName ?? draft.recordType}
          selectedOptions={[draft.recordType]}
          style={{ maxWidth: 420 }}
          onOptionSelect={(_, { optionValue }) =>
            optionValue !== undefined && onChange({ recordType: optionValue })
          }
        >
          {recordTypes.map(({ table, displayName }) => (
            <Option key={table} value={table}>
              {displayName}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {recordTypes.length === 0 && (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>
            <Trans
              t={t}
              i18nKey="template.noRecordType"
              components={{ add: <AppLink to="/configuration/record-types">{null}</AppLink> }}
            />
          </MessageBarBody>
        </MessageBar>
      )}
      {fieldMissing && recordType?.relatedTable != null && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            <Trans
              t={t}
              i18nKey="template.fieldOfRelated"
              components={{ type: <bdi>{recordType.displayName}</bdi> }}
            />
          </MessageBarBody>
        </MessageBar>
      )}
      {fieldMissing && recordType?.relatedTable == null && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            <Trans
              t={t}
              i18nKey="template.fieldMissing"
              components={{
                type: <bdi>{recordType?.displayName}</bdi>,
                choose: (
                  <AppLink
                    to={`/configuration/record-types/${encodeURIComponent(draft.recordType)}#compliance`}
                  >
                    {null}
                  </AppLink>
                ),
              }}
            />
          </MessageBarBody>
        </MessageBar>
      )}
      {draft.type === 'consent' && (
        <Field label={t('template.asks.label')} hint={t('template.asks.hint')} required>
          <RadioGroup
            value={draft.purpose}
            disabled={disabled}
            onChange={(_, { value }) =>
              onChange({ purpose: value === 'marketing' ? 'marketing' : 'service' })
            }
          >
            <Radio value="service" label={t('template.asks.service')} />
            <Radio value="marketing" label={t('template.asks.marketing')} />
          </RadioGroup>
        </Field>
      )}
      <Field label={t('template.name')} required hint={t('template.nameHint')}>
        <Input
          dir="auto"
          value={draft.name}
          maxLength={100}
          disabled={disabled}
          style={{ maxWidth: 420 }}
          onChange={(_, { value }) => onChange({ name: value })}
        />
      </Field>
    </FormSection>
  );
}
