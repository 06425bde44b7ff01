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
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { AppLink } from '../ui/link.tsx';
import { FormSection } from './form-section.tsx';
import { type TemplateDraft, templateTypes } from './template-draft.ts';

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

function purposeOf(type: TemplateDraft['type']): string {
  const known = templateTypes.find((candidate) => candidate.type === type);
  return known === undefined ? type : `${known.name}. ${known.purpose}`;
}

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
  const recordType = recordTypes.find(({ table }) => table === draft.recordType);
  return (
    <FormSection id="identity" title="What it is">
      {isNew ? (
        <Field label="Template Type" required>
          <RadioGroup
            value={draft.type}
            disabled={disabled}
            onChange={(_, { value }) => {
              const chosen = templateTypes.find(({ type }) => type === value);
              if (chosen !== undefined) onChange({ type: chosen.type });
            }}
          >
            {templateTypes.map(({ type, name, purpose }) => (
              <Radio key={type} value={type} label={`${name}. ${purpose}`} />
            ))}
          </RadioGroup>
        </Field>
      ) : (
        <p>{purposeOf(draft.type)}</p>
      )}
      <Field
        label="Record Type"
        required
        hint="Its columns fill the variables; the template is offered for its records only."
      >
        <Dropdown
          placeholder="Choose a record type"
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
            There is no record type yet. <AppLink to="/configuration/record-types">Add one first</AppLink>.
          </MessageBarBody>
        </MessageBar>
      )}
      {fieldMissing && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            {recordType?.displayName} has no Compliance Field, so the answer to a Consent Template could not
            be written anywhere. It cannot be saved until you{' '}
            <AppLink to={`/configuration/record-types/${encodeURIComponent(draft.recordType)}#compliance`}>
              choose the Compliance Field of {recordType?.displayName}
            </AppLink>
            .
          </MessageBarBody>
        </MessageBar>
      )}
      <Field label="Name" required hint="How agents find it. Customers never see it.">
        <Input
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
